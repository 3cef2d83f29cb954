package pdfa

import (
	"encoding/xml"
	"strings"
	"time"

	"sohoa/internal/digitise"
	"sohoa/internal/fixity"
)

// maxSources bounds how many masters the metadata names; the manifest names them all.
const maxSources = 64

// description is a rendition's metadata, cleaned once so that XMP and the information dictionary say the same (ISO 19005-2, 6.6.3).
type description struct {
	title, subject, author string
	language               string
	created                time.Time // UTC, to the second; zero when nobody said
	document               string
	sources                []string
}

func describe(s digitise.Snapshot) description {
	d := description{
		title:    cleanMeta(s.Title),
		subject:  cleanMeta(s.Subject),
		author:   cleanMeta(s.Author),
		language: s.Language,
		document: cleanMeta(s.Document),
	}
	if d.language == "" {
		d.language = "vi"
	}
	if !s.CreatedAt.IsZero() {
		d.created = s.CreatedAt.UTC().Truncate(time.Second)
	}
	seen := map[fixity.Digest]bool{}
	for _, m := range s.Masters {
		if !m.IsZero() && !seen[m] && len(seen) < maxSources {
			seen[m] = true
			d.sources = append(d.sources, "urn:sha256:"+m.String())
		}
	}
	return d
}

// xmp writes the metadata packet (6.6.2). The pdfaid properties are the claim of PDF/A-2u.
func (d description) xmp() []byte {
	var b strings.Builder
	esc := func(s string) string {
		var e strings.Builder
		_ = xml.EscapeText(&e, []byte(s)) // a strings.Builder does not fail
		return e.String()
	}
	b.WriteString("<?xpacket begin=\"\uFEFF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n" +
		"<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n" +
		"<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\"" +
		" xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\" xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\">\n" +
		"<pdfaid:part>2</pdfaid:part>\n<pdfaid:conformance>U</pdfaid:conformance>\n" +
		"<dc:format>application/pdf</dc:format>\n")
	alt := func(name, value string) {
		if value != "" {
			b.WriteString("<dc:" + name + "><rdf:Alt><rdf:li xml:lang=\"x-default\">" + esc(value) + "</rdf:li></rdf:Alt></dc:" + name + ">\n")
		}
	}
	list := func(name, kind string, values ...string) {
		b.WriteString("<dc:" + name + "><rdf:" + kind + ">")
		for _, v := range values {
			b.WriteString("<rdf:li>" + esc(v) + "</rdf:li>")
		}
		b.WriteString("</rdf:" + kind + "></dc:" + name + ">\n")
	}
	alt("title", d.title)
	alt("description", d.subject)
	if d.author != "" {
		list("creator", "Seq", d.author)
	}
	list("language", "Bag", d.language)
	if d.document != "" {
		b.WriteString("<dc:identifier>" + esc(d.document) + "</dc:identifier>\n")
	}
	if len(d.sources) > 0 {
		list("relation", "Bag", d.sources...)
	}
	b.WriteString("<pdf:Producer>" + writerName + "</pdf:Producer>\n<xmp:CreatorTool>" + creatorTool + "</xmp:CreatorTool>\n")
	if !d.created.IsZero() {
		at := d.created.Format(time.RFC3339)
		for _, name := range []string{"CreateDate", "ModifyDate", "MetadataDate"} {
			b.WriteString("<xmp:" + name + ">" + at + "</xmp:" + name + ">\n")
		}
	}
	b.WriteString("</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"r\"?>")
	return []byte(b.String())
}

// info writes the information dictionary, the older twin of the XMP.
func (d description) info() []byte {
	b := []byte("<<")
	text := func(key, value string) {
		if value != "" {
			b = append(b, '/')
			b = append(b, key...)
			b = appendTextString(b, value)
		}
	}
	text("Title", d.title)
	text("Subject", d.subject)
	text("Author", d.author)
	text("Creator", creatorTool)
	text("Producer", writerName)
	if !d.created.IsZero() {
		at := d.created.Format("D:20060102150405Z")
		text("CreationDate", at)
		text("ModDate", at)
	}
	return append(b, ">>"...)
}
