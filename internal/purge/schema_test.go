package purge_test

import (
	"bytes"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"sohoa/internal/objectstore"
	"sohoa/schemas"
)

// schemas holds what lies in the store against what the schemas say of it.
func (w *world) schemas() {
	t := w.t
	t.Helper()
	for prefix, schema := range map[string][]byte{"accessions/": schemas.Accession, "manifests/": schemas.Manifest, "tombstones/": schemas.Tombstone} {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
		if err != nil {
			t.Fatal(err)
		}
		c := jsonschema.NewCompiler()
		c.AssertFormat()
		if err := c.AddResource(prefix+"schema.json", doc); err != nil {
			t.Fatal(err)
		}
		s, err := c.Compile(prefix + "schema.json")
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for o, err := range w.store.List(t.Context(), objectstore.Records, prefix, "") {
			if err != nil {
				t.Fatal(err)
			}
			b, err := objectstore.NewShelves(w.store).Read(t.Context(), "records", o.Key)
			if err != nil {
				t.Fatal(err)
			}
			v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
			if err == nil {
				err = s.Validate(v)
			}
			if err != nil {
				t.Errorf("%s: %v\n%s", o.Key, err, b)
			}
			n++
		}
		if n == 0 {
			t.Errorf("nothing lies under %s", prefix)
		}
	}
}
