// Package ocrproto is the language spoken between a host and its recognition engine (cmd/sohoa-ocr) over a pair of pipes:
// the host writes requests to the engine's standard input, the engine answers on its standard output.
//
// A frame is
//
//	offset  size  what
//	0       4     "SOCR"
//	4       1     version of the protocol, Version
//	5       1     type of the frame: 1 hello, 2 request, 3 response
//	6       2     reserved, zero
//	8       4     length of the header in bytes, big-endian, at most MaxHeader
//	12      4     length of the payload in bytes, big-endian, at most the reader's limit
//	16      …     header: one JSON object, UTF-8
//	…       …     payload: the picture's data, or the result as JSON
//
// The engine speaks first: a Hello names its protocol version, its engine, model and settings, and which layers of its sandbox
// hold. After that it answers every Request with one Response of the same ID, in order; there is never more than one request
// under way. The end of the input ends the engine. Anything that is not a frame ends the conversation: neither side tries to
// find its place again in a stream that lied once.
//
// A length beyond its cap is refused before anything is allocated, and memory grows only with the bytes that really arrive, so
// a header that announces more than it sends costs nothing. Read never returns more than it was sent.
//
// Versions: a change that an older peer would misread raises Version, and a peer refuses every other version. Fields may be
// added to the JSON headers freely; readers ignore those they do not know.
package ocrproto
