package main

// cli is the command line. Flags and SOHOA_* variables are the same thing; the flag wins.
type cli struct {
	Up       upCmd       `cmd:"" help:"Run everything on this machine: database, queue, object store, server, workers."`
	Serve    serveCmd    `cmd:"" help:"Run the HTTP server alone, against any Postgres, Redis and S3."`
	Work     workCmd     `cmd:"" help:"Run workers alone, against any Postgres, Redis and S3."`
	Migrate  migrateCmd  `cmd:"" help:"Bring the database to this version's schema."`
	Digitise digitiseCmd `cmd:"" help:"Turn one scan into a searchable PDF/A, with no servers."`
	Sample   sampleCmd   `cmd:"" help:"Make realistic scanned papers with their truth beside them."`
	Version  versionCmd  `cmd:"" help:"Show the version."`
	Gateway  gatewayCmd  `cmd:"" hidden:""`
}
