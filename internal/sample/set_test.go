package sample

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

func TestFieldsOfASetReadBackInTheOrderOfItsPapers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	papers := []Paper{{Truth: Truth{Fields: Fields{File: "0000-a.pdf", Symbol: "QĐ-UBND", Extra: map[string]string{"holder": "Lê Thị Ân"}}}}, {Truth: Truth{Fields: Fields{File: "0001-b.pdf"}}}}
	if err := WriteFields(dir, papers); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, FieldsFile))
	if err != nil {
		t.Fatal(err)
	}
	var back struct{ Documents []Fields }
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if len(back.Documents) != 2 || back.Documents[0].File != "0000-a.pdf" || back.Documents[0].Extra["holder"] != "Lê Thị Ân" || back.Documents[1].File != "0001-b.pdf" {
		t.Errorf("read back %+v", back.Documents)
	}
}
