// Package workers answers the doorbell: one file per task type, plus server, relay and schedule.
//
// A handler loads its task from the catalogue, calls one step of internal/digitise and translates the outcome: done, overtaken, rejected
// content, or a stall that is written down and tried again. It decides nothing else.
package workers
