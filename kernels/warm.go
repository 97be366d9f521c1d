package kernels

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/goicl/goicl/internal/process"
)

// gonbui is the package through which a cell displays things.
const gonbui = "github.com/janpfeifer/gonb/gonbui"

// warm builds a program that imports every package of the library and of the user's module, in
// the way the kernel builds a cell: in a module, in a workspace with the user's, with the same
// flags. Without a module it fetches the library as a notebook's first cell does. It fills the build cache, and the module cache
// with what workspaces need, so that the first cell is quick and works offline.
//
// Code that does not compile is only a warning: cells will show the error.
func (e *Environment) warm(ctx context.Context, g goTool) error {
	err := e.log.step("Go build cache", func() error { return e.buildImports(ctx, g) })
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		e.log.line("warning: the build cache is not warm, the first cell may be slow or fail (%v)", err)
	}
	return nil
}

func (e *Environment) buildImports(ctx context.Context, g goTool) error {
	dir := e.home.warmup()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	os.Remove(filepath.Join(dir, "go.mod"))
	os.Remove(filepath.Join(dir, "go.work"))
	steps := [][]string{{"mod", "init", "cell"}, {"work", "init", ".", e.root}}
	if e.root == "" {
		steps[1] = []string{"get", modulePath + "/...@" + e.version, gonbui + "@" + toolVersion(gonbModule)}
	}
	for _, args := range steps {
		if err := process.Run(ctx, cellCommand(ctx, g, dir, args...)); err != nil {
			return err
		}
	}
	packages, err := e.importable(ctx, g, cmp.Or(e.root, dir))
	if err != nil {
		return err
	}
	if err := writeCell(dir, packages); err != nil {
		return err
	}
	return e.build(ctx, g, dir)
}

// build compiles the cell, and shows a bar over the packages that it has to compile.
func (e *Environment) build(ctx context.Context, g goTool, dir string) error {
	stale, err := process.Output(ctx, cellCommand(ctx, g, dir, "list", "-deps", "-f", "{{if .Stale}}{{.ImportPath}}{{end}}", "."))
	if err != nil {
		return err
	}
	cmd := cellCommand(ctx, g, dir, "build", "-v", "-o", "cell", ".")
	output := compiled{log: e.log, total: len(strings.Fields(string(stale)))}
	cmd.Stdout, cmd.Stderr = &output, &output
	err = process.Explain(ctx, cmd, cmd.Run(), output.text.String())
	e.log.show("", 0, 0)
	return err
}

// warmCompletion has gopls read what a cell can import, so that the first completion
// does not wait for it longer than the kernel does. It can fail without harm.
func (e *Environment) warmCompletion(ctx context.Context) {
	cmd := process.Command(ctx, "nice", "-n", "19", e.home.gopls(), "check", "main.go")
	cmd.Dir = e.home.warmup()
	cmd.Env = append(os.Environ(), "GOWORK=auto")
	_ = process.Run(ctx, cmd)
}

// compiled counts the packages that "go build -v" names, one a line.
type compiled struct {
	log         *progress
	done, total int
	text        bytes.Buffer
}

func (c *compiled) Write(text []byte) (int, error) {
	c.done += bytes.Count(text, []byte("\n"))
	c.log.show("compiling", c.done, c.total)
	return c.text.Write(text)
}

// importable lists the packages of the library and of the module in dir that a cell can import,
// and gonbui if the module depends on it.
func (e *Environment) importable(ctx context.Context, g goTool, dir string) ([]string, error) {
	format := `{{if and (ne .Name "main") .GoFiles}}{{.ImportPath}}{{end}}`
	list := []string{"list", "-find", "-f", format, "./...", modulePath + "/..."}
	out, err := process.Output(ctx, cellCommand(ctx, g, dir, append(list, gonbui)...))
	if err != nil {
		out, err = process.Output(ctx, cellCommand(ctx, g, dir, list...))
	}
	var packages []string
	for _, path := range strings.Fields(string(out)) {
		if !strings.Contains(path, "/internal/") {
			packages = append(packages, path)
		}
	}
	return packages, err
}

// writeCell writes the code of a cell that imports the packages.
func writeCell(dir string, packages []string) error {
	var code bytes.Buffer
	code.WriteString("package main\n\nimport (\n\t\"fmt\"\n")
	for _, p := range packages {
		fmt.Fprintf(&code, "\t_ %q\n", p)
	}
	code.WriteString(")\n\nfunc main() { fmt.Println() }\n")
	return os.WriteFile(filepath.Join(dir, "main.go"), code.Bytes(), 0o644)
}

// cellCommand prepares the go command as the kernel runs it.
func cellCommand(ctx context.Context, g goTool, dir string, args ...string) *exec.Cmd {
	cmd := process.Command(ctx, filepath.Join(g.bin(), "go"), args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS="+cellFlags(g), "GOWORK=auto")
	return cmd
}
