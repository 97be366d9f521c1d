package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/goicl/goicl/icl/claim"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/internal/benchmark"
	"github.com/goicl/goicl/kernels"
)

// benchRow is a line of the results: a time of ours, in milliseconds, and that of
// a peer where there is one.
type benchRow struct {
	Name    string  `json:"name"`
	GoiclMS float64 `json:"goicl_ms"`
	Peer    string  `json:"peer,omitempty"`
	PeerMS  float64 `json:"peer_ms,omitempty"`
	Ratio   float64 `json:"ratio,omitempty"` // peer / goicl
}

// bench is a run of the benchmarks.
type bench struct {
	backend string // of --backend
	budget  time.Duration
	batches []int  // tasks a step; none for each benchmark's own
	folder  string // bench of the checkout
	python  string // of the virtual environment; "" leaves the Python peers out
	log     io.Writer
	rows    []benchRow
}

// benchmarks are what bench knows, by name. Those of claims take minutes: they run
// only when named.
var benchmarks = map[string]func(*bench, context.Context) error{
	"step":          (*bench).step,
	"step-sampling": (*bench).stepSampling,
	"step-peak":     (*bench).stepPeak,

	"regression-step":  (*bench).regressionStep,
	"regression-paper": (*bench).regressionPaper,
	"m2-step":          (*bench).m2Step,
	"compare":          func(b *bench, ctx context.Context) error { return b.comparison(ctx, hypothesis()) },
	"cells":            (*bench).cells,
	"claim1":           func(b *bench, ctx context.Context) error { return b.claim(ctx, "claim1") },
	"claim2":           func(b *bench, ctx context.Context) error { return b.claim(ctx, "claim2") },
	"claim3":           func(b *bench, ctx context.Context) error { return b.claim(ctx, "claim3") },
	"claim4":           func(b *bench, ctx context.Context) error { return b.claim(ctx, "claim4") },
	"claim5":           func(b *bench, ctx context.Context) error { return b.claim(ctx, "claim5") },
}

// byDefault are the benchmarks that run when none is named.
var byDefault = []string{"step", "step-sampling", "step-peak", "regression-step"}

