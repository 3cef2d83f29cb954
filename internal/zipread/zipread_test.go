package zipread_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sohoa/internal/fault"
	"sohoa/internal/zipread"
)

type file struct {
	name    string
	content []byte
	raw     *zip.FileHeader // written as it stands with content as its packed bytes
}

func write(t testing.TB, files ...file) string {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for _, f := range files {
		var w io.Writer
		var err error
		if f.raw != nil {
			w, err = z.CreateRaw(f.raw)
		} else {
			w, err = z.Create(f.name)
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(f.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	p := filepath.Join(t.TempDir(), "in.zip")
	if err := os.WriteFile(p, buf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

// names walks a zip and reads every entry to its end.
func names(t testing.TB, path string, l zipread.Limits) ([]string, error) {
	t.Helper()
	var out []string
	err := zipread.Walk(t.Context(), path, l, func(e zipread.Entry) error {
		r, err := e.Open()
		if err != nil {
			return err
		}
		defer r.Close()
		n, err := io.Copy(io.Discard, r)
		if err != nil {
			return err
		}
		if n != e.SizeBytes {
			t.Errorf("%q gave %d bytes, announced %d", e.Name, n, e.SizeBytes)
		}
		out = append(out, e.Name)
		return nil
	})
	return out, err
}

func TestWalk(t *testing.T) {
	t.Parallel()
	page := bytes.Repeat([]byte("page "), 100)
	for name, tc := range map[string]struct {
		files  []file
		limits zipread.Limits
		want   []string
		code   fault.Code
	}{
		"files come in order by their base names": {
			files: []file{{name: "b/2.pdf", content: page}, {name: "a/1.pdf", content: page}}, want: []string{"2.pdf", "1.pdf"},
		},
		"paths that climb out are only names": {
			files: []file{{name: "../../etc/passwd", content: page}, {name: `C:\Windows\x.pdf`, content: page}, {name: "/root/y.pdf", content: page}},
			want:  []string{"passwd", "x.pdf", "y.pdf"},
		},
		"folders and leavings of macOS and Windows are passed over": {
			files: []file{
				{name: "scans/"}, {name: "__MACOSX/scans/._1.pdf", content: page}, {name: ".DS_Store", content: page},
				{name: "scans/Thumbs.db", content: page}, {name: ".hidden/2.pdf", content: page}, {name: "scans/1.pdf", content: page},
			},
			want: []string{"1.pdf"},
		},
		"decomposed names become NFC":          {files: []file{{name: "Quye\u0302\u0301t \u0111i\u0323nh.pdf", content: page}}, want: []string{"Quyết định.pdf"}},
		"names of code page 437 are read":      {files: []file{{name: "caf\x82.pdf", content: page}}, want: []string{"café.pdf"}},
		"direction marks do not disguise":      {files: []file{{name: "scan\u202Efdp.exe", content: page}}, want: []string{"scanfdp.exe"}},
		"a name of dots is no name":            {files: []file{{name: "a/b/\x01", content: page}}, want: []string{"unnamed"}},
		"an empty zip has no entries":          {},
		"a zip inside is refused by name":      {files: []file{{name: "inner.ZIP", content: page}}, code: fault.ArchiveUnsafe},
		"too many entries are refused":         {files: []file{{name: "1", content: page}, {name: "2", content: page}}, limits: zipread.Limits{Entries: 1}, code: fault.ArchiveUnsafe},
		"too much in all is refused":           {files: []file{{name: "1", content: page}, {name: "2", content: page}}, limits: zipread.Limits{TotalBytes: 700}, code: fault.ArchiveUnsafe},
		"a bomb is refused by its ratio":       {files: []file{{name: "white.tif", content: make([]byte, 8<<20)}}, code: fault.ArchiveUnsafe},
		"an entry too large is refused":        {files: []file{{name: "1", content: page}}, limits: zipread.Limits{EntryBytes: 10}, code: fault.ArchiveUnsafe},
		"an entry with a password is refused":  {files: []file{{raw: &zip.FileHeader{Name: "x.pdf", Flags: 1, Method: zip.Store, CompressedSize64: 4, UncompressedSize64: 4}, content: []byte("abcd")}}, code: fault.ArchiveUnsafe},
		"an unusual packing is refused":        {files: []file{{raw: &zip.FileHeader{Name: "x.pdf", Method: 14, CompressedSize64: 4, UncompressedSize64: 4}, content: []byte("abcd")}}, code: fault.ArchiveUnsafe},
		"bytes that do not add up are refused": {files: []file{{raw: &zip.FileHeader{Name: "x.pdf", Method: zip.Store, CRC32: 1, CompressedSize64: 4, UncompressedSize64: 4}, content: []byte("abcd")}}, code: fault.ArchiveUnsafe},
		"an entry larger than announced stops": {files: []file{{raw: &zip.FileHeader{Name: "x.pdf", Method: zip.Store, CompressedSize64: 4, UncompressedSize64: 2}, content: []byte("abcd")}}, code: fault.ArchiveUnsafe},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := names(t, write(t, tc.files...), tc.limits)
			if tc.code != "" {
				if fault.CodeOf(err) != tc.code || fault.VerdictOf(err) != fault.Rejected {
					t.Fatalf("Walk = %v, want %s", err, tc.code)
				}
				return
			}
			if err != nil || strings.Join(got, "|") != strings.Join(tc.want, "|") {
				t.Fatalf("Walk = %q, %v, want %q", got, err, tc.want)
			}
		})
	}
}

func TestEntriesOverEachOtherAreRefused(t *testing.T) {
	t.Parallel()
	p := write(t, file{name: "1.pdf", content: []byte("one page")}, file{name: "2.pdf", content: []byte("two page")})
	b, err := os.ReadFile(p)
	if err != nil {
		t.Fatal(err)
	}
	// Point the second directory entry at the first file's header.
	second := bytes.LastIndex(b, []byte("PK\x01\x02"))
	copy(b[second+42:], []byte{0, 0, 0, 0})
	if err := os.WriteFile(p, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := names(t, p, zipread.Limits{}); fault.CodeOf(err) != fault.ArchiveUnsafe {
		t.Fatalf("Walk = %v, want %s", err, fault.ArchiveUnsafe)
	}
}

func TestACutZipIsRefused(t *testing.T) {
	t.Parallel()
	p := write(t, file{name: "1.pdf", content: []byte("one page")})
	if err := os.Truncate(p, 60); err != nil {
		t.Fatal(err)
	}
	if _, err := names(t, p, zipread.Limits{}); fault.CodeOf(err) != fault.ArchiveUnsafe {
		t.Fatalf("Walk = %v, want %s", err, fault.ArchiveUnsafe)
	}
}

func TestWalkEndsWithTheFirstErrorOfItsFunction(t *testing.T) {
	t.Parallel()
	stop := errors.New("stop")
	calls := 0
	err := zipread.Walk(t.Context(), write(t, file{name: "1", content: []byte("a")}, file{name: "2", content: []byte("b")}), zipread.Limits{},
		func(zipread.Entry) error { calls++; return stop })
	if !errors.Is(err, stop) || calls != 1 {
		t.Fatalf("Walk = %v after %d calls, want %v after 1", err, calls, stop)
	}
}

// FuzzWalk: whatever the bytes, names are no paths, no entry gives more than it announced, and every error is a rejection.
func FuzzWalk(f *testing.F) {
	b, err := os.ReadFile(write(f, file{name: "a/1.pdf", content: []byte("one")}, file{name: "2.pdf", content: bytes.Repeat([]byte("x"), 4000)}))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Fuzz(func(t *testing.T, b []byte) {
		p := filepath.Join(t.TempDir(), "in.zip")
		if err := os.WriteFile(p, b, 0o600); err != nil {
			t.Fatal(err)
		}
		var total int64
		limits := zipread.Limits{TotalBytes: 1 << 20}
		err := zipread.Walk(t.Context(), p, limits, func(e zipread.Entry) error {
			if e.Name == "" || strings.ContainsAny(e.Name, `/\`) || e.Name == ".." {
				t.Errorf("name %q is a path", e.Name)
			}
			r, err := e.Open()
			if err != nil {
				return err
			}
			defer r.Close()
			n, err := io.Copy(io.Discard, r)
			if n > e.SizeBytes {
				t.Errorf("%q gave %d bytes, announced %d", e.Name, n, e.SizeBytes)
			}
			total += n
			return err
		})
		if total > limits.TotalBytes {
			t.Errorf("%d bytes came out, the limit is %d", total, limits.TotalBytes)
		}
		if err != nil && fault.VerdictOf(err) != fault.Rejected {
			t.Errorf("Walk = %v, which does not blame the file", err)
		}
	})
}
