package webtest

import (
	"fmt"
	"strings"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/page"
	"sohoa/internal/retrieve"
)

// Paper is what a file turns out to hold.
type Paper struct {
	Title, Type, Number, Symbol, IssuedOn, Agency, Signer, SignerTitle string

	Pages [][]string // lines of each page
	Asked []string   // names of fields that a person must confirm

	Signatures []archive.Signature // digital ones in the file
}

// Split opens the paper of an accession; its pages are not read yet.
func (a *Archive) Split(id archive.AccessionID, p Paper) archive.DocumentID {
	a.mu.Lock()
	defer a.mu.Unlock()
	x := a.accession(id)
	x.State, x.Pages, x.MediaType = archive.AccessionSplit, len(p.Pages), archive.PDF
	x.Signatures = p.Signatures
	a.seq++
	d := &document{View: retrieve.View{Document: retrieve.Document{
		Seq: a.seq, ID: archive.DocumentIDFor(id, 1), Unit: x.Unit, Dossier: x.Dossier, Access: x.Access, Batch: x.Batch, BatchName: x.BatchName,
		Name: x.Name, Processing: archive.Recognising, Release: archive.Unconfirmed, Pages: len(p.Pages), Version: 1, CreatedAt: x.ReceivedAt,
	}, Fields: []archive.Field{}}}
	for i, lines := range p.Pages {
		r := lay(lines)
		d.results = append(d.results, r)
		d.PageList = append(d.PageList, retrieve.PageView{
			PageRef:   archive.PageRef{Ordinal: i + 1, Master: x.Master, Page: i + 1},
			ResultKey: archive.ResultKey(x.Master, i+1, "test"), Confidence: r.Confidence, Kind: r.Kind,
		})
	}
	d.note(x.ReceivedAt, x.ReceivedBy, "accession_accepted", nil)
	d.note(a.now(), "system", "document_opened", nil)
	x.docs = append(x.docs, d.ID)
	a.documents = append(a.documents, d)
	return d.ID
}

// Read marks the first n pages of a document as read.
func (a *Archive) Read(id archive.DocumentID, n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	d := a.document(id)
	for i := range min(n, len(d.PageList)) {
		d.PageList[i].Read = true
	}
}

// Archive reads all pages, describes and archives.
func (a *Archive) Archive(id archive.DocumentID, p Paper) {
	a.Read(id, len(p.Pages))
	a.mu.Lock()
	defer a.mu.Unlock()
	d := a.document(id)
	d.Title, d.Type, d.Number, d.Symbol, d.IssuedOn, d.Agency = p.Title, p.Type, p.Number, p.Symbol, p.IssuedOn, p.Agency
	asked := func(name string) bool {
		for _, n := range p.Asked {
			if n == name {
				return true
			}
		}
		return false
	}
	for _, f := range []struct{ name, value string }{
		{"agency", p.Agency}, {"type", p.Type}, {"number", p.Number}, {"symbol", p.Symbol}, {"date", p.IssuedOn}, {"abstract", p.Title},
		{"signer", p.Signer}, {"title", p.SignerTitle},
	} {
		sure := 0.99
		if asked(f.name) {
			sure = 0.41
			d.NeedsReview = true
		}
		d.Fields = append(d.Fields, archive.Field{
			Name: f.name, Value: f.value, Confidence: sure, Source: "text", Page: 1, Asked: asked(f.name), Handwritten: f.value == "" && f.name == "number",
			Box: placeOf(d.results, f.name, f.value),
		})
	}
	d.pdf = []byte("%PDF-1.7\n% not a real rendition\n" + strings.Repeat("scan ", 2000))
	digest := fixity.Of(d.pdf)
	d.Rendition = &archive.Part{Kind: "rendition", Bucket: "renditions", Key: archive.RenditionKey(id, 1, digest), Digest: digest, SizeBytes: int64(len(d.pdf)), MediaType: "application/pdf"}
	d.Conformance, d.CheckedBy = "PDF/A-2u", "sohoa"
	d.Manifest = fmt.Appendf(nil, "{\"document\":%q}\n", id)
	d.Processing, d.stalled, d.Trouble = archive.Archived, false, nil
	t := a.now().UTC()
	d.ArchivedAt = &t
	for _, e := range []string{"document_described", "manifest_frozen", "document_archived"} {
		d.note(t, "system", e, nil)
	}
}

// Reject refuses what an accession holds.
func (a *Archive) Reject(id archive.AccessionID, code fault.Code, detail string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	x := a.accession(id)
	x.State = archive.AccessionRejected
	x.Trouble = &retrieve.Trouble{Verdict: "rejected", Code: code, Detail: detail}
}

// Stall marks a document.
func (a *Archive) Stall(id archive.DocumentID, code fault.Code, detail string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	d := a.document(id)
	t := a.now().UTC()
	d.stalled, d.Trouble = true, &retrieve.Trouble{Verdict: "stalled", Code: code, Detail: detail, Since: &t}
}

// Waiting lists what nobody has looked at yet.
func (a *Archive) Waiting() []archive.AccessionID {
	a.mu.Lock()
	defer a.mu.Unlock()
	var out []archive.AccessionID
	for _, x := range a.accessions {
		if x.State == archive.AccessionReceived {
			out = append(out, x.ID)
		}
	}
	return out
}

// lay sets lines on an A4 page of 150 dpi. A line that begins with a tab stands on the right half.
func lay(lines []string) page.Result {
	r := page.Result{Width: 1240, Height: 1754, Engine: "webtest", Settings: "test", Lines: []page.Line{}}
	if len(lines) == 0 {
		r.Kind = page.Blank
	}
	const size, advance = 24, 12
	y := 130
	for i, text := range lines {
		x := 140
		if rest, ok := strings.CutPrefix(text, "\t"); ok {
			text, x = rest, 660
		}
		l := page.Line{Size: size, Block: i}
		for w := range strings.FieldsSeq(text) {
			width := advance * len([]rune(w))
			l.Words = append(l.Words, page.Word{Text: w, Box: page.Box{X0: x, Y0: y, X1: x + width, Y1: y + size}, Confidence: 94})
			l.Box = l.Box.Union(page.Box{X0: x, Y0: y, X1: x + width, Y1: y + size})
			x += width + advance
		}
		y += 44
		if len(l.Words) > 0 {
			r.Lines = append(r.Lines, l)
		}
	}
	r.Confidence = page.MeanConfidence(r.Lines)
	return r
}
