package main

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/client"
	"sohoa/internal/fault"
	"sohoa/internal/retrieve"
)

type findCmd struct {
	remote
	Query  []string `arg:"" help:"Words, a \"phrase\", or number and symbol such as 12/QĐ-UBND."`
	Holder bool     `help:"The query is the identifier of a person or firm: 12 digits (CCCD), 9 (CMND) or a tax code. A number of a card is taken for one anyway; - reads it from standard input."`
	Unit   string   `help:"Only this unit."`
	From   string   `help:"Issued on this day (2024-03-15) or later."`
	To     string   `help:"Issued on this day or earlier."`
	Limit  int      `default:"20" help:"How many at most."`
	JSON   bool     `name:"json" help:"One object a line."`
}

// Help gives examples.
func (*findCmd) Help() string {
	return "Words match with or without diacritics. Exit 1 when nothing is found.\n\nExamples:\n  sohoa find giấy phép xây dựng\n  sohoa find 12/QĐ-UBND --from 2024-01-01\n  sohoa find --holder - < number.txt\n"
}

func (c *findCmd) Run(e *env) error {
	cl, err := c.client()
	if err != nil {
		return err
	}
	q := url.Values{"q": {strings.Join(c.Query, " ")}}
	for k, v := range map[string]string{"unit": c.Unit, "from": c.From, "to": c.To} {
		if v != "" {
			q.Set(k, v)
		}
	}
	holder, err := c.holder(e)
	if err != nil {
		return err
	}
	found := 0
	for found < c.Limit {
		q.Set("limit", strconv.Itoa(min(c.Limit-found, retrieve.MaxLimit)))
		var page client.Hits
		if holder != "" {
			page, err = cl.SearchHolder(e.ctx, client.HolderSearch{
				Holder: holder, Unit: c.Unit, From: c.From, To: c.To, Cursor: q.Get("cursor"), Limit: min(c.Limit-found, retrieve.MaxLimit),
			})
		} else {
			page, err = cl.Search(e.ctx, q)
		}
		if err != nil {
			return err
		}
		for _, h := range page.Hits {
			found++
			if c.JSON {
				if err := printJSON(e.stdout, h); err != nil {
					return err
				}
				continue
			}
			fmt.Fprintf(e.stdout, "%s  %s\n", h.ID, oneLine(h.Title))
			if holder != "" && h.Page > 0 {
				fmt.Fprintf(e.stdout, "    page %d\n", h.Page)
			}
			if len(h.Snippet) > 0 {
				fmt.Fprintf(e.stdout, "    page %d: %s\n", h.Page, snippetText(h.Snippet))
			}
		}
		if page.Next == "" {
			break
		}
		q.Set("cursor", page.Next)
	}
	if found == 0 {
		if !c.JSON {
			fmt.Fprintln(e.stderr, "sohoa: nothing was found")
		}
		return codeError(exitStalled)
	}
	return nil
}

// holder is the identifier that is asked for; empty when the query is words.
func (c *findCmd) holder(e *env) (string, error) {
	text := strings.Join(c.Query, " ")
	switch {
	case c.Holder && text == "-":
		b, err := io.ReadAll(io.LimitReader(os.Stdin, 256))
		return strings.TrimSpace(string(b)), err
	case c.Holder || retrieve.NamesPerson(text):
		return text, nil
	}
	return "", nil
}

func snippetText(runs []retrieve.Snippet) string {
	var b strings.Builder
	for _, r := range runs {
		if r.Match {
			b.WriteString("[" + r.Text + "]")
		} else {
			b.WriteString(r.Text)
		}
	}
	return b.String()
}

type showCmd struct {
	remote
	ID   string `arg:"" help:"A document's id."`
	JSON bool   `name:"json" help:"As JSON."`
}

