// Package repotest holds tests about the repository itself.
package repotest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sohoa/internal/roottest"
)

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	t.Parallel()
	root, err := roottest.Module()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Doc,GoFiles,TestGoFiles,XTestGoFiles,Dir", "./...")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(out))
	n := 0
	for {
		var p struct {
			ImportPath, Doc, Dir string
			GoFiles              []string
			TestGoFiles          []string
			XTestGoFiles         []string
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		n++
		if p.Doc != "" || p.ImportPath == "sohoa/internal/postgres/sqlc" { // generated
			continue
		}
		if len(p.GoFiles) == 0 && testFilesSayIt(t, p.Dir, append(p.TestGoFiles, p.XTestGoFiles...)) {
			continue
		}
		t.Errorf("%s has no package comment: say what it is and what always holds", p.ImportPath)
	}
	if n < 20 {
		t.Errorf("only %d packages were looked at", n)
	}
}

func testFilesSayIt(t *testing.T, dir string, files []string) bool {
	t.Helper()
	for _, f := range files {
		b, err := os.ReadFile(filepath.Join(dir, f))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.HasPrefix(b, []byte("// Package ")) {
			return true
		}
	}
	return false
}

func TestArchitecturePointsAtWhatExists(t *testing.T) {
	t.Parallel()
	root, err := roottest.Module()
	if err != nil {
		t.Fatal(err)
	}
	for _, doc := range []string{"README.md", "ARCHITECTURE.md", "SECURITY.md", "CONTRIBUTING.md"} {
		b, err := os.ReadFile(filepath.Join(root, doc))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile("`((?:internal|cmd|workers|schemas|deploy|docs)/[A-Za-z0-9_./-]*)`").FindAllStringSubmatch(string(b), -1) {
			if _, err := os.Stat(filepath.Join(root, strings.TrimSuffix(m[1], "/"))); err != nil {
				t.Errorf("%s names %s, which is not there", doc, m[1])
			}
		}
	}
}
