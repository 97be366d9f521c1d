// Package bench times training, notebook cells and whole experiments: each against its
// peers on the same machine, in turn, within one run, so that other load on the machine
// falls on all of them. A peer is Go code or a Python program ([startProgram]).
package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/goicl/goicl/internal/files"
	"github.com/goicl/goicl/internal/process"
	"github.com/goicl/goicl/kernels"
)

// Row is one result: our time in milliseconds, and that of a peer where there is one.
type Row struct {
	Name    string  `json:"name"`
	GoiclMS float64 `json:"goicl_ms"`
	Peer    string  `json:"peer,omitempty"`
	PeerMS  float64 `json:"peer_ms,omitempty"`
	Ratio   float64 `json:"ratio,omitempty"` // peer / goicl
	// Share is how long the arithmetic of our matrix products takes at the processor's peak,
	// over our time.
	Share float64 `json:"share_of_peak,omitempty"`
	// Block is the memory, in kilobytes, of the values of the tasks that our engine takes
	// through the learner at once.
	Block float64 `json:"block_kb,omitempty"`
	// CoreMinutes is the processor time, where it was measured.
	CoreMinutes float64 `json:"core_minutes,omitempty"`
}

// Report is the result of [Run].
type Report struct {
	Machine string `json:"machine"`
	Results []Row  `json:"results"`
}

// Options says how to measure.
type Options struct {
	Backend string          // as in backend.Open
	Tasks   []int           // tasks a step; none for each benchmark's own
	Time    time.Duration   // for each comparison
	Peers   bool            // also against PyTorch, which needs the checkout Kernel.Root
	Kernel  kernels.Options // of the cells
	Log     io.Writer       // gets progress, and why a peer is left out
}

// benchmark is a named measurement.
type benchmark struct {
	name, about string
	byDefault   bool // runs when none is named
	run         func(*bench, context.Context) error
}

// benchmarks are in the order in which they are listed.
var benchmarks = []benchmark{
	{"step", "a training step of the paper's ICL transformer, against the same step on XLA and on pure Go and, with\n--peers, in PyTorch", true, (*bench).step},
	{"step-sampling", "the training loop on one core, against steps whose tasks are drawn beforehand: 1 - ratio is the share of drawing them", true, (*bench).stepSampling},
	{"step-peak", "the step, against as many multiply-adds as its matrix products need: the ratio is its share of the peak", true, (*bench).stepPeak},
	{"kernels", "a step on the hand-written kernels of the paper's transformer and of the small decoder, against that of their\ngraphs on lanes", false, (*bench).kernels},
	{"regression-step", "a training step of the small decoder that learns linear regression in 14 dimensions, against the same\nstep on XLA and, with --peers, in PyTorch", true, (*bench).regressionStep},
	{"regression-paper", "the training loop of that decoder in the authors' size, 9.5 million weights, likewise: for a GPU, with\n--backend xla:cuda,tf32=false for PyTorch's precision", false, (*bench).regressionPaper},
	{"m2-step", "a step of M² over a small decoder, of 5 inner steps on 32 tasks: exact, with --peers against the same in\nPyTorch with torch.func, and first-order on lanes against it", false, (*bench).m2Step},
	{"learner-step", "a training step of each learner that has no kernels of its own, as a graph on lanes against the same graph on XLA\nand, with --peers, in PyTorch, and its share of the processor's peak; and the first step of a learner typed in a\nnotebook, with what is compiled for it", false, (*bench).learnerStep},
	{"compare", "a hypothesis tested with icl.Compare, two arms of the paper's size and five seeds, from nothing to its\nconclusion (a minute or two)", false, func(b *bench, ctx context.Context) error { return b.comparison(ctx, hypothesis()) }},
	{"cells", "cells of each notebook in the Go kernel, from sending one until the kernel is idle: its start; the first\ntwo, which set up and import; a trivial one; the importing one after an edit of its code; one that evaluates a\ntrained transformer of the paper's size on 1,000 tasks; one that trains, evaluates and draws (needs a checkout)", false, (*bench).cells},
	{"claims", "all claims from nothing to their verdicts, one after the other, with the processor time of each, preset quick (an\nhour or two)", false, (*bench).claims},
	claimBenchmark("claim1"), claimBenchmark("claim2"), claimBenchmark("claim3"), claimBenchmark("claim4"), claimBenchmark("claim5"),
}

