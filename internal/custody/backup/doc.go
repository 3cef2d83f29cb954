// Package backup writes and reads the folder a backup lies in.
//
//	objects/ab/<SHA-256>          every object once, whatever bucket and key it has and however many backups hold it
//	backups/<time>/catalogue.dump pg_dump in custom format, taken before the objects were listed
//	backups/<time>/inventory.jsonl which object lies where in the store, one a line
//	backups/<time>/keys.age       token and keys, encrypted by a passphrase (age, scrypt)
//	backups/<time>/backup.json    digests of the three, written last: a backup without it is none
//
// The dump comes first and bytes come before rows, so every object a row of the dump names is in the inventory, except what the
// orphan sweep removed meanwhile, which no row names. A second backup into the same folder copies only objects that are new.
// An object is verified by its digest when it is copied and again before anything of it is restored.
package backup
