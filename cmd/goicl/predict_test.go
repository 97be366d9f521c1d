package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPredict: two files of a stranger, in one line, give a row for each row with probabilities
// that add up to 1; with --real a number.
func TestPredict(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	known := write("train.csv", "\ufeff\"id\";size;kind\n1;1,5;small\n2;1,4;small\n3;9,1;large\n4;9,5;large\n")
	test := write("test.csv", "size;id\n9,3;11\n1,2;12\n")
	sizes := write("sizes.csv", "kind,id\nlarge,11\n")
	run := func(test string, args ...string) (int, string, string) {
		var out, errs bytes.Buffer
		args = append([]string{"predict", known, test, "--dir", dir, "--steps", "2", "--members", "2"}, args...)
		status := execute(t.Context(), args, &out, &errs)
		return status, out.String(), errs.String()
	}
	status, out, errs := run(test, "--target", "kind")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if status != 0 || len(lines) != 3 || lines[0] != "row,kind,p(large),p(small)" || !strings.HasPrefix(lines[1], "1,") {
		t.Fatalf("status %d, output %q, errors %q", status, out, errs)
	}
	if !strings.Contains(errs, "4 rows of") {
		t.Errorf("errors %q; want what the table became", errs)
	}
	file := filepath.Join(dir, "out.csv")
	if status, _, errs := run(sizes, "--target", "size", "--real", "-o", file); status != 0 {
		t.Fatalf("status %d, errors %q", status, errs)
	}
	if text, err := os.ReadFile(file); err != nil || !strings.HasPrefix(string(text), "row,size\n1,") {
		t.Errorf("%q, %v", text, err)
	}
	if status, _, errs := run(test, "--target", "none"); status != 1 || !strings.Contains(errs, "train.csv") || !strings.Contains(errs, "none") {
		t.Errorf("status %d, errors %q; want one that names file and column", status, errs)
	}
}
