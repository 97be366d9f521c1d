package kernels

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// nb makes a notebook file for the Go kernel with these cells.
func nb(t *testing.T, cells ...map[string]any) string {
	t.Helper()
	data, err := json.Marshal(map[string]any{
		"nbformat": 4, "nbformat_minor": 5,
		"metadata": map[string]any{"kernelspec": map[string]any{"name": kernelName, "display_name": kernelTitle}},
		"cells":    cells,
	})
	if err != nil {
		t.Fatal(err)
	}
	return write(t, filepath.Join(t.TempDir(), "test.ipynb"), string(data))
}

// code is a cell that was executed as number count; 0 is not at all.
func code(source string, count int, outputs ...map[string]any) map[string]any {
	c := map[string]any{"cell_type": "code", "id": fmt.Sprintf("c%p", &source), "metadata": map[string]any{}, "source": source,
		"execution_count": nil, "outputs": outputs}
	if outputs == nil {
		c["outputs"] = []any{}
	}
	if count > 0 {
		c["execution_count"] = count
	}
	return c
}

func markdown(source string) map[string]any {
	return map[string]any{"cell_type": "markdown", "id": fmt.Sprintf("m%p", &source), "metadata": map[string]any{}, "source": source}
}

func stream(name string, text ...string) map[string]any {
	return map[string]any{"output_type": "stream", "name": name, "text": text}
}

func display(mime, data string) map[string]any {
	return map[string]any{"output_type": "display_data", "metadata": map[string]any{}, "data": map[string]any{mime: data}}
}

func TestCheckNotebookGood(t *testing.T) {
	path := nb(t,
		markdown("# Title, see https://example.org/home/x and ~/tmp/y or ./tmp/z"),
		code("%%\nfmt.Println(1)", 1, stream("stdout", "1\n", "2\n")),
		code(" \n", 0),
		code(strings.Repeat("x++\n", 15), 2, display("image/png", "iVBO/tmp/xx"), stream("stderr", "the exit status 1 of a text\n")))
	if err := CheckNotebook(path); err != nil {
		t.Error(err)
	}
}

func TestCheckNotebookBad(t *testing.T) {
	good := code("x", 1, stream("stdout", "1"))
	home, _ := os.UserHomeDir()
	tests := map[string]struct {
		path string
		want string
	}{
		"not executed":    {nb(t, good, code("y", 0)), "cell 2 of the file was not executed"},
		"wrong order":     {nb(t, good, code("y", 3)), "cell 2 of the file has execution count 3, want 2"},
		"not from 1":      {nb(t, code("y", 2, stream("stdout", "1"))), "has execution count 2, want 1"},
		"no outputs":      {nb(t, code("y", 1)), "no cell has an output"},
		"empty":           {nb(t), "no cell has an output"},
		"error":           {nb(t, code("y", 1, map[string]any{"output_type": "error", "ename": "E", "evalue": "boom"})), `ended with the error "boom"`},
		"failed command":  {nb(t, code("!ls x", 1, stream("stderr", "ls: no x\n", "exit status 2\n"))), `has the failure "exit status 2"`},
		"unknown magic":   {nb(t, code("%x", 1, stream("stderr", `"%x" unknown or not implemented yet.`))), "unknown or not implemented"},
		"long cell":       {nb(t, code(strings.Repeat("x++\n", 16), 1, stream("stdout", "1"))), "has 16 lines of code, want at most 15"},
		"path in output":  {nb(t, code("y", 1, stream("stdout", "saved in /home/ada/run"))), "holds the path /home/ada/run of one machine"},
		"path in source":  {nb(t, code(`open("/tmp/data.csv")`, 1, stream("stdout", "1"))), "holds the path /tmp/data.csv"},
		"path in text":    {nb(t, good, markdown("see /Users/ada/x.")), "cell 2 of the file holds the path /Users/ada/x."},
		"path in display": {nb(t, code("y", 1, display("text/html", "<b>"+home+"/x</b>"))), "holds the path " + home + "/x"},
		"too big":         {nb(t, code("y", 1, display("image/png", strings.Repeat("A", 1_000_000)))), "want less than 1000000"},
		"other kernel":    {write(t, filepath.Join(t.TempDir(), "p.ipynb"), `{"nbformat":4,"metadata":{"kernelspec":{"name":"python3"}},"cells":[]}`), `is for the kernel "python3"`},
		"old format":      {write(t, filepath.Join(t.TempDir(), "o.ipynb"), `{"nbformat":3}`), "has notebook format 3, want 4"},
		"not JSON":        {write(t, filepath.Join(t.TempDir(), "n.ipynb"), "hello"), "is not a notebook"},
		"not there":       {filepath.Join(t.TempDir(), "none.ipynb"), "cannot read the notebook"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			checkError(t, CheckNotebook(test.path), filepath.Base(test.path), test.want)
		})
	}
}

func TestCheckNotebookNamesTheCheckout(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "go.mod"), "module "+modulePath+"\n")
	data, err := os.ReadFile(nb(t, code("y", 1, stream("stdout", "in "+root+"\n"))))
	if err != nil {
		t.Fatal(err)
	}
	checkError(t, CheckNotebook(write(t, filepath.Join(root, "notebooks", "x.ipynb"), string(data))), "holds the path "+root)
}

func TestCheckRunnable(t *testing.T) {
	if err := CheckRunnable(nb(t)); err != nil {
		t.Error(err)
	}
	other := write(t, filepath.Join(t.TempDir(), "p.ipynb"), `{"nbformat":4,"metadata":{"kernelspec":{"name":"python3"}},"cells":[]}`)
	checkError(t, CheckRunnable(other), `is for the kernel "python3"`, kernelTitle)
	checkError(t, CheckRunnable(t.TempDir()), "is a directory")
}

func FuzzNotebook(f *testing.F) {
	f.Add([]byte(`{"nbformat":4,"metadata":{"kernelspec":{"name":"gonb"}},"cells":[{"cell_type":"code","source":["a","b"],"execution_count":1,
		"outputs":[{"output_type":"stream","name":"stderr","text":"x"},{"data":{"text/html":["a"],"image/png":3}}]}]}`))
	f.Add([]byte(`{"nbformat":4,"cells":[{"source":null,"outputs":null},null]}`))
	f.Add([]byte(`{"nbformat":4,"cells":[{"source":{"a":1}}]}`))
	f.Add([]byte(`[`))
	machine := machinePaths("x.ipynb")
	f.Fuzz(func(t *testing.T, data []byte) {
		nb, err := parseNotebook(data)
		if err != nil {
			return
		}
		if nb.check(machine) == nil && len(nb.Cells) == 0 {
			t.Error("a notebook without cells passes")
		}
	})
}
