package client

import (
	"net/url"
	"testing"
)

func FuzzPlace(f *testing.F) {
	f.Add([]byte(`{"server":"http://h","upload":"ABC234","sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size_bytes":17000000,"batch":"Lô 7"}`))
	f.Add([]byte(`{"server":"http://h","upload":"../accessions","size_bytes":1}`))
	f.Add([]byte(`{"server":"http://h","upload":"a?b#c","size_bytes":-1}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		pl, ok := parsePlace(b)
		if !ok {
			return
		}
		u, err := url.Parse("http://h/api/v1/uploads/" + pl.Upload)
		if err != nil || u.Path != "/api/v1/uploads/"+pl.Upload || u.JoinPath().Path != u.Path || u.RawQuery != "" || u.Fragment != "" {
			t.Errorf("the upload %q leads to %v, %v", pl.Upload, u, err)
		}
		if pl.SizeBytes <= 0 {
			t.Errorf("a size of %d bytes", pl.SizeBytes)
		}
	})
}
