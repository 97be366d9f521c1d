package e2e

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
)

// notebookImport is the cell with which each notebook imports what it shows with.
const notebookImport = `import . "github.com/goicl/goicl/icl/notebook"

%%
Ready("quick")`

// ordinary are cells as readers write them after the set-up. Most do not use the package
// that [notebookImport] imports.
var ordinary = []string{
	"%%\nfmt.Println(\"hello\")",
	"func double(x float64) float64 { return 2 * x }",
	"%%\nfmt.Println(double(4))",
	"type point struct{ X, Y float64 }\n\nfunc (p point) norm() float64 { return math.Hypot(p.X, p.Y) }",
	"%%\nfmt.Printf(\"%.1f\\n\", point{3, 4}.norm())",
	"const seed = 7",
	"var names = []string{\"a\", \"b\"}",
	"%%\nfor i, n := range names {\n\tfmt.Println(i, n, seed)\n}",
	"import \"strings\"\n\n%%\nfmt.Println(strings.Repeat(\"ab\", 3))",
	"import \"math/rand/v2\"\n\nfunc coin(r *rand.Rand) bool { return r.IntN(2) == 0 }",
	"%%\nr := rand.New(rand.NewPCG(1, 2))\nheads := 0\nfor range 100 {\n\tif coin(r) {\n\t\theads++\n\t}\n}\nfmt.Println(heads > 0)",
	"// Nothing but a comment.",
	"%%",
	"%%\nShow(\"**bold**\")",
	"%%\nx := 3\n_ = x",
	"func square(xs []float64) (out []float64) {\n\tfor _, x := range xs {\n\t\tout = append(out, x*x)\n\t}\n\treturn out\n}\n\n%%\nShow(square([]float64{1, 2, 3}), 4, .5, point{1, 2}, map[string]int{\"a\": 1})",
	"// Progress is a field here, and the name of something in the notebook package.\ntype options struct{ Progress, Show int }\n\n%%\nfmt.Println(options{Progress: 1, Show: 2})",
	"func show() { Show(\"from a function\") }",
	"%%\nshow()",
	"!echo a shell command",
	"%%\ndefer fmt.Println(\"end\")\nfunc() { fmt.Println(\"begin\") }()",
	"%%\nvar err error\nShow(err, errors.New(\"just to be shown\"))",
	"import \"sort\"\n\n%%\nxs := []int{3, 1, 2}\nsort.Ints(xs)\nfmt.Println(xs)",
}

// mistakes are cells with what their error must say.
var mistakes = []struct {
	cell string
	want []string
}{
	{"fmt.Println(\"no function around\")", []string{"expected declaration", "hint: a statement must come after a line with %%"}},
	{"%%\nfunc late() {}", []string{"hint: a function with a name must come above the line with %%"}},
	{"%%\nfmt.Println(heads)", []string{"undefined: heads", "declared heads below its %%"}},
	{"%%\nfmt.Println(nowhere)", []string{"undefined: nowhere", "hint: no cell that was run declares nowhere"}},
	{"%%\nxs := []int{1}\ni := 5\nfmt.Println(xs[i])", []string{"index out of range [5] with length 1", "panic in cell [", ", line 4: runtime error"}},
	{"%%\nvar p *point\nfmt.Println(p.norm())", []string{"nil pointer dereference", "panic in cell ["}},
	{"!false", []string{"the command failed with exit status 1: !false"}},
	{"!*go get example.invalid/nothing", []string{"the command failed", "hint: the message above says what go could not fetch"}},
	{"%%\nShow(func() {})", []string{"cannot show a func(); call it and show the result"}},
}

// cells runs ordinary cells after the set-up, which must all succeed, and mistakes, whose
// messages must lead on.
func (s *suite) cells(ctx context.Context) error {
	return s.inSession(ctx, filepath.Dir(s.notebooks[0]), nil, func(session kernel) error {
		for _, cell := range ordinary {
			if _, err := session.Run(cell); err != nil {
				return fmt.Errorf("the cell %q failed: %w", cell, err)
			}
		}
		s.log("%d ordinary cells ran", len(ordinary))
		for _, m := range mistakes {
			answer, err := session.Run(m.cell)
			if err == nil {
				return fmt.Errorf("the cell %q succeeded, want the error %q", m.cell, m.want)
			}
			for _, part := range m.want {
				if !strings.Contains(answer.Stderr, part) {
					return fmt.Errorf("the cell %q says %q, want %q", m.cell, answer.Stderr, part)
				}
			}
			if strings.Contains(answer.Stderr, "/main.go") {
				return fmt.Errorf("the cell %q says %q, which names a file that no reader has", m.cell, answer.Stderr)
			}
		}
		s.log("%d mistakes were explained", len(mistakes))
		return nil
	}, s.setupCell, notebookImport)
}
