package web

import (
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
)

// describePlain adds to the description what huma does not serve itself. A test compares it with the routes.
func describePlain(api huma.API) {
	str := func() *huma.Schema { return &huma.Schema{Type: "string"} }
	binary := func() *huma.Schema { return &huma.Schema{Type: "string", Format: "binary"} }
	path := func(name, doc string) *huma.Param {
		return &huma.Param{Name: name, In: "path", Required: true, Description: doc, Schema: str()}
	}
	query := func(name, doc string) *huma.Param {
		return &huma.Param{Name: name, In: "query", Description: doc, Schema: str()}
	}
	header := func(name, doc string, required bool) *huma.Param {
		return &huma.Param{Name: name, In: "header", Description: doc, Required: required, Schema: str()}
	}
	respHeader := func(doc string) *huma.Header { return &huma.Header{Description: doc, Schema: str()} }
	jsonBody := func(doc string, schema *huma.Schema, headers map[string]*huma.Header) *huma.Response {
		return &huma.Response{Description: doc, Headers: headers, Content: map[string]*huma.MediaType{"application/json": {Schema: schema}}}
	}
	add := func(op huma.Operation) {
		op.Responses["default"] = problemResponse(api)
		api.OpenAPI().AddOperation(&op)
	}
	fields := []struct{ name, doc string }{
		{"unit", "The unit the paper belongs to. Needed only for accounts of no unit, and where the server has no default."},
		{"dossier", "The dossier's code, when known."},
		{"batch", "The name of the batch; it is made when there is none of that name."},
		{"access", "unit (the default), city or public."},
		{"queue", "interactive for a paper that somebody waits for, batch (the default) for the backlog."},
	}

	form := &huma.Schema{Type: "object", Properties: map[string]*huma.Schema{}, Required: []string{"file"}}
	accept := huma.Operation{
		OperationID: "accept", Method: http.MethodPost, Path: apiRoot + "/accessions", Tags: []string{"intake"},
		Summary: "Hand papers in",
		Description: "2xx means that the bytes and the record of them are safe. Send the file as the raw body, or one or several as multipart/form-data with " +
			"the fields before the files. The body is streamed and may be larger than memory. The same bytes for the same unit and dossier are one accession: " +
			"sending twice is safe, and answers 200 with existing=true. Several files are answered by 207 with a verdict each.",
		Parameters: []*huma.Param{
			header("Idempotency-Key", "Your name for this request; repeating it gets the first answer.", false),
			header("Repr-Digest", "sha-256=:base64: (RFC 9530). Bytes that do not match are refused and not kept.", false),
			header("X-Sohoa-SHA256", "The same in hexadecimal.", false),
			header("Content-Disposition", "Carries the name of a raw body: attachment; filename*=UTF-8''…", false),
			query("name", "The name of a raw body, where Content-Disposition cannot be sent."),
		},
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			"multipart/form-data":      {Schema: form},
			"application/octet-stream": {Schema: binary()},
		}},
		Responses: map[string]*huma.Response{
			"200": jsonBody("It was in custody before.", schemaFor[Received](api), nil),
			"201": jsonBody("It is in custody.", schemaFor[Received](api), map[string]*huma.Header{"Location": respHeader("The accession.")}),
			"207": jsonBody("Several files, a verdict each.", schemaFor[FileVerdicts](api), nil),
		},
	}
	for _, f := range fields {
		form.Properties[f.name] = &huma.Schema{Type: "string", Description: f.doc}
		accept.Parameters = append(accept.Parameters, query(f.name, f.doc+" (raw bodies)"))
	}
	form.Properties["sha256"] = &huma.Schema{Type: "string", Description: "SHA-256 of the file after it, in hexadecimal."}
	form.Properties["file"] = &huma.Schema{Type: "array", Items: binary(), Description: "The files: PDF, TIFF, JPEG, PNG, WebP, or a zip of these."}
	add(accept)

	version := header("Tus-Resumable", "1.0.0", true)
	add(huma.Operation{
		OperationID: "create-upload", Method: http.MethodPost, Path: uploadsRoot, Tags: []string{"intake"}, Summary: "Announce a resumable upload (tus 1.0)",
		Description: "Metadata: name, unit, dossier, batch, access, queue, sha256. Send the bytes with PATCH; the answer to the last one means that the paper is in custody. " +
			"An upload that nobody goes on with for 24 hours is removed.",
		Parameters: []*huma.Param{version, header("Upload-Length", "Size in bytes.", true), header("Upload-Metadata", "Pairs of key and base64 value.", true)},
		Responses:  map[string]*huma.Response{"201": {Description: "Announced.", Headers: map[string]*huma.Header{"Location": respHeader("Where to send the bytes.")}}},
	})
	upload := path("upload", "As given by Location.")
	custody := map[string]*huma.Header{
		"Upload-Offset":     respHeader("How many bytes are in."),
		"X-Sohoa-Accession": respHeader("The accession's id, once the last byte is in."),
		"X-Sohoa-Existing":  respHeader("true when the paper was in custody before."),
	}
	add(huma.Operation{
		OperationID: "ask-upload", Method: http.MethodHead, Path: uploadsRoot + "{upload}", Tags: []string{"intake"}, Summary: "How far an upload is (tus 1.0)",
		Parameters: []*huma.Param{upload}, Responses: map[string]*huma.Response{"200": {Description: "Upload-Offset says how far.", Headers: custody}},
	})
	add(huma.Operation{
		OperationID: "append-upload", Method: http.MethodPatch, Path: uploadsRoot + "{upload}", Tags: []string{"intake"}, Summary: "Send bytes of an upload (tus 1.0)",
		Parameters:  []*huma.Param{upload, version, header("Upload-Offset", "Where these bytes begin.", true)},
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/offset+octet-stream": {Schema: binary()}}},
		Responses:   map[string]*huma.Response{"204": {Description: "The bytes are in; with the last of them the paper is in custody.", Headers: custody}},
	})
	add(huma.Operation{
		OperationID: "give-up-upload", Method: http.MethodDelete, Path: uploadsRoot + "{upload}", Tags: []string{"intake"}, Summary: "Give an upload up (tus 1.0)",
		Parameters: []*huma.Param{upload, version}, Responses: map[string]*huma.Response{"204": {Description: "Removed."}},
	})

	add(huma.Operation{
		OperationID: "follow-batch", Method: http.MethodGet, Path: apiRoot + "/batches/{id}/events", Tags: []string{"batches"}, Summary: "A batch's events as they happen (server-sent events)",
		Description: "event: accession, data: an Accession as it is now, for each that changed. event: progress, data: a ProgressState. " +
			"event: done, once nothing is under way; the stream then ends. With Last-Event-ID, what changed since then comes first.",
		Parameters: []*huma.Param{path("id", "The id."), header("Last-Event-ID", "The id of the last event seen.", false)},
		Responses:  map[string]*huma.Response{"200": {Description: "The stream.", Content: map[string]*huma.MediaType{"text/event-stream": {Schema: str()}}}},
	})
	add(huma.Operation{
		OperationID: "get-page-image", Method: http.MethodGet, Path: apiRoot + "/documents/{id}/pages/{page}/image", Tags: []string{"documents"}, Summary: "One page as a JPEG, upright",
		Parameters: []*huma.Param{path("id", "The id."),
			{Name: "page", In: "path", Required: true, Description: "From 1.", Schema: &huma.Schema{Type: "integer"}},
			{Name: "size", In: "query", Description: "Pixels of the longer side; rounded up to 160, 320, 640, 1000, 1600, 2400 or 3200.", Schema: &huma.Schema{Type: "integer", Default: 1000}}},
		Responses: map[string]*huma.Response{"200": {Description: "The picture.", Content: map[string]*huma.MediaType{"image/jpeg": {Schema: binary()}}}},
	})
	for _, part := range []struct{ name, summary, mediaType string }{
		{"access", "The small searchable PDF/A, for viewing and sending: sharp letters, coarse paper; 503 not_ready while a long one is being made", "application/pdf"},
		{"rendition", "The searchable PDF/A with every pixel of the scan", "application/pdf"},
		{"master", "The file as it was received, bit for bit", "application/octet-stream"},
		{"text", "The text: a line a line, pages parted by form feed", "text/plain"},
		{"hocr", "The words with boxes and confidence (hOCR)", "application/xhtml+xml"},
		{"manifest", "The frozen manifest of the current version", "application/json"},
	} {
		content := map[string]*huma.MediaType{part.mediaType: {Schema: binary()}}
		add(huma.Operation{
			OperationID: "get-" + part.name, Method: http.MethodGet, Path: apiRoot + "/documents/{id}/" + part.name, Tags: []string{"documents"}, Summary: part.summary,
			Description: "ETag is the SHA-256 of the bytes.",
			Parameters:  []*huma.Param{path("id", "The id."), header("Range", "bytes=from-to", false)},
			Responses: map[string]*huma.Response{
				strconv.Itoa(http.StatusOK):             {Description: "All of it.", Content: content},
				strconv.Itoa(http.StatusPartialContent): {Description: "The range.", Content: content},
			},
		})
	}
}
