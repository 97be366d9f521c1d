package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/adrg/xdg"

	"github.com/goicl/goicl/internal/process"
	"github.com/goicl/goicl/kernels"
)

func TestFindChromium(t *testing.T) {
	browser := write(t, filepath.Join(t.TempDir(), "browser"), "#!/bin/sh\n")
	t.Setenv("CHROMIUM", browser)
	if got, err := findChromium(); got != browser || err != nil {
		t.Errorf("got %q, %v; want %q", got, err, browser)
	}
	t.Setenv("CHROMIUM", "")
	t.Setenv("PATH", t.TempDir())
	_, err := findChromium()
	checkError(t, err, "no Chromium", "CHROMIUM")
	onPath := write(t, filepath.Join(t.TempDir(), "chromium"), "#!/bin/sh\n")
	t.Setenv("PATH", filepath.Dir(onPath))
	if got, err := findChromium(); got != onPath || err != nil {
		t.Errorf("got %q, %v; want %q", got, err, onPath)
	}
}

// TestCopyNotebooks: the copies stand in a module that knows the checkout, and the kernel
// can run the notebook that trains.
func TestCopyNotebooks(t *testing.T) {
	s, _ := inCheckout(t, nil)
	dir := filepath.Join(t.TempDir(), "copies")
	names, err := s.copyNotebooks(dir)
	if err != nil || !slices.Equal(names, copies) {
		t.Fatalf("copied %v, %v", names, err)
	}
	for _, name := range append(names, trainingNotebook) {
		if err := kernels.CheckRunnable(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	setup, imports, err := kernels.SetupCells(filepath.Join(dir, trainingNotebook))
	if err != nil || setup != "!set up" || imports != "import (\n)" {
		t.Errorf("the training notebook begins %q, %q, %v", setup, imports, err)
	}
	_, err = s.copyNotebooks(dir)
	checkError(t, err, "file exists")
}

// bare is a notebook of two cells.
const bare = `{"nbformat":4,"nbformat_minor":5,"metadata":{"kernelspec":{"name":"gonb","display_name":"Go"}},
"cells":[{"cell_type":"code","source":"!set up","outputs":[]},{"cell_type":"code","source":["import (\n",")"],"outputs":[]}]}`

// TestWithCells: the metadata stay, the cells are others.
func TestWithCells(t *testing.T) {
	path := write(t, filepath.Join(t.TempDir(), "n.ipynb"), bare)
	data, err := withCells(path, "a", "b", "c")
	var nb struct {
		Cells    []map[string]any
		Metadata map[string]map[string]string
	}
	if err != nil || json.Unmarshal(data, &nb) != nil || len(nb.Cells) != 3 || nb.Cells[1]["source"] != "b" || nb.Cells[0]["id"] == nb.Cells[1]["id"] || nb.Metadata["kernelspec"]["name"] != "gonb" {
		t.Errorf("%s, %v", data, err)
	}
	_, err = withCells(write(t, path, "{"), "a")
	checkError(t, err, "n.ipynb: unexpected end")
}

func TestDrive(t *testing.T) {
	var out bytes.Buffer
	if err := drive(t.Context(), process.Command(t.Context(), "sh", "-c", "echo held; echo noise >&2"), &out); err != nil || out.String() != "held\n" {
		t.Errorf("printed %q, error %v", out.String(), err)
	}
	err := drive(t.Context(), process.Command(t.Context(), "sh", "-c", "echo Traceback >&2; echo no panel >&2; exit 1"), &out)
	if err == nil || err.Error() != "no panel" || strings.Contains(out.String(), "panel") {
		t.Errorf("error %v, printed %q", err, out.String())
	}
}

// fakeJupyter serves an address until it is stopped, and records what it executes.
type fakeJupyter struct {
	ran   []string
	lab   kernels.LabOptions
	fails error
	ended bool
}

func (j *fakeJupyter) Run(_ context.Context, notebook string, _ kernels.RunOptions) error {
	_, name, _ := strings.Cut(filepath.ToSlash(notebook), "/browser/")
	j.ran = append(j.ran, name)
	return j.fails
}

func (j *fakeJupyter) Lab(ctx context.Context, opts kernels.LabOptions) error {
	j.lab = opts
	if j.fails != nil {
		return j.fails
	}
	opts.Ready("http://127.0.0.1:1/lab?token=x")
	<-ctx.Done()
	j.ended = true
	return nil
}

// copies are the notebooks of inCheckout.
var copies = []string{"notebooks/1.ipynb", "notebooks/landmarks/1.ipynb", "tutorials/1.ipynb"}

// inCheckout is a suite over a checkout of three notebooks of one name.
func inCheckout(t *testing.T, j *fakeJupyter) (s *suite, out *bytes.Buffer) {
	t.Helper()
	root := checkout(t)
	for _, name := range copies {
		write(t, filepath.Join(root, filepath.FromSlash(name)), bare)
	}
	out = &bytes.Buffer{}
	s = &suite{Options: Options{Kernel: kernels.Options{Root: root}, Out: out}, env: j, tmp: t.TempDir()}
	if err := s.readNotebooks(); err != nil {
		t.Fatal(err)
	}
	return s, out
}

// TestBrowser plays the browser by a shell script that prints what it was called with.
func TestBrowser(t *testing.T) {
	j := &fakeJupyter{}
	s, out := inCheckout(t, j)
	cache := xdg.CacheHome
	xdg.CacheHome = t.TempDir()
	defer func() { xdg.CacheHome = cache }()
	write(t, filepath.Join(xdg.CacheHome, "goicl", "e2e", "bin", "python"), "#!/bin/sh\ntest \"$2\" = -c || echo \"$(basename $2) $3 $(basename $4) $5 $6 $7 $8 $9\"\n")
	t.Setenv("CHROMIUM", write(t, filepath.Join(t.TempDir(), "chromium"), "#!/bin/sh\n"))
	s.Pictures = "/pictures"
	if err := s.run(t.Context(), []string{"browser"}); err != nil {
		t.Fatal(err)
	}
	if want := "browser.py http://127.0.0.1:1/lab?token=x chromium /pictures training.ipynb notebooks/1.ipynb notebooks/landmarks/1.ipynb tutorials/1.ipynb\n"; out.String() != want {
		t.Errorf("the browser was called with %q, want %q", out.String(), want)
	}
	if !j.ended || j.lab.Dir != filepath.Join(s.tmp, "browser") || len(j.ran) > 0 {
		t.Errorf("JupyterLab ended %t, in %s; executed %v", j.ended, j.lab.Dir, j.ran)
	}
}

func TestBrowserWithoutJupyterLab(t *testing.T) {
	s, _ := inCheckout(t, &fakeJupyter{fails: errors.New("no free port")})
	err := s.inLab(t.Context(), "dir", func(string) error { t.Error("called without a server"); return nil })
	if err == nil || err.Error() != "JupyterLab ended early\nno free port" {
		t.Errorf("error %v", err)
	}
}

// TestWithoutBrowser: where no Chromium is installed all notebooks are executed.
func TestWithoutBrowser(t *testing.T) {
	t.Setenv("CHROMIUM", "")
	t.Setenv("PATH", t.TempDir())
	j := &fakeJupyter{}
	s, out := inCheckout(t, j)
	if err := s.run(t.Context(), []string{"browser"}); err != nil || !slices.Equal(j.ran, copies) {
		t.Errorf("executed %v, error %v", j.ran, err)
	}
	if !strings.Contains(out.String(), "without a browser: no Chromium") || !strings.Contains(out.String(), "tutorials/1.ipynb: ran in 0 s") {
		t.Errorf("the output is %q", out.String())
	}
	s, _ = inCheckout(t, &fakeJupyter{fails: errors.New("1.ipynb, cell [2]: undefined: x")})
	checkError(t, s.run(t.Context(), []string{"browser"}), "e2e: browser: 1.ipynb, cell [2]")
}
