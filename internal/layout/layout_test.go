// Package layout_test tests the package layout: data flows one way, so imports point
// the other way, and only a few packages import certain libraries.
package layout_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/goicl/goicl/"

// layers lists the packages from left to right. A package imports only layers to
// the left of its own, or its own.
var layers = [][]string{
	{"internal/"},
	{"datasets"},
	{"icl/eval", "icl/optim"},
	{"icl/internal/", "icl/figure"},
	{"internal/lanes", "icl/bayes", "icl/baseline", "icl/linearattention", "icl/learner"},
	{"internal/lanegraph"},
	{"internal/backend"},
	{"icl/transformer", "icl/metalearner", "icl/multilevel", "icl/vision"},
	{"icl/engine"},
	{"internal/trainstep"},
	{"icl/train"},
	{"icl/construct", "icl/tabular"},
	{"icl/learnertest", "internal/parity", "icl/study"},
	{"icl/claim/internal/plane"},
	{"icl/claim/expressiveness", "icl/claim/matching", "icl/claim/selection", "icl/claim/curriculum", "icl/claim/adaptation", "icl/claim/longrun"},
	{"icl/claim", "icl/landmark", "icl/pictures"},
	{"icl/inspect", "icl/compare"},
	{"icl"},
	{"kernels", "icl/notebook"},
	{"internal/bench", "internal/e2e", "internal/battery", "internal/rank"},
	{"cmd/", "docs"},
}

type listed struct {
	ImportPath    string
	Imports, Deps []string
}

// layer is the index of a package in layers, and the prefix that names it there.
func layer(t *testing.T, path string) (place int, prefix string) {
	t.Helper()
	path = strings.TrimPrefix(path, module)
	for i, names := range layers {
		for _, name := range names {
			if path == name || strings.HasPrefix(path, strings.TrimSuffix(name, "/")+"/") && len(name) > len(prefix) && name != "icl" {
				place, prefix = i, name
			}
		}
	}
	if prefix == "" {
		t.Errorf("package %s is in no layer; add it to layers", path)
	}
	return place, prefix
}

func packages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,Deps", module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func TestImportsPointOneWay(t *testing.T) {
	all := packages(t)
	if len(all) < 15 {
		t.Fatalf("go list found only %d packages", len(all))
	}
	for _, p := range all {
		place, prefix := layer(t, p.ImportPath)
		for _, imported := range p.Imports {
			if !strings.HasPrefix(imported, module) {
				continue
			}
			if other, name := layer(t, imported); other >= place && name != prefix {
				t.Errorf("%s imports %s, which lies to its right", p.ImportPath, imported)
			}
		}
	}
}

// TestLibrariesStayInTheirPackages: tasks and predictors without training are usable
// without a tensor library, one package opens backends, and the Jupyter side is not numeric.
func TestLibrariesStayInTheirPackages(t *testing.T) {
	for _, p := range packages(t) {
		path := strings.TrimPrefix(p.ImportPath, module)
		uses := func(library string) bool {
			return slices.ContainsFunc(p.Deps, func(d string) bool { return strings.HasPrefix(d, library) })
		}
		opens := func(library string) bool {
			return slices.ContainsFunc(p.Imports, func(d string) bool { return strings.HasPrefix(d, library) })
		}
		free := strings.HasPrefix(path, "datasets") || strings.HasPrefix(path, "icl/bayes") || path == "icl/baseline" || path == "icl/multilevel" || path == "icl/optim" || path == "kernels" || path == "internal/lanes"
		if free && uses("github.com/gomlx/") {
			t.Errorf("%s depends on GoMLX", path)
		}
		if path != "internal/backend" && (opens("github.com/gomlx/compute/gobackend") || opens("github.com/gomlx/go-xla")) {
			t.Errorf("%s imports a backend; only internal/backend does", path)
		}
		if path == "kernels" && (uses("gonum.org/") || uses(module+"icl")) {
			t.Errorf("%s has something numeric", path)
		}
	}
}
