package register

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"sohoa/internal/fault"
)

// maxLine is the longest record in a body, in bytes.
const maxLine = 1 << 20

// Lines reads a body with a JSON record a line (application/x-ndjson). Empty lines are passed over. A record may carry "line", the line it
// stood in elsewhere, which problems are then reported by. A line that cannot be read is a problem of that line; a line of more than a
// mebibyte, or a body that breaks off, is an error.
func Lines(k Kind, body io.Reader) Source {
	sc := bufio.NewScanner(body)
	sc.Buffer(make([]byte, 0, 64<<10), maxLine)
	line := 0
	return func() (Given, bool, error) {
		for sc.Scan() {
			line++
			b := bytes.TrimSpace(sc.Bytes())
			if len(b) == 0 {
				continue
			}
			return decode(k, line, b), true, nil
		}
		if errors.Is(sc.Err(), bufio.ErrTooLong) {
			return Given{}, false, fault.New(fault.RequestMalformed, "line %d is longer than 1 MiB; send one record a line", line+1)
		}
		return Given{}, false, sc.Err()
	}
}

func decode(k Kind, line int, b []byte) Given {
	g := Given{Line: line}
	var err error
	switch k {
	case Units:
		v := struct {
			Line int `json:"line"`
			*Unit
		}{0, &Unit{}}
		err = strictly(b, &v)
		g.Record, line = v.Unit, v.Line
	case Procedures:
		v := struct {
			Line int `json:"line"`
			*Procedure
		}{0, &Procedure{}}
		err = strictly(b, &v)
		g.Record, line = v.Procedure, v.Line
	case Holders:
		v := struct {
			Line int `json:"line"`
			*Holder
		}{0, &Holder{}}
		err = strictly(b, &v)
		g.Record, line = v.Holder, v.Line
	case Dossiers:
		v := struct {
			Line int `json:"line"`
			*Dossier
		}{0, &Dossier{}}
		err = strictly(b, &v)
		g.Record, line = v.Dossier, v.Line
	default:
		err = errors.New("there is no such list")
	}
	if line > 0 {
		g.Line = line
	}
	if err != nil {
		g.Record, g.Problems = nil, []Problem{unreadable(err)}
	}
	return g
}

// strictly decodes one value without fields that nobody knows and nothing behind it.
func strictly(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one value")
	}
	return nil
}

// unreadable says what is wrong with a line of JSON without quoting it.
func unreadable(err error) Problem {
	p := Problem{What: "the line is not a record in JSON", Cure: "send one JSON object a line, as the API's description says"}
	if t, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		p.Column, p.What = t.Field, "the value is of the wrong type"
	} else if _, name, ok := strings.Cut(err.Error(), "unknown field "); ok {
		p.Column, p.What, p.Cure = strings.Trim(name, `"`), "there is no such field", "leave it out, or correct its name"
	}
	return p
}

// EncodeLine writes a record as Lines reads it. Identifiers lie open in it.
func EncodeLine(w io.Writer, line int, rec Record) error {
	b, err := json.Marshal(rec)
	if err != nil {
		return err
	}
	head, err := json.Marshal(struct {
		Line int `json:"line"`
	}{line})
	if err != nil {
		return err
	}
	head[len(head)-1] = ','
	_, err = w.Write(append(append(head, b[1:]...), '\n'))
	return err
}
