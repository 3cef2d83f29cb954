package intake

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func TestANameKeepsItsFileAndTheFolderItLayIn(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"a.pdf": "a.pdf", "x/y/a.pdf": "y/a.pdf", `D:\quét\H24.1-230523-0001\a.pdf`: "H24.1-230523-0001/a.pdf", `C:\a.pdf`: "a.pdf", "/a.pdf": "a.pdf",
		"../../etc/passwd": "etc/passwd", "..": "unnamed", "": "unnamed", "x/": "x", " a.pdf ": "a.pdf", "./a.pdf": "a.pdf", "a\x00b.pdf": "ab.pdf",
		"hộp 1/tờ 1.pdf": "hộp 1/tờ 1.pdf", strings.Repeat("f", 200) + "/" + strings.Repeat("n", 200): strings.Repeat("n", 200),
	} {
		if got := CleanName(name); got != want {
			t.Errorf("%q is kept as %q, want %q", name, got, want)
		}
	}
}

func FuzzCleanNamesAreShortAndLeadNowhere(f *testing.F) {
	for _, s := range []string{"a.pdf", "../x", `a\b\c`, "x/..", "\u202efdp.exe", strings.Repeat("ộ", 300), "a/./b", "//", "\xff/\xfe"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n := CleanName(s)
		if n == "" || len(n) > 255 || !utf8.ValidString(n) || !norm.NFC.IsNormalString(n) || strings.HasPrefix(n, "/") || strings.Count(n, "/") > 1 {
			t.Errorf("%q is kept as %q", s, n)
		}
		for part := range strings.SplitSeq(n, "/") {
			if part == "" || part == "." || part == ".." {
				t.Errorf("%q is kept as %q", s, n)
			}
		}
		if again := CleanName(n); again != n {
			t.Errorf("%q becomes %q when it comes again", n, again)
		}
	})
}