// List describes the benchmarks, one paragraph each.
func List() string {
	var text strings.Builder
	for _, m := range benchmarks {
		about := m.about
		if !m.byDefault {
			about += " (only when named)"
		}
		fmt.Fprintf(&text, "  %-16s %s\n", m.name, strings.ReplaceAll(about, "\n", "\n"+strings.Repeat(" ", 19)))
	}
	return text.String()
}

// maxBatch keeps a step of all prefixes within memory.
const maxBatch = 1 << 14

// Check reports options or names of benchmarks that [Run] would refuse.
func (o Options) Check(names []string) error {
	var known []string
	for _, m := range benchmarks {
		known = append(known, m.name)
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return fmt.Errorf("unknown benchmark %q; known: %s", name, strings.Join(known, ", "))
		}
	}
	if len(o.Tasks) > 0 && (slices.Min(o.Tasks) < 1 || slices.Max(o.Tasks) > maxBatch) {
		return fmt.Errorf("--tasks %v; want batch sizes from 1 to %d", o.Tasks, maxBatch)
	}
	if o.Time <= 0 {
		return fmt.Errorf("--time %s; want a positive time, such as 6s", o.Time)
	}
	return nil
}

// Run runs the named benchmarks, in the order of [List]; without names, those that run by
// default.
func Run(ctx context.Context, names []string, opts Options) (Report, error) {
	if err := opts.Check(names); err != nil {
		return Report{}, err
	}
	b := &bench{Options: opts, rows: []Row{}}
	if opts.Peers {
		if err := b.installPeers(ctx); err != nil {
			return Report{}, err
		}
	}
	for _, m := range benchmarks {
		if slices.Contains(names, m.name) || len(names) == 0 && m.byDefault {
			if err := m.run(b, ctx); err != nil {
				return Report{}, err
			}
		}
	}
	return Report{process.Machine(), b.rows}, nil
}

// bench is a run of the benchmarks.
type bench struct {
	Options
	python string // of the virtual environment; "" leaves the Python peers out
	rows   []Row
}

// sized is the name of a row, with the batch size if that was asked for.
func (b *bench) sized(name string, tasks int) string {
	if len(b.Tasks) == 0 {
		return name
	}
	return fmt.Sprintf("%s/B=%d", name, tasks)
}

// sizes are the batch sizes that were asked for, or else these.
func (b *bench) sizes(def ...int) []int {
	if len(b.Tasks) > 0 {
		return b.Tasks
	}
	return def
}

// folder holds the Python peers.
func (b *bench) folder() string { return filepath.Join(b.Kernel.Root, "bench") }

// installPeers finds or makes the virtual environment of the Python peers.
func (b *bench) installPeers(ctx context.Context) (err error) {
	if b.Kernel.Root == "" {
		return b.leaveOut(ctx, "PyTorch", errors.New("this folder is not inside a GoICL checkout"))
	}
	b.python, err = process.Venv(ctx, filepath.Join(b.folder(), ".venv"), filepath.Join(b.folder(), "requirements.txt"), "torch", b.Log)
	if err != nil {
		b.python = ""
		return b.leaveOut(ctx, "PyTorch", err)
	}
	return nil
}

// leaveOut logs why a peer is missing. It returns an error only if ctx has ended.
func (b *bench) leaveOut(ctx context.Context, peer string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	fmt.Fprintf(b.Log, "%s is left out: %v\n", peer, err)
	return nil
}

