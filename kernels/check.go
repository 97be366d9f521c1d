package kernels

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// maxCellLines is the length up to which a cell can be read at a glance.
const maxCellLines = 15

// CheckNotebook reports the first reason not to commit a notebook: a size of 1 MB or more, no outputs, cells not executed in order from
// 1 on, the output of an error, a code cell of more than 15 lines, a path that
// only exists on one machine.
func CheckNotebook(path string) error {
	info, err := os.Stat(path)
	if err == nil && info.Size() >= maxNotebookBytes {
		return fmt.Errorf("kernels: %s has %d bytes, want less than %d; show fewer or smaller figures", path, info.Size(), maxNotebookBytes)
	}
	nb, err := readNotebook(path)
	if err != nil {
		return err
	}
	if err := nb.check(machinePaths(path)); err != nil {
		return fmt.Errorf("kernels: %s: %w; edit it, then execute it with \"goicl run\"", path, err)
	}
	return nil
}

func (nb *notebook) check(machine *regexp.Regexp) error {
	if name := nb.Metadata.Kernelspec.Name; name != kernelName {
		return fmt.Errorf("is for the kernel %q, want %q", name, kernelName)
	}
	executed, outputs := 0, 0
	for i, c := range nb.Cells {
		if c.executed() {
			executed++
		}
		outputs += len(c.Outputs)
		if err := c.check(executed, machine); err != nil {
			return fmt.Errorf("cell %d of the file %w", i+1, err)
		}
	}
	if outputs == 0 {
		return fmt.Errorf("no cell has an output")
	}
	return nil
}

// check looks at one cell; want is the execution count it should have.
func (c cell) check(want int, machine *regexp.Regexp) error {
	if c.executed() {
		if c.Count == nil {
			return fmt.Errorf("was not executed")
		}
		if *c.Count != want {
			return fmt.Errorf("has execution count %d, want %d", *c.Count, want)
		}
		if n := strings.Count(strings.TrimRight(string(c.Source), "\n"), "\n") + 1; n > maxCellLines {
			return fmt.Errorf("has %d lines of code, want at most %d", n, maxCellLines)
		}
	}
	if err := c.checkOutputs(); err != nil {
		return err
	}
	for _, t := range append(c.texts(), string(c.Source)) {
		if m := machine.FindStringSubmatch(t); m != nil {
			return fmt.Errorf("holds the path %s of one machine", m[1])
		}
	}
	return nil
}

// silentFailure is what the kernel writes to stderr, without an error of the cell,
// when a "!command" fails or a "%magic" does not exist.
var silentFailure = regexp.MustCompile(`(?m)^(exit status \d+|signal: .+|"%.*" unknown or not implemented yet\.)$`)

func (c cell) checkOutputs() error {
	for _, out := range c.Outputs {
		if out.Type == "error" {
			return fmt.Errorf("ended with the error %q", out.EValue)
		}
		if m := silentFailure.FindString(string(out.Text)); m != "" && out.Name == "stderr" {
			return fmt.Errorf("has the failure %q in its output", m)
		}
	}
	return nil
}

// texts returns the text of the cell's outputs, images left out.
func (c cell) texts() []string {
	var all []string
	for _, out := range c.Outputs {
		all = append(all, string(out.Text))
		for mime, data := range out.Data {
			binary := mime == "application/pdf" || strings.HasPrefix(mime, "image/") && mime != "image/svg+xml"
			var t text
			if !binary && json.Unmarshal(data, &t) == nil {
				all = append(all, string(t))
			}
		}
	}
	return all
}

// machinePaths matches absolute paths below the folders of users and temporary
// files, and below the checkout that the notebook lies in.
func machinePaths(notebook string) *regexp.Regexp {
	folders := []string{"/home/", "/root/", "/Users/", "/tmp/", "/var/folders/", "/private/"}
	if root, err := FindRoot(filepath.Dir(notebook)); err == nil {
		folders = append(folders, root)
	}
	if home, err := os.UserHomeDir(); err == nil && home != "/" {
		folders = append(folders, home+"/")
	}
	for i, f := range folders {
		folders[i] = regexp.QuoteMeta(f)
	}
	return regexp.MustCompile(`(?:^|[^\w./~])((?:` + strings.Join(folders, "|") + `)[^\s"'<>)]*)`)
}
