// Package intake takes bytes into custody.
//
// The order is the promise: spool and hash → create-only PUT of the master, checked by its SHA-256 and locked → create-only
// accession record → one transaction with accession, task and audit event → only now the sender hears that it is in. A crash
// between any two of these loses nothing that was promised: the sender repeats and meets what is there already.
package intake
