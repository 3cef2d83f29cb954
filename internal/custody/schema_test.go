package custody_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"sohoa/internal/custody"
	"sohoa/internal/custody/custodytest"
	"sohoa/schemas"
)

func compile(t *testing.T, name string, schema []byte) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(name, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWhatIsWrittenIsWhatTheSchemasSay(t *testing.T) {
	t.Parallel()
	w := custodytest.New(t)
	fill(w)
	for prefix, s := range map[string]*jsonschema.Schema{
		"accessions/": compile(t, "accession.json", schemas.Accession), "manifests/": compile(t, "manifest.json", schemas.Manifest),
	} {
		n := 0
		for o, err := range w.Shelves.List(t.Context(), custody.Records, prefix, "") {
			if err != nil {
				t.Fatal(err)
			}
			b, err := w.Shelves.Read(t.Context(), custody.Records, o.Key)
			if err != nil {
				t.Fatal(err)
			}
			check := func(b []byte) error {
				v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
				if err != nil {
					return err
				}
				return s.Validate(v)
			}
			if err := check(b); err != nil {
				t.Errorf("%s: %v\n%s", o.Key, err, b)
			}
			for _, bad := range []struct{ from, to string }{{`"unit": "u1"`, `"unit": ""`}, {`"name"`, `"nom"`}, {`"master": "`, `"master": "0`}, {`"access": "unit"`, `"access": "all"`}} {
				if err := check([]byte(strings.Replace(string(b), bad.from, bad.to, 1))); err == nil {
					t.Errorf("%s: the schema allows %s", o.Key, bad.to)
				}
			}
			n++
		}
		if n < 7 {
			t.Errorf("%d objects under %s were checked", n, prefix)
		}
	}
}
