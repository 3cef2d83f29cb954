// Package web is the door for people and programs: the HTTP API under /api/v1 and the pages.
//
// It decides nothing about papers. It finds out who asks, decodes the request, calls one use case and translates the outcome;
// rights are those of internal/retrieve, and for uploads those of [Deps].Intake together with the actor's unit.
//
// What always holds:
//   - an upload is streamed, never held in memory, and 2xx means that it is in custody;
//   - an error is a problem (RFC 9457) whose code is the fault's and whose status follows from the code alone;
//   - a secret is never part of a URL, a log line or a page, and a log line names no file, no query and no person;
//   - what an actor may not see is answered like what does not exist;
//   - nothing is loaded from another host, and no page carries inline script or style.
//
// Times are UTC in the API and +07:00 on the pages. Sizes are bytes. Pages of a document count from 1.
package web