func newBenchCmd() *cobra.Command {
	b := &bench{rows: []benchRow{}}
	var peers, asJSON bool
	cmd := &cobra.Command{
		Use:   "bench [NAME ...]",
		Short: "Time training against other engines, in turn, on this machine",
		Long: `Bench times, on an otherwise idle machine, and prints medians of runs taken in turn; the ratio is the peer's time over ours.

  step           a training step of the paper's ICL transformer, against the same step on XLA and on pure Go and, with
                 --peers, in PyTorch
  step-sampling  the training loop on one core, against steps whose tasks are there: 1 - ratio is the share of drawing them
  step-peak      the step, against as many multiply-adds as its matrix products need: the ratio is its share of the peak
  regression-step
                 a training step of the small decoder that learns linear regression in 14 dimensions, against the same
                 step on XLA and, with --peers, in PyTorch
  regression-paper
                 the training loop of that decoder in the authors' size, 9.5 million weights, likewise: for a GPU, with
                 --backend xla:cuda,tf32=false for PyTorch's precision (run only when named)
  m2-step        a step of M² over a small decoder, of 5 inner steps on 32 tasks: exact, with --peers against the same in
                 PyTorch with torch.func, and first-order on lanes against it (run only when named)
  compare        a check of a hypothesis with icl.Compare, two arms of the paper's size and five seeds, from nothing to its
                 sentence (a minute or two; run only when named)
  cells          cells of each notebook in the Go kernel, from sending one until the kernel is idle: its start; the first
                 two, which set up and import; a trivial one; an edited one that imports what the notebook does; one that
                 evaluates a trained transformer of the paper's size on 1,000 tasks (needs a checkout; run only when named)
  claim1 … claim5  from nothing to the verdict on a claim, preset quick (minutes; run only when named)

--peers needs a checkout. It installs PyTorch into bench/.venv there the first time, unless Python imports it there already:
see bench/README.md. A peer that can't be had is left out, with the reason on standard error.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := b.check(args); err != nil {
				return err
			}
			b.backend, b.log = backendFlag(cmd), cmd.ErrOrStderr()
			if len(args) == 0 {
				args = byDefault
			}
			if err := b.run(cmd.Context(), args, peers); err != nil {
				return err
			}
			return printBench(cmd.OutOrStdout(), b.rows, asJSON)
		},
	}
	cmd.Flags().BoolVar(&peers, "peers", false, "also against PyTorch")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	cmd.Flags().IntSliceVar(&b.batches, "tasks", nil, "batch sizes: tasks a step; by default 64, 128 and 512, for regression 32 and 64, in the authors' size 64")
	cmd.Flags().DurationVar(&b.budget, "time", 6*time.Second, "time for each comparison, at least three runs of each side")
	return cmd
}

// check reports wrong arguments.
func (b *bench) check(names []string) error {
	for _, name := range names {
		if benchmarks[name] == nil {
			return usagef("unknown benchmark %q; known: step, step-sampling, step-peak, regression-step, regression-paper, m2-step, compare, cells, claim1 … claim5", name)
		}
	}
	if len(b.batches) > 0 && (slices.Min(b.batches) < 1 || slices.Max(b.batches) > maxBatch) {
		return usagef("--tasks %v; want batch sizes from 1 to %d", b.batches, maxBatch)
	}
	if b.budget <= 0 {
		return usagef("--time %s; want a positive time, such as 6s", b.budget)
	}
	return nil
}

// sizes are the batch sizes that were asked for, or else these.
func (b *bench) sizes(def ...int) []int {
	if len(b.batches) > 0 {
		return b.batches
	}
	return def
}

// maxBatch keeps a step of all prefixes within memory.
const maxBatch = 1 << 14

func (b *bench) run(ctx context.Context, names []string, peers bool) error {
	if peers {
		if err := b.installPeers(ctx); err != nil {
			return err
		}
	}
	for _, name := range names {
		if err := benchmarks[name](b, ctx); err != nil {
			return err
		}
	}
	return nil
}

// installPeers finds or makes the virtual environment of the Python peers.
func (b *bench) installPeers(ctx context.Context) error {
	root, err := kernels.FindRoot(".")
	if err == nil {
		b.folder = filepath.Join(root, "bench")
		b.python, err = benchmark.Venv(ctx, filepath.Join(b.folder, ".venv"), filepath.Join(b.folder, "requirements.txt"), "torch", b.log)
	}
	if err != nil {
		return b.leaveOut(ctx, "PyTorch", err)
	}
	return nil
}

// leaveOut says why a peer is missing. It returns an error only if ctx has ended.
func (b *bench) leaveOut(ctx context.Context, peer string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	fmt.Fprintf(b.log, "%s is left out: %v\n", peer, err)
	return nil
}

// compare adds a row: ours against a peer. A peer that fails is left out.
func (b *bench) compare(ctx context.Context, name string, ours, peer benchmark.Contender) error {
	fmt.Fprintf(b.log, "%s: %s and %s in turn … ", name, ours.Name, peer.Name)
	ms, err := benchmark.Medians(ctx, b.budget, ours, peer)
	if err != nil {
		fmt.Fprintln(b.log)
		return b.leaveOut(ctx, peer.Name, err)
	}
	fmt.Fprintf(b.log, "%.3f and %.3f ms\n", ms[0], ms[1])
	b.rows = append(b.rows, benchRow{name, ms[0], peer.Name, ms[1], ms[1] / ms[0]})
	return nil
}

// alone adds a row without a peer.
func (b *bench) alone(ctx context.Context, name string, ours benchmark.Contender) error {
	fmt.Fprintf(b.log, "%s: %s … ", name, ours.Name)
	ms, err := benchmark.Medians(ctx, b.budget, ours)
	if err != nil {
		fmt.Fprintln(b.log)
		return err
	}
	fmt.Fprintf(b.log, "%.3f ms\n", ms[0])
	b.rows = append(b.rows, benchRow{Name: name, GoiclMS: ms[0]})
	return nil
}

// claim times an experiment from nothing to its verdict, in the preset quick.
func (b *bench) claim(ctx context.Context, name string) error {
	p, err := claim.PresetByName("quick")
	if err != nil {
		return err
	}
	return b.fromNothing(name, func(dir string) error {
		bar := newExperimentBar(b.log, name)
		defer bar.close()
		r, err := claim.Reproduce(ctx, name, p, claim.Options{Dir: dir, Train: []train.Option{train.WithBackend(b.backend)}, Progress: bar.update})
		if err == nil {
			fmt.Fprintf(b.log, "%s: %s (preset %s, %s)\n", name, r.Verdict, p.Name, r.SeedNote())
		}
		return err
	})
}

// fromNothing times, once, what do takes with an empty folder for its runs.
func (b *bench) fromNothing(name string, do func(dir string) error) (err error) {
	dir, err := os.MkdirTemp("", "goicl-bench-*")
	if err != nil {
		return fmt.Errorf("bench: no folder for the runs of %s: %w", name, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	start := time.Now()
	if err := do(dir); err != nil {
		return err
	}
	b.took(name, time.Since(start))
	return nil
}

// took adds a time that is taken once.
func (b *bench) took(name string, d time.Duration) {
	b.rows = append(b.rows, benchRow{Name: name, GoiclMS: float64(d) / float64(time.Millisecond)})
}

func printBench(w io.Writer, rows []benchRow, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(map[string]any{"machine": benchmark.Machine(), "results": rows})
	}
	fmt.Fprintln(w, benchmark.Machine())
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "name\tgoicl ms\tpeer\tpeer ms\tratio")
	for _, r := range rows {
		fmt.Fprintf(t, "%s\t%.3f", r.Name, r.GoiclMS)
		if r.Peer != "" {
			fmt.Fprintf(t, "\t%s\t%.3f\t%.3g", r.Peer, r.PeerMS, r.Ratio)
		}
		fmt.Fprintln(t)
	}
	return t.Flush()
}
