package web_test

import (
	"bytes"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"sohoa/internal/web"
)

//go:generate go test . -run ^TestOpenAPIFileIsCurrent$ -update

var update = flag.Bool("update", false, "rewrite schemas/openapi.yaml from the routes")

func TestOpenAPIFileIsCurrent(t *testing.T) {
	t.Parallel()
	path := filepath.Join("..", "..", "schemas", "openapi.yaml")
	want := open(t).web.OpenAPI()
	if *update {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is stale; run go generate ./internal/web, read the diff and commit it", path)
	}
}

// described is the part of the description that the test reads.
type described struct {
	OpenAPI string                               `yaml:"openapi"`
	Paths   map[string]map[string]map[string]any `yaml:"paths"`
}

func TestEveryRouteOfTheAPIIsDescribedAndEveryDescribedRouteExists(t *testing.T) {
	t.Parallel()
	d := open(t)
	resp, b := d.get("/api/v1/openapi.yaml", "")
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("openapi.yaml: %d", resp.StatusCode)
	}
	var spec described
	if err := yaml.Unmarshal(b, &spec); err != nil {
		t.Fatal(err)
	}
	if spec.OpenAPI != "3.1.0" {
		t.Errorf("openapi = %q", spec.OpenAPI)
	}
	var have, ids []string
	for path, ops := range spec.Paths {
		for method, op := range ops {
			have = append(have, strings.ToUpper(method)+" "+path)
			id, _ := op["operationId"].(string)
			if id == "" || slices.Contains(ids, id) {
				t.Errorf("%s %s: operationId %q is empty or used twice", method, path, id)
			}
			ids = append(ids, id)
			responses, _ := op["responses"].(map[string]any)
			if responses["default"] == nil {
				t.Errorf("%s %s: the problem answer is not described", method, path)
			}
		}
	}
	want := web.APIRoutes(d.web)
	slices.Sort(have)
	slices.Sort(want)
	if !slices.Equal(have, want) {
		t.Errorf("described:\n%s\nserved:\n%s", strings.Join(have, "\n"), strings.Join(want, "\n"))
	}
}

func TestNoFieldOfAnAnswerIsDescribedAsABareArrayOfBytes(t *testing.T) {
	t.Parallel()
	b := string(open(t).web.OpenAPI())
	for _, name := range []string{"master:", "digest:"} {
		for i := strings.Index(b, " "+name); i >= 0; {
			rest := b[i : i+120]
			if !strings.Contains(rest, "type: string") {
				t.Errorf("a digest is not a string: %s", rest)
			}
			j := strings.Index(b[i+1:], " "+name)
			if j < 0 {
				break
			}
			i += 1 + j
		}
	}
}
