package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// fits fails unless what a command printed is one document of the schema of that name.
func fits(t *testing.T, name, stdout string) {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join(schemas, name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(stdout))
	if err != nil {
		t.Fatalf("%v in %q", err, stdout)
	}
	if err := schema.Validate(doc); err != nil {
		t.Errorf("%v\nof %s", err, stdout)
	}
}

// schemas is an absolute folder, since some tests work in another.
var schemas, _ = filepath.Abs(filepath.Join("..", "..", "docs", "json"))

// TestReproduceSchema: the document fits its schema, and one with a field that the schema does not
// know, or without one that it requires, does not.
func TestReproduceSchema(t *testing.T) {
	stdout, _, err := reproduce(t, "tiny", "--preset", "smoke", "--dir", t.TempDir(), "--json")
	if err != nil {
		t.Fatal(err)
	}
	fits(t, "reproduce", stdout)
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join(schemas, "reproduce.json"))
	if err != nil {
		t.Fatal(err)
	}
	for old, changed := range map[string]string{`"version":`: `"versions":`, `"status":"`: `"status":"so `, `"seed":0`: `"seed":0.5`} {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(strings.Replace(stdout, old, changed, 1)))
		if err != nil {
			t.Fatal(err)
		}
		if schema.Validate(doc) == nil {
			t.Errorf("a document with %s in the place of %s fits", changed, old)
		}
	}
}
