package main

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/lanes"
	"github.com/goicl/goicl/icl/train"
)

// TestBenchJSON runs every benchmark that runs by default, as short as can be, and
// checks the document.
func TestBenchJSON(t *testing.T) {
	if ok, reason := lanes.Available(); !ok {
		t.Skip(reason)
	}
	status, stdout, stderr := goicl("bench", "--json", "--backend", "go", "--tasks", "2,3", "--time", "1ns")
	if status != 0 {
		t.Fatalf("status %d: %s", status, stderr)
	}
	var doc struct {
		Machine string
		Results []map[string]any
	}
	if err := json.Unmarshal([]byte(stdout), &doc); err != nil || doc.Machine == "" {
		t.Fatalf("machine %q, error %v in %s", doc.Machine, err, stdout)
	}
	want := map[string]any{ // the peer of each row, nil for none
		"sample/B=2": nil, "sample/B=3": nil,
		"step/random-prefix/B=2": "go", "step/random-prefix/B=3": "go", "step/all-prefixes/B=2": "go",
		"step-sampling/B=2": "tasks drawn before", "step-sampling/B=3": "tasks drawn before",
		"regression-sample/B=2": nil, "regression-sample/B=3": nil, "regression-step/B=2": "go", "regression-step/B=3": "go",
		"step-peak/random-prefix/B=2": "arithmetic at peak", "step-peak/random-prefix/B=3": "arithmetic at peak", "step-peak/all-prefixes/B=2": "arithmetic at peak",
	}
	if len(doc.Results) != len(want) {
		t.Errorf("%d results, want %d: %s", len(doc.Results), len(want), stdout)
	}
	for _, r := range doc.Results {
		checkBenchRow(t, r, want)
	}
}

func checkBenchRow(t *testing.T, r map[string]any, want map[string]any) {
	t.Helper()
	peer, known := want[r["name"].(string)]
	if !known || r["peer"] != peer {
		t.Errorf("row %v, want one of %v", r, want)
		return
	}
	ours, _ := r["goicl_ms"].(float64)
	theirs, _ := r["peer_ms"].(float64)
	ratio, _ := r["ratio"].(float64)
	if !(ours > 0) || peer != nil && !(theirs > 0 && ratio == theirs/ours) || peer == nil && len(r) != 2 {
		t.Errorf("row %v: the times and their ratio do not fit", r)
	}
}

func TestBenchTable(t *testing.T) {
	var out strings.Builder
	rows := []benchRow{{Name: "alone", GoiclMS: 1.25}, {"pair", .5, "xla", 10, 20}}
	if err := printBench(&out, rows, false); err != nil {
		t.Fatal(err)
	}
	var fields [][]string
	for line := range strings.Lines(out.String()) {
		fields = append(fields, strings.Fields(line))
	}
	if len(fields) != 4 || !slices.Equal(fields[2], []string{"alone", "1.250"}) ||
		!slices.Equal(fields[3], []string{"pair", "0.500", "xla", "10.000", "20"}) {
		t.Errorf("got\n%s", out.String())
	}
}

func TestBenchUsage(t *testing.T) {
	tests := map[string]struct {
		args []string
		says string
	}{
		"unknown name": {[]string{"steps"}, `unknown benchmark "steps"; known: step, step-sampling, step-peak, regression-step, regression-paper, m2-step, compare, cells, claim1 … claim5`},
		"no tasks":     {[]string{"--tasks", "0"}, "--tasks [0]"},
		"many tasks":   {[]string{"--tasks", "100000"}, "--tasks [100000]"},
		"no time":      {[]string{"--time", "0s"}, "--time 0s"},
		"bad time":     {[]string{"--time", "soon"}, "soon"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			status, stdout, stderr := goicl(append([]string{"bench"}, test.args...)...)
			if status != 2 || stdout != "" || !strings.Contains(stderr, test.says) || strings.Count(stderr, "\n") != 1 {
				t.Errorf("status %d, stdout %q, stderr %q; want 2 and %q", status, stdout, stderr, test.says)
			}
		})
	}
}

// TestBenchLeavesPeersOut: a peer that can't be had costs a line, not the results.
func TestBenchLeavesPeersOut(t *testing.T) {
	if ok, reason := lanes.Available(); !ok {
		t.Skip(reason)
	}
	t.Chdir(t.TempDir()) // no checkout, no PyTorch
	plugin := filepath.Join(t.TempDir(), "plugin.so")
	if err := os.WriteFile(plugin, []byte("not a library"), 0o644); err != nil {
		t.Fatal(err)
	}
	status, stdout, stderr := goicl("bench", "step", "--peers", "--backend", plugin, "--tasks", "2", "--time", "1ns")
	if status != 0 || !strings.Contains(stdout, "sample/B=2") || strings.Contains(stdout, "step/") {
		t.Errorf("status %d, stdout %q; want 0 and no row with a peer", status, stdout)
	}
	for _, line := range []string{"PyTorch is left out: ", plugin + " is left out: "} {
		if !strings.Contains(stderr, line) {
			t.Errorf("stderr %q, want %q in it", stderr, line)
		}
	}
}

// TestBenchClaimLeavesNothingBehind stops the benchmark of a claim at once.
func TestBenchClaimLeavesNothingBehind(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	b := &bench{backend: "go", log: io.Discard}
	if err := b.claim(stopped, "claim2"); err == nil || len(b.rows) != 0 {
		t.Errorf("error %v, rows %v; want an error and no row", err, b.rows)
	}
	if left, err := os.ReadDir(os.TempDir()); len(left) > 0 || err != nil {
		t.Errorf("%v are left behind, error %v", left, err)
	}
}

// TestBenchCompare times a comparison of runs of a few steps.
func TestBenchCompare(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	h := hypothesis()
	h.Seeds, h.Tests, h.Arms[0].Recipe, h.Arms[0].Tasks = 2, 4, train.Recipe{Steps: 1, Batch: 2}, synthetic.Proto{N: 5}
	var log strings.Builder
	b := &bench{backend: "go", log: &log}
	if err := b.comparison(t.Context(), h); err != nil || len(b.rows) != 1 || b.rows[0].Name != "compare" || b.rows[0].GoiclMS <= 0 {
		t.Errorf("rows %v, error %v; want one with a time", b.rows, err)
	}
	if !strings.Contains(log.String(), "4 layers against 8 layers: accuracy") {
		t.Errorf("log %q; want what was found", log.String())
	}
	if left, err := os.ReadDir(os.TempDir()); len(left) > 0 || err != nil {
		t.Errorf("%v are left behind, error %v", left, err)
	}
}
