// Package ocrpool keeps a supervised pool of recognition engines (cmd/sohoa-ocr) and is the pipeline's digitise.Engine.
//
// Each engine is a child process that reads one page at a time. A page that crashes, hangs or bloats its engine costs that page
// and that engine, nothing else: the child is killed at the page's deadline, when its memory passes a limit, or within two
// seconds of the end of the caller's context, and the next page gets a new one. Engines start when first needed, stay warm,
// and are replaced after a number of pages or when their memory has grown past a mark. Starting again and again without success
// waits longer each time. The kernel kills every child when this process dies.
//
// Whose fault it was: a picture that the engine refuses is a rejecting fault with the engine's code; a page that killed or
// outlived its engine is fault.EngineUnavailable with digitise.ErrPageKilledEngine as cause; an engine that does not start is
// fault.EngineUnavailable without it; the end of the caller's context is that context's error.
//
// A Pool is safe for concurrent use. Sizes are in bytes.
package ocrpool
