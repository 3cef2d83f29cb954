package main

// cli is the command line. Flags and SOHOA_* variables are the same thing; the flag wins.
type cli struct {
	Up         upCmd         `cmd:"" help:"Run everything on this machine: database, queue, object store, server, workers."`
	Serve      serveCmd      `cmd:"" help:"Run the HTTP server alone, against any Postgres, Redis and S3."`
	Work       workCmd       `cmd:"" help:"Run workers alone, against any Postgres, Redis and S3."`
	Migrate    migrateCmd    `cmd:"" help:"Bring the database to this version's schema."`
	Ingest     ingestCmd     `cmd:"" help:"Hand files, folders or zips in."`
	Separators separatorsCmd `cmd:"" help:"Print sheets that part the papers of a stack."`
	Batch      batchCmd      `cmd:"" help:"Open, pause, close or change a batch."`
	Arrange    arrangeCmd    `cmd:"" help:"Show and change which pages make which documents."`
	Status     statusCmd     `cmd:"" help:"Show how far a batch, a document or everything is."`
	Watch      watchCmd      `cmd:"" help:"Hand in whatever a scanner puts into a folder."`
	List       listCmd       `cmd:"" help:"List what was handed in and what became of it."`
	Find       findCmd       `cmd:"" help:"Find documents by words, number and symbol, date and unit."`
	Show       showCmd       `cmd:"" help:"Show one document."`
	Get        getCmd        `cmd:"" help:"Fetch the PDF/A, the file as received, text, hOCR or manifest."`
	Retry      retryCmd      `cmd:"" help:"Set stalled, rejected or cancelled work going again."`
	Cancel     cancelCmd     `cmd:"" help:"Stop what is not archived yet."`
	Queue      queueCmd      `cmd:"" help:"Show, pause or resume the queue."`
	Register   registerCmd   `cmd:"" help:"Fill, read and write the register: units, procedures, holders, dossiers."`
	Review     reviewCmd     `cmd:"" help:"Answer what the system asks about papers; see what is left."`
	Relink     relinkCmd     `cmd:"" help:"File a document under another dossier; see what waits for its dossier."`
	Records    recordsCmd    `cmd:"" help:"Write archive records (Decree 113/2025) to a CSV or XLSX file."`
	Verify     verifyCmd     `cmd:"" help:"Read back what is kept and compare it with the catalogue."`
	Audit      auditCmd      `cmd:"" help:"Check the audit trail."`
	Sweep      sweepCmd      `cmd:"" help:"Find objects that nobody refers to."`
	Purge      purgeCmd      `cmd:"" help:"Remove a secret or wrong paper for good; two people decide."`
	Rebuild    rebuildCmd    `cmd:"" help:"Fill an empty catalogue from the object store alone."`
	Backup     backupCmd     `cmd:"" help:"Write catalogue, objects and keys to a folder."`
	Restore    restoreCmd    `cmd:"" help:"Put a backup back into an empty system."`
	Keys       keysCmd       `cmd:"" help:"Show, back up, restore and rotate the keys."`
	Digitise   digitiseCmd   `cmd:"" help:"Turn one scan into a searchable PDF/A, with no servers."`
	Sample     sampleCmd     `cmd:"" help:"Make realistic scanned papers with their truth beside them."`
	Account    accountCmd    `cmd:"" help:"Make accounts and tokens, straight in the database."`
	Bench      benchCmd      `cmd:"" help:"Measure accuracy against papers whose text or fields are known."`
	Doctor     doctorCmd     `cmd:"" help:"Check every dependency and say what to do."`
	Version    versionCmd    `cmd:"" help:"Show the version."`
	Gateway    gatewayCmd    `cmd:"" hidden:""`
}
