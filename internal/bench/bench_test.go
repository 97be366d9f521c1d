package bench

import (
	"bytes"
	"context"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/internal/lanes"
	"github.com/goicl/goicl/internal/process"
)

// short are options for runs as short as can be, on pure Go.
func short(log io.Writer) Options {
	return Options{Backend: "go", Tasks: []int{2, 3}, Time: 1, Log: log}
}

func needLanes(t *testing.T) {
	t.Helper()
	if ok, reason := lanes.Available(); !ok {
		t.Skip(reason)
	}
}

// TestDefaultBenchmarks runs every benchmark that runs without names.
func TestDefaultBenchmarks(t *testing.T) {
	needLanes(t)
	report, err := Run(t.Context(), nil, short(io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{ // the peer of each row
		"sample/B=2": "", "sample/B=3": "",
		"step/random-prefix/B=2": "go", "step/random-prefix/B=3": "go", "step/all-prefixes/B=2": "go",
		"step-sampling/B=2": "tasks drawn before", "step-sampling/B=3": "tasks drawn before",
		"regression-sample/B=2": "", "regression-sample/B=3": "", "regression-step/B=2": "go", "regression-step/B=3": "go",
		"step-peak/random-prefix/B=2": "arithmetic at peak", "step-peak/random-prefix/B=3": "arithmetic at peak", "step-peak/all-prefixes/B=2": "arithmetic at peak",
	}
	checkRows(t, report.Results, want)
	if report.Machine != process.Machine() {
		t.Errorf("machine %q, want %q", report.Machine, process.Machine())
	}
}

// checkRows compares the rows' names and peers, and checks that times and ratios fit.
func checkRows(t *testing.T, rows []Row, want map[string]string) {
	t.Helper()
	got := map[string]string{}
	for _, r := range rows {
		got[r.Name] = r.Peer
		if !(r.GoiclMS > 0) || r.Peer != "" && !(r.PeerMS > 0 && r.Ratio == r.PeerMS/r.GoiclMS) || r.Peer == "" && (r.PeerMS != 0 || r.Ratio != 0) {
			t.Errorf("row %v: the times and their ratio do not fit", r)
		}
	}
	if !maps.Equal(got, want) || len(rows) != len(want) {
		t.Errorf("rows %v, want %v", got, want)
	}
}

// TestNamedBenchmarks runs the small ones of those that run only when named.
func TestNamedBenchmarks(t *testing.T) {
	needLanes(t)
	opts := short(io.Discard)
	opts.Tasks = []int{2}
	report, err := Run(t.Context(), []string{"m2-step"}, opts)
	if err != nil {
		t.Fatal(err)
	}
	checkRows(t, report.Results, map[string]string{"m2-step-first-order/B=2": "go, second order"})
}

func TestDefaultBatchSizes(t *testing.T) {
	b := &bench{}
	var names []string
	for _, s := range b.settings() {
		names = append(names, s.name())
	}
	want := []string{"step/random-prefix/B=64", "step/random-prefix/B=128", "step/random-prefix/B=512", "step/all-prefixes/B=128"}
	if !slices.Equal(names, want) {
		t.Errorf("steps %v, want %v: all prefixes in the paper's batch", names, want)
	}
	b.Tasks = []int{16}
	if s := b.settings(); len(s) != 2 || s[1] != (setting{16, "all"}) {
		t.Errorf("with batches of 16: %v", s)
	}
}

// TestPrint: a column that no row has anything for is left out.
func TestPrint(t *testing.T) {
	alone, pair := Row{Name: "alone", GoiclMS: 1.25}, Row{Name: "pair", GoiclMS: .5, Peer: "xla", PeerMS: 10, Ratio: 20}
	shared, once := pair, Row{Name: "once", GoiclMS: 60_000, CoreMinutes: 1.92}
	shared.Share = .1254
	for name, test := range map[string]struct {
		rows []Row
		want string
	}{
		"alone":     {[]Row{alone}, "name goicl ms|alone 1.250"},
		"pairs":     {[]Row{alone, pair}, "name goicl ms peer peer ms ratio|alone 1.250|pair 0.500 xla 10.000 20"},
		"shares":    {[]Row{pair, shared}, "name goicl ms peer peer ms ratio share of peak|pair 0.500 xla 10.000 20|pair 0.500 xla 10.000 20 0.125"},
		"processor": {[]Row{once}, "name goicl ms core-minutes|once 60000.000 1.9"},
	} {
		var out strings.Builder
		if err := (Report{"a machine", test.rows}).Print(&out); err != nil {
			t.Fatal(err)
		}
		var lines []string
		for line := range strings.Lines(out.String()) {
			lines = append(lines, strings.Join(strings.Fields(line), " "))
		}
		if got := strings.Join(lines, "|"); got != "a machine|"+test.want {
			t.Errorf("%s: got\n%s", name, out.String())
		}
	}
}

// TestTotal: times add up.
func TestTotal(t *testing.T) {
	rows := []Row{{Name: "claim1", GoiclMS: 100, CoreMinutes: .5}, {Name: "claim2", GoiclMS: 50, CoreMinutes: 1}}
	if got, want := total("claims", rows), (Row{Name: "claims", GoiclMS: 150, CoreMinutes: 1.5}); got != want {
		t.Errorf("the sum is %v, want %v", got, want)
	}
}

// TestList: each benchmark is described, and those that take long are marked.
func TestList(t *testing.T) {
	text := List()
	for _, m := range benchmarks {
		at := strings.Index(text, "\n  "+m.name+" ")
		if at < 0 && !strings.HasPrefix(text, "  "+m.name+" ") {
			t.Errorf("%s is not described in\n%s", m.name, text)
			continue
		}
		about, _, _ := strings.Cut(text[at+1:], "\n  "+string(m.name[0]))
		if !m.byDefault && !strings.Contains(about, "(only when named)") {
			t.Errorf("%s: %q does not say that it runs only when named", m.name, about)
		}
	}
}

func TestCheck(t *testing.T) {
	good := Options{Time: time.Second}
	if err := good.Check([]string{"step", "claim5"}); err != nil {
		t.Error(err)
	}
	for name, test := range map[string]struct {
		opts  Options
		names []string
		says  string
	}{
		"unknown name": {good, []string{"step", "steps"}, `unknown benchmark "steps"; known: step, step-sampling, step-peak, kernels, regression-step`},
		"no tasks":     {Options{Time: 1, Tasks: []int{8, 0}}, nil, "--tasks [8 0]; want batch sizes from 1 to 16384"},
		"many tasks":   {Options{Time: 1, Tasks: []int{100_000}}, nil, "--tasks [100000]"},
		"no time":      {Options{}, nil, "--time 0s; want a positive time"},
	} {
		t.Run(name, func(t *testing.T) {
			err := test.opts.Check(test.names)
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("error %v, want %q", err, test.says)
			}
			if _, err := Run(t.Context(), test.names, test.opts); err == nil {
				t.Error("Run takes it")
			}
		})
	}
}

// TestPeersAreLeftOut: a peer that is not available is logged and costs no result.
func TestPeersAreLeftOut(t *testing.T) {
	needLanes(t)
	plugin := filepath.Join(t.TempDir(), "plugin.so")
	if err := os.WriteFile(plugin, []byte("not a library"), 0o644); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	opts := short(&log)
	opts.Backend, opts.Tasks, opts.Peers = plugin, []int{2}, true // and no checkout
	report, err := Run(t.Context(), []string{"step"}, opts)
	if err != nil || len(report.Results) != 1 || report.Results[0].Name != "sample/B=2" {
		t.Errorf("rows %v, error %v; want that of sampling, which has no peer", report.Results, err)
	}
	for _, line := range []string{"PyTorch is left out: this folder is not inside a GoICL checkout", plugin + " is left out: "} {
		if !strings.Contains(log.String(), line) {
			t.Errorf("the log %q lacks %q", log.String(), line)
		}
	}
}

func TestStoppedRunKeepsNothing(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	for _, name := range []string{"claim2", "claims"} {
		if report, err := Run(stopped, []string{name}, short(io.Discard)); err == nil || len(report.Results) > 0 {
			t.Errorf("%s: error %v, rows %v; want an error and no row", name, err, report.Results)
		}
	}
	checkNothingLeft(t)
}

// TestCompare times a comparison of runs of a few steps.
func TestCompare(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	h := hypothesis()
	h.Seeds, h.Tests, h.Arms[0].Recipe, h.Arms[0].Tasks = 2, 4, train.Recipe{Steps: 1, Batch: 2}, synthetic.Proto{N: 5}
	var log strings.Builder
	b := &bench{Options: short(&log)}
	if err := b.comparison(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	checkRows(t, b.rows, map[string]string{"compare": ""})
	if b.rows[0].CoreMinutes <= 0 {
		t.Errorf("%g core-minutes; want some", b.rows[0].CoreMinutes)
	}
	if !strings.Contains(log.String(), "4 layers against 8 layers: accuracy") {
		t.Errorf("log %q; want what was found", log.String())
	}
	checkNothingLeft(t)
}

func checkNothingLeft(t *testing.T) {
	t.Helper()
	if left, err := os.ReadDir(os.TempDir()); len(left) > 0 || err != nil {
		t.Errorf("%v are left behind, error %v", left, err)
	}
}

// recorder is an engine whose gradient is 1 everywhere; it records the first weight.
type recorder struct {
	params []float32
	fails  error
}

func (*recorder) Name() string { return "recorder" }

func (*recorder) Logits([]float32, *datasets.Batch, []int32) ([]float32, error) { return nil, nil }

func (r *recorder) LossGrad(params []float32, _ *datasets.Batch, _ []int32, grad []float32) (float64, error) {
	r.params = append(r.params, params[0])
	for i := range grad {
		grad[i] = 1
	}
	return 0, r.fails
}