// compare adds a row: ours against a peer. A peer that fails is left out.
func (b *bench) compare(ctx context.Context, name string, ours, peer contender) error {
	fmt.Fprintf(b.Log, "%s: %s and %s in turn … ", name, ours.name, peer.name)
	ms, err := medians(ctx, b.Time, append([]contender{ours, peer}, ours.peak()...)...)
	if err != nil {
		fmt.Fprintln(b.Log)
		return b.leaveOut(ctx, peer.name, err)
	}
	fmt.Fprintf(b.Log, "%.3f and %.3f ms\n", ms[0], ms[1])
	row := Row{Name: name, GoiclMS: ms[0], Peer: peer.name, PeerMS: ms[1], Ratio: ms[1] / ms[0], Block: float64(ours.block) / 1e3}
	if len(ms) == 3 {
		row.Share = ms[2] / ms[0]
	}
	b.rows = append(b.rows, row)
	return nil
}

// alone adds a row without a peer.
func (b *bench) alone(ctx context.Context, name string, ours contender) error {
	fmt.Fprintf(b.Log, "%s: %s … ", name, ours.name)
	ms, err := medians(ctx, b.Time, ours)
	if err != nil {
		fmt.Fprintln(b.Log)
		return err
	}
	fmt.Fprintf(b.Log, "%.3f ms\n", ms[0])
	b.rows = append(b.rows, Row{Name: name, GoiclMS: ms[0]})
	return nil
}

// once adds a row that is measured a single time, with the processor time if that is known.
func (b *bench) once(name string, took, processor time.Duration) {
	fmt.Fprintf(b.Log, "%s: %.0f ms\n", name, took.Seconds()*1e3)
	b.rows = append(b.rows, Row{Name: name, GoiclMS: took.Seconds() * 1e3, CoreMinutes: processor.Minutes()})
}

// inTemporary calls do with a folder that is removed afterwards.
func inTemporary(do func(dir string) error) (err error) {
	dir, remove, err := files.TempDir("", "goicl-bench-")
	if err != nil {
		return fmt.Errorf("bench: no folder for the runs: %w", err)
	}
	defer remove()
	return do(dir)
}

// column is one of a report's table; of is "" where a row has nothing for it.
type column struct {
	title string
	of    func(Row) string
}

var columns = []column{
	{"name", func(r Row) string { return r.Name }},
	{"goicl ms", func(r Row) string { return number("%.3f", r.GoiclMS) }},
	{"peer", func(r Row) string { return r.Peer }},
	{"peer ms", func(r Row) string { return number("%.3f", r.PeerMS) }},
	{"ratio", func(r Row) string { return number("%.3g", r.Ratio) }},
	{"share of peak", func(r Row) string { return number("%.3f", r.Share) }},
	{"block kB", func(r Row) string { return number("%.0f", r.Block) }},
	{"core-minutes", func(r Row) string { return number("%.1f", r.CoreMinutes) }},
}

// number formats a number, but 0 as nothing.
func number(format string, v float64) string {
	if v == 0 {
		return ""
	}
	return fmt.Sprintf(format, v)
}

// Print writes the report as a table, without the columns that no row has anything for.
func (r Report) Print(w io.Writer) error {
	fmt.Fprintln(w, r.Machine)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	filled := slices.DeleteFunc(slices.Clone(columns), func(c column) bool {
		return !slices.ContainsFunc(r.Results, func(row Row) bool { return c.of(row) != "" })
	})
	line := func(cell func(column) string) {
		var cells []string
		for _, c := range filled {
			cells = append(cells, cell(c))
		}
		fmt.Fprintln(t, strings.TrimRight(strings.Join(cells, "\t"), "\t"))
	}
	line(func(c column) string { return c.title })
	for _, row := range r.Results {
		line(func(c column) string { return c.of(row) })
	}
	return t.Flush()
}
