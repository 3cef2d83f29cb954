package accuracy

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// Transcription is a page whose text a person has read.
type Transcription struct {
	Name string // of the text's file
	File string // the paper it is a page of
	Page int    // from 1
	Text string
}

// ReadTranscriptions reads pages.tsv in a folder (with columns file, page and gt at least) and the texts that its rows name.
func ReadTranscriptions(dir string) ([]Transcription, error) {
	rows, err := readTSV(filepath.Join(dir, "pages.tsv"))
	if err != nil {
		return nil, err
	}
	var pages []Transcription
	for _, row := range rows {
		n, err := strconv.Atoi(row["page"])
		if err != nil {
			return nil, fmt.Errorf("pages.tsv: page %q", row["page"])
		}
		text, err := os.ReadFile(filepath.Join(dir, filepath.Base(row["gt"])))
		if err != nil {
			return nil, err
		}
		pages = append(pages, Transcription{Name: row["gt"], File: filepath.Base(row["file"]), Page: n, Text: string(text)})
	}
	return pages, nil
}

func readTSV(path string) ([]map[string]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	rows, err := r.ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, fmt.Errorf("%s: %d lines, %w", filepath.Base(path), len(rows), err)
	}
	var out []map[string]string
	for _, row := range rows[1:] {
		m := map[string]string{}
		for i, v := range row {
			if i < len(rows[0]) {
				m[rows[0][i]] = v
			}
		}
		out = append(out, m)
	}
	return out, nil
}
