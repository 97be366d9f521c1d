package lanes

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestNames: the lists of program.go are those of the C headers, in the same order.
func TestNames(t *testing.T) {
	header := read(t, "instructions.h")
	for kind, list := range map[string]string{"Instruction": "LANES_INSTRUCTIONS", "Reduction": "LANES_REDUCTIONS"} {
		if got, want := constants(t, "program.go", kind), macro(t, header, list); !slices.Equal(got, want) {
			t.Errorf("the constants of type %s are %v, and %s is %v", kind, got, list, want)
		}
	}
	if want := macro(t, header, "LANES_STEPS"); !slices.Equal(steps, want) {
		t.Errorf("steps are %v, and LANES_STEPS is %v", steps, want)
	}
	first := regexp.MustCompile(`enum \{ (LANES_TEMP.*) \}`).FindStringSubmatch(header)
	if first == nil {
		t.Fatal("instructions.h has no list of spaces")
	}
	want := strings.Split(plain(strings.ReplaceAll(first[1], "LANES_", "")), ", ")
	if got := constants(t, "program.go", "Space"); !slices.Equal(got, want) {
		t.Errorf("the constants of type Space are %v, and the header has %v", got, want)
	}
}

// TestSizes: what both languages need to know.
func TestSizes(t *testing.T) {
	for file, want := range map[string]string{
		"program.h":      fmt.Sprintf("TEMPS = %d ", Temps),
		"dot.h":          fmt.Sprintf("PANEL = %d ", Panel),
		"instructions.h": fmt.Sprintf("LANES_SPACE = %d,", 28),
	} {
		if !strings.Contains(read(t, file), want) {
			t.Errorf("%s does not have %q", file, want)
		}
	}
	if Operand(Shared, 5) != 3<<28|5 || MaxOffset != 1<<28-1 {
		t.Error("an operand is not its space and its offset")
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// plain is a name as both languages have it.
func plain(name string) string {
	name = strings.ToLower(strings.ReplaceAll(name, "_", ""))
	return strings.Replace(name, "intsum", "isum", 1)
}

// macro lists the names of an X-macro.
func macro(t *testing.T, header, name string) (names []string) {
	t.Helper()
	_, list, found := strings.Cut(strings.ReplaceAll(header, "\\\n", " "), "#define "+name+"(X)")
	if !found {
		t.Fatalf("no list %s", name)
	}
	list, _, _ = strings.Cut(list, "\n")
	for _, m := range regexp.MustCompile(`X\((\w+)\)`).FindAllStringSubmatch(list, -1) {
		names = append(names, plain(m[1]))
	}
	return names
}

// constants lists the constants of a type, which are numbered in their order.
func constants(t *testing.T, file, kind string) (names []string) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range parsed.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST || !g.Lparen.IsValid() {
			continue
		}
		if of, ok := g.Specs[0].(*ast.ValueSpec).Type.(*ast.Ident); !ok || of.Name != kind {
			continue
		}
		for _, s := range g.Specs {
			names = append(names, plain(s.(*ast.ValueSpec).Names[0].Name))
		}
	}
	return names
}
