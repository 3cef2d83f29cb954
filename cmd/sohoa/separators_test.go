package main

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"sohoa/internal/separator"
)

func TestSheetsAreMadeOfAList(t *testing.T) {
	t.Parallel()
	list := filepath.Join(t.TempDir(), "list.csv")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(list, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		list string
		want []separator.Sheet // nil: refused
	}{
		"Vietnamese headings under a title": {"DANH SÁCH HỒ SƠ;\nMã hồ sơ;Nơi để\nHS-1;Kệ 7\nHS-2;\n;\n", []separator.Sheet{
			{Unit: "u", Dossier: "HS-1", Shelf: "Kệ 7"}, {Unit: "u", Dossier: "HS-2", Shelf: "Kho"},
		}},
		"English headings in another order": {"shelf,name,dossier\nA,x,1\n", []separator.Sheet{{Unit: "u", Dossier: "1", Shelf: "A"}}},
		"no dossier among the headings":     {"shelf,name\nA,x\n", nil},
		"a code that is too long":           {"dossier\n" + strings.Repeat("x", 300) + "\n", nil},
	} {
		write(c.list)
		got, err := sheetsFrom(list, separator.Sheet{Unit: "u", Shelf: "Kho"})
		if (err != nil) != (c.want == nil) || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestSeparatorsWritesAFileOrSaysWhyNot(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "s.pdf")
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), []string{"separators", "--dossier", "HS-1,HS-2", "--count", "3", "--out", out}, &stdout, &stderr); code != exitDone {
		t.Fatalf("exit %d: %s", code, &stderr)
	}
	if b, err := os.ReadFile(out); err != nil || !bytes.HasPrefix(b, []byte("%PDF-")) || !strings.HasPrefix(stdout.String(), "5 sheets") {
		t.Errorf("wrote %d bytes, %v, said %q", len(b), err, &stdout)
	}
	if code := run(t.Context(), []string{"separators", "--out", out}, &stdout, &stderr); code != exitUsage {
		t.Errorf("no sheets asked for: exit %d", code)
	}
}
