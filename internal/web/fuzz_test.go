package web_test

import (
	"mime"
	"net/url"
	"strings"
	"testing"

	"sohoa/internal/web"
)

// FuzzCursor: what is taken was given: one place in a list has one spelling.
func FuzzCursor(f *testing.F) {
	for _, s := range []string{"", web.EncodeCursor("documents", 1), web.EncodeCursor("documents", 1<<62), "ZG9jdW1lbnRzOjE", "ZG9jdW1lbnRzOi0x", "x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		at, err := web.DecodeCursor("documents", s)
		if err == nil && at != 0 && web.EncodeCursor("documents", at) != s {
			t.Errorf("cursor %q is taken as %d, which is spelt %q", s, at, web.EncodeCursor("documents", at))
		}
		if err == nil && at == 0 && s != "" {
			t.Errorf("cursor %q is taken as the start", s)
		}
	})
}

// FuzzDigestField: a digest that is taken stands in the field in base64.
func FuzzDigestField(f *testing.F) {
	for _, s := range []string{"sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:", "sha-512=:AA==:,sha-256=:", "sha-256=:AAAA:;p=1", "", "=", ","} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, ok, err := web.ParseDigestField(s)
		if ok && err == nil && (d.IsZero() || !strings.Contains(s, ":"+d.Base64()+":")) {
			t.Errorf("%q is taken as %s", s, d)
		}
	})
}

// FuzzLocalPath: where a form sends people is a path of ours, whatever it says.
func FuzzLocalPath(f *testing.F) {
	for _, s := range []string{"/batches?cursor=x", "//elsewhere.example", "https://elsewhere.example", "/\\elsewhere.example", "javascript:alert(1)", "/a/../..//b", "/%2f%2fx", "\t//x", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := web.LocalPath(s)
		u, err := url.Parse(got)
		if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(got, "/") || strings.HasPrefix(got, "//") || strings.ContainsAny(got, "\\\r\n") {
			t.Errorf("LocalPath(%q) = %q", s, got)
		}
	})
}

// FuzzContentDisposition: the header is one line, and a reader gets the name back.
func FuzzContentDisposition(f *testing.F) {
	for _, s := range []string{"giấy phép.pdf", `a"b\c.pdf`, "a\r\nSet-Cookie: x", "50%.pdf", "a;b.pdf", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		name = strings.ToValidUTF8(name, "?") // names are cleaned before
		v := web.ContentDisposition("attachment", name)
		if strings.ContainsAny(v, "\r\n") {
			t.Fatalf("%q breaks the line: %q", name, v)
		}
		_, p, err := mime.ParseMediaType(v)
		if err != nil || p["filename"] != name {
			t.Errorf("%q comes back as %q (%v) from %s", name, p["filename"], err, v)
		}
	})
}
