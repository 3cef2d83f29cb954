// Package digitise turns a master into recognised pages and a rendition: inspect, recognise, assemble.
//
// The same code serves the worker, which keeps every step's outcome, and the command line, which works on one file with no
// servers. It declares the ports it needs (Reader, Engine, Writer) and knows no store.
//
// A page result depends only on the master's bytes, the page number, the engine version and its settings.
package digitise
