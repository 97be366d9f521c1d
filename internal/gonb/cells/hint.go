package cells

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strings"
	"sync"
)

// gone are the names that the main functions of executed cells have declared, each with the
// number of the last such cell.
var gone struct {
	sync.Mutex
	cells map[string]int
}

// Remember notes the names that a cell declares in its main function, which [Explain]
// needs. code is that function, "" if the cell has none.
func Remember(cell int, code string) {
	file, err := parser.ParseFile(token.NewFileSet(), "", "package main\n"+code, parser.SkipObjectResolution)
	if err != nil {
		return
	}
	gone.Lock()
	defer gone.Unlock()
	if gone.cells == nil {
		gone.cells = map[string]int{}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				for _, x := range n.Lhs {
					if id, ok := x.(*ast.Ident); ok {
						gone.cells[id.Name] = cell
					}
				}
			}
		case *ast.DeclStmt:
			declared(n.Decl, func(id *ast.Ident) { gone.cells[id.Name] = cell })
		}
		return true
	})
}

// cellOf is the last cell whose main function has declared the name.
func cellOf(name string) (cell int, ok bool) {
	gone.Lock()
	defer gone.Unlock()
	cell, ok = gone.cells[name]
	return cell, ok
}

// Explain is a message of the Go parser, of goimports or of the go command, with a hint for
// each line that means something else in a notebook than in a file.
func Explain(message string) string {
	var hints []string
	for line := range strings.Lines(message) {
		if hint := hintFor(strings.TrimSpace(line)); hint != "" && !strings.Contains(strings.Join(hints, "\n"), hint) {
			hints = append(hints, hint)
		}
	}
	if len(hints) == 0 {
		return message
	}
	return strings.TrimRight(message, "\n") + "\n" + strings.Join(hints, "\n")
}

var (
	undefinedName = regexp.MustCompile(`main(?:_test)?\.go:\d+:\d+: undefined: (\w+)$`)
	redeclared    = regexp.MustCompile(`: (\w+) already declared through dot-import of package`)
	noModule      = regexp.MustCompile(`no required module provides package (\S+?);|package (\S+) is not in std`)
	funcInMain    = regexp.MustCompile(`: expected '\(', found \w+`)
)

// hintFor is what a line of a message means in a notebook, "" for nothing else than in a
// file.
func hintFor(line string) string {
	switch {
	case strings.Contains(line, ": expected declaration, found "):
		return "hint: a statement must come after a line with %% alone; above that line a cell has only declarations: import, type, const, var, func"
	case funcInMain.MatchString(line):
		return "hint: a function with a name must come above the line with %%; below it write f := func(…) { … }"
	}
	if m := undefinedName.FindStringSubmatch(line); m != nil {
		return undefinedHint(m[1])
	}
	if m := redeclared.FindStringSubmatch(line); m != nil {
		return fmt.Sprintf("hint: the notebook imports all names of that package, %s too; give yours another name", m[1])
	}
	if m := noModule.FindStringSubmatch(line); m != nil {
		return fmt.Sprintf("hint: this notebook's module does not have %s; run the notebook's first cell, which sets the module up, and read what it prints", m[1]+m[2])
	}
	return ""
}

func undefinedHint(name string) string {
	if cell, ok := cellOf(name); ok {
		return fmt.Sprintf("hint: cell [%d] has declared %s below its %%%%, and what is declared there is gone when that cell ends; use it in that cell, or declare it above the %%%% with var or func, so that each later cell computes it again", cell, name)
	}
	return fmt.Sprintf("hint: no cell that was run declares %s; check how it is written, and run the cell that declares it or imports it (Run > Run All Above Selected Cell)", name)
}
