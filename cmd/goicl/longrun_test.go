package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/icl/study"
)

// TestLongrun makes two short long runs, draws them and loads them again.
func TestLongrun(t *testing.T) {
	if testing.Short() {
		t.Skip("trains a thousand steps")
	}
	drawing := filepath.Join(t.TempDir(), "long.png")
	args := []string{"longrun", "authors", "decayed", "--steps", "1000", "--tests", "64", "--dir", t.TempDir(), "--backend", "go"}
	status, table, stderr := goicl(append(args, "--figure", drawing)...)
	if status != 0 {
		t.Fatalf("status %d: %s", status, stderr)
	}
	if lines := strings.Split(table, "\n"); !strings.HasPrefix(lines[0], "| steps | authors: proto |") || !strings.HasPrefix(lines[2], "| 100 |") {
		t.Errorf("the table begins\n%s", table)
	}
	if info, err := os.Stat(drawing); err != nil || info.Size() < 5000 {
		t.Errorf("the figure: %v", err)
	}
	status, doc, stderr := goicl(append(args, "--json")...)
	var r study.Result
	if err := json.Unmarshal([]byte(doc), &r); status != 0 || err != nil || len(r.Runs) != 2 {
		t.Fatalf("status %d, %d runs, error %v: %s", status, len(r.Runs), err, stderr)
	}
	for _, c := range r.Curves("accuracy by steps", "decayed") {
		last := len(c.N) - 1
		if c.N[last] != 1000 || len(c.Mean) != len(c.N) {
			t.Errorf("%s: steps %v with %d accuracies", c.Family, c.N, len(c.Mean))
		}
		if c.Family == "amort" && c.Mean[last] < c.Mean[0]+.1 {
			t.Errorf("on amort the accuracy went from %.3f to %.3f in a thousand steps", c.Mean[0], c.Mean[last])
		}
	}
	if !slices.Contains(strings.Fields(table), "decayed:") {
		t.Errorf("the table does not name the recipes:\n%s", table)
	}
}

func TestLongrunUsage(t *testing.T) {
	for want, args := range map[string][]string{
		`unknown recipe "fast"`: {"longrun", "fast", "--dir", t.TempDir()},
		"at least 1000":         {"longrun", "--steps", "10", "--dir", t.TempDir()},
	} {
		if status, _, stderr := goicl(args...); status != 2 || !strings.Contains(stderr, want) {
			t.Errorf("%v: status %d, %s", args, status, stderr)
		}
	}
}