func (c *showCmd) Run(e *env) error {
	cl, err := c.client()
	if err != nil {
		return err
	}
	v, err := cl.Document(e.ctx, archive.DocumentID(c.ID))
	if err != nil {
		return err
	}
	history, err := cl.History(e.ctx, archive.DocumentID(c.ID))
	if err != nil {
		return err
	}
	if c.JSON {
		return printPretty(e.stdout, struct {
			retrieve.View
			History []retrieve.Event `json:"history"`
		}{v, history})
	}
	fmt.Fprintf(e.stdout, "%s\n%s/documents/%s\n\n", v.Title, cl.Base(), v.ID)
	fmt.Fprintf(e.stdout, "file       %s (%d pages, version %d)\nunit       %s\nstate      %s, %s\n", v.Name, v.Pages, v.Version, v.Unit, v.Processing, v.Release)
	if v.Trouble != nil {
		fmt.Fprintf(e.stdout, "%-10s %s (%s)\n", v.Trouble.Verdict, v.Trouble.Detail, v.Trouble.Code)
	}
	if v.Rendition != nil {
		fmt.Fprintf(e.stdout, "rendition  %s, %d bytes (%s)\n", v.Conformance, v.Rendition.SizeBytes, v.CheckedBy)
	}
	for _, a := range v.Accessions {
		for _, s := range a.Signatures {
			fmt.Fprintf(e.stdout, "signature  %s\n", describeSignature(s))
		}
	}
	fmt.Fprintln(e.stdout, "\nfields")
	for _, f := range v.Fields {
		asked := ""
		if f.Asked {
			asked = "  ← to be confirmed"
		}
		fmt.Fprintf(e.stdout, "  %-16s %s%s\n", f.Name, oneLine(f.Value), asked)
	}
	fmt.Fprintln(e.stdout, "\nhistory")
	for _, h := range history {
		fmt.Fprintf(e.stdout, "  %s  %s  %s\n", h.At.In(vietnam()).Format("02/01/2006 15:04:05"), h.Actor, h.Action)
	}
	return nil
}

type getCmd struct {
	remote
	ID        string `arg:"" help:"A document's id."`
	Access    bool   `xor:"part" help:"The small searchable PDF/A, for viewing and sending."`
	Rendition bool   `xor:"part" help:"The searchable PDF/A with every pixel (default)."`
	Master    bool   `xor:"part" help:"The file as received, bit for bit."`
	Text      bool   `xor:"part" help:"The text."`
	HOCR      bool   `name:"hocr" xor:"part" help:"Words with boxes."`
	Manifest  bool   `xor:"part" help:"The manifest."`
	Out       string `short:"o" required:"" help:"File to write; - for standard output." `
}

func (c *getCmd) Run(e *env) error {
	cl, err := c.client()
	if err != nil {
		return err
	}
	kind := retrieve.PartRendition
	switch {
	case c.Access:
		kind = retrieve.PartAccess
	case c.Master:
		kind = retrieve.PartMaster
	case c.Text:
		kind = retrieve.PartText
	case c.HOCR:
		kind = retrieve.PartHOCR
	case c.Manifest:
		kind = retrieve.PartManifest
	}
	if c.Out == "-" {
		return download(e, cl, archive.DocumentID(c.ID), kind, e.stdout)
	}
	tmp, err := os.CreateTemp(filepath.Dir(c.Out), ".sohoa-get-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	err = download(e, cl, archive.DocumentID(c.ID), kind, tmp)
	if err := errors.Join(err, tmp.Chmod(0o644), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), c.Out)
}

// download fetches a part, and waits while it is being made.
func download(e *env, cl *client.Client, id archive.DocumentID, kind retrieve.PartKind, w io.Writer) error {
	for {
		_, err := cl.Download(e.ctx, id, kind, w)
		if fault.CodeOf(err) != fault.NotReady {
			return err
		}
		fmt.Fprintln(e.stderr, "sohoa: note:", fault.DetailOf(err))
		select {
		case <-time.After(5 * time.Second):
		case <-e.ctx.Done():
			return e.ctx.Err()
		}
	}
}
