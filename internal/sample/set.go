package sample

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// FieldsFile is what fields of many papers are kept in, beside the folder pdf of the papers themselves.
const FieldsFile = "fields.dev.json"

// WriteFields writes the fields of papers into dir as the hand-made truth of real scans has them, so that one command scores both. The
// papers' scans lie in dir/pdf.
func WriteFields(dir string, papers []Paper) error {
	set := struct {
		What      string   `json:"what"`
		Documents []Fields `json:"documents"`
	}{What: "fields of made papers; what a paper of its kind has beside them is in extra"}
	for _, p := range papers {
		set.Documents = append(set.Documents, p.Truth.Fields)
	}
	b, err := json.MarshalIndent(set, "", " ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, FieldsFile), append(b, '\n'), 0o644); err != nil {
		return fmt.Errorf("write fields of samples: %w", err)
	}
	return nil
}
