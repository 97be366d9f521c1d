package claim_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/icl/claim"
	"github.com/goicl/goicl/icl/study"
)

// folders of the claims' packages.
var folders = map[string]string{"claim1": "expressiveness", "claim2": "matching", "claim3": "selection", "claim4": "curriculum", "claim5": "adaptation"}

// statements are those of a claim, in a preset.
func statements(t *testing.T, name, preset string) []study.Statement {
	t.Helper()
	s, err := claim.Registry().New(name, preset)
	if err != nil {
		t.Fatal(err)
	}
	return s.Statements
}

// TestStatements: each claim is divided into statements, with an ID of its own and a sentence
// without its period; presets test those of smoke, or some of them.
func TestStatements(t *testing.T) {
	for _, name := range claim.Registry().Names() {
		t.Run(name, func(t *testing.T) {
			want := statements(t, name, "smoke")
			for _, preset := range study.Presets() {
				seen, all := map[string]bool{}, statements(t, name, preset)
				if len(all) < 2 {
					t.Errorf("%s: the statements %+v; want several", preset, all)
				}
				for _, s := range all {
					if !slices.Contains(want, s) || s.ID == "" || seen[s.ID] || s.Text == "" || strings.HasSuffix(s.Text, ".") || s.Verdict != "" {
						t.Errorf("%s: %+v", preset, s)
					}
					seen[s.ID] = true
				}
			}
		})
	}
}

// TestCostsAreThoseOfREADME: what a claim is said to take, in its notebook, too, is what it took
// when its verdict in README was made.
func TestCostsAreThoseOfREADME(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range claim.Registry() {
		row := regexp.MustCompile(`\| \*\*` + d.Name + `: .*\| (\d+) \|`).FindSubmatch(readme)
		if row == nil || string(row[1]) != fmt.Sprint(d.CoreMinutes) {
			t.Errorf("%s: %g core-minutes; README has %q", d.Name, d.CoreMinutes, row)
		}
		notebook, err := filepath.Glob(filepath.Join("..", "..", "notebooks", strings.TrimPrefix(d.Name, "claim")+"_*.ipynb"))
		if err != nil || len(notebook) != 1 {
			t.Fatalf("%s has the notebooks %v, want one (error %v)", d.Name, notebook, err)
		}
		text, err := os.ReadFile(notebook[0])
		said := fmt.Sprintf("The first time about %.0f min on two cores (quick)", math.Ceil(d.CoreMinutes/2))
		if err != nil || !strings.Contains(string(text), said) {
			t.Errorf("%s does not say %q (error %v)", notebook[0], said, err)
		}
	}
}

// TestEachCheckSaysWhy: where a claim makes a check, it says for which statement, and why its
// threshold. That the statement exists, and that each has a check, a study sees to.
func TestEachCheckSaysWhy(t *testing.T) {
	for _, name := range claim.Registry().Names() {
		t.Run(name, func(t *testing.T) {
			statements(t, name, "smoke")
			files, err := filepath.Glob(filepath.Join(folders[name], "*.go"))
			if err != nil {
				t.Fatal(err)
			}
			made := 0
			for _, file := range files {
				if !strings.HasSuffix(file, "_test.go") {
					made += checksIn(t, file)
				}
			}
			if made < 2 {
				t.Errorf("%d checks in %q", made, files)
			}
		})
	}
}

// checksIn counts the checks that a file makes, and reports those that do not say what for.
func checksIn(t *testing.T, file string) (made int) {
	t.Helper()
	set := token.NewFileSet()
	source, err := parser.ParseFile(set, file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	says := map[ast.Expr]bool{}
	ast.Inspect(source, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		of, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if of.Sel.Name == "For" && len(call.Args) == 2 {
			why, literal := call.Args[1].(*ast.BasicLit)
			says[of.X] = !literal || len(why.Value) > len(`""`)
		}
		if pkg, ok := of.X.(*ast.Ident); ok && pkg.Name == "study" && slices.Contains([]string{"Above", "Below", "Within"}, of.Sel.Name) {
			if made++; !says[call] {
				t.Errorf("%s: a check says not for which statement it is, and why its threshold; add For", set.Position(call.Pos()))
			}
		}
		return true
	})
	return made
}
