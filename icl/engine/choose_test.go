package engine_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/transformer"
	"github.com/goicl/goicl/internal/lanes"
)

// TestNewChooses: lanes where there is a kernel for the learner, else a backend of GoMLX,
// which is lanes unless another one is asked for.
func TestNewChooses(t *testing.T) {
	served, graphs := "gomlx/go", "gomlx/go"
	if ok, _ := lanes.Available(); ok {
		served, graphs = "lanes", "gomlx/lanes"
	}
	m2 := metalearner.M2{Model: transformer.Decoder{Points: 5, Width: 8, Depth: 1, Heads: 2}, Tasks: 4}
	first := m2
	first.Order = "first"
	for _, test := range []struct {
		l          learner.Learner
		c          int
		kind, spec string
		want       string
	}{
		{transformer.Paper{Depth: 1}, 2, "", "go", served},
		{transformer.Paper{Depth: 1}, 2, "gomlx", "go", "gomlx/go"},
		{transformer.Paper{Depth: 1}, 0, "", "go", "gomlx/go"}, // real targets
		{transformer.Paper{Depth: 1}, 8, "", "go", "gomlx/go"}, // too wide a token
		{metalearner.CNP{}, 2, "", "go", "gomlx/go"},
		{metalearner.CNP{}, 2, "", "", graphs},
		{m2, 0, "", "go", "gomlx/go"}, // second derivatives
		{m2, 0, "", "", graphs},
		{first, 0, "", "go", served},
	} {
		if test.want == "gomlx/go" && test.spec == "" {
			continue // no lanes here: the default is XLA, or Go
		}
		e, err := engine.New(t.Context(), test.l, 2, test.c, "", engine.Options{Kind: test.kind, Backend: test.spec})
		if err != nil {
			t.Fatal(err)
		}
		if e.Name() != test.want {
			t.Errorf("%s for %d classes is computed by %s, want %s", test.l.Name(), test.c, e.Name(), test.want)
		}
	}
}

// TestNewRefuses: the error has the value and a remedy.
func TestNewRefuses(t *testing.T) {
	for _, test := range []struct {
		o    engine.Options
		l    learner.Learner
		want []string
	}{
		{engine.Options{Kind: "cuda"}, metalearner.CNP{}, []string{`unknown kind "cuda"`, `want "lanes" or "gomlx"`}},
		{engine.Options{Kind: "lanes"}, sorting{}, []string{"sorting", "no operation Sort", "leave the engine out to use another backend"}},
		{engine.Options{Kind: "lanes"}, filling{}, []string{"filling", "no Pad with a value that is not a constant"}},
		{engine.Options{Backend: "tpu"}, metalearner.CNP{}, []string{`"tpu"`, "use lanes, go, xla"}},
		{engine.Options{Backend: "go"}, metalearner.ProtoNet{Width: -1}, []string{"width -1"}},
		{engine.Options{Backend: "go"}, unwritable{}, []string{"CNP cannot be written as JSON"}},
	} {
		_, err := engine.New(t.Context(), test.l, 2, 2, "", test.o)
		if err == nil {
			t.Errorf("%+v makes an engine of %s", test.o, test.l.Name())
			continue
		}
		for _, part := range test.want {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("error %v, want one with %q", err, part)
			}
		}
	}
}

// sorting is a learner with an operation that lanes does not have.
type sorting struct{ metalearner.CNP }

func (sorting) Name() string { return "sorting" }

func (s sorting) Logits(w learner.Weights, ep learner.Episode) *Node {
	return Sort(s.CNP.Logits(w, ep), -1, true)
}

// filling is a learner with an operation that lanes refuses when it compiles the graph.
type filling struct{ metalearner.CNP }

func (filling) Name() string { return "filling" }

func (f filling) Logits(w learner.Weights, ep learner.Episode) *Node {
	logits := f.CNP.Logits(w, ep)
	padded := Pad(logits, StopGradient(ReduceAllMean(logits)), compute.PadAxis{}, compute.PadAxis{}, compute.PadAxis{End: 1})
	return Slice(padded, AxisRange(), AxisRange(), AxisRange(0, ep.C()))
}

// unwritable is a learner with a setting that has no JSON.
type unwritable struct {
	metalearner.CNP
	Settings func()
}

// TestGraphsAreShared: by runs of one learner on one kind of tasks with the same code.
func TestGraphsAreShared(t *testing.T) {
	graphs := &engine.Graphs{}
	make := func(l learner.Learner, d, c int, code string) engine.Engine {
		t.Helper()
		e, err := engine.New(t.Context(), l, d, c, code, engine.Options{Backend: "go", Graphs: graphs})
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	one := make(metalearner.CNP{}, 2, 2, "")
	for what, other := range map[string]engine.Engine{
		"the same":       make(metalearner.CNP{}, 2, 2, ""),
		"another start":  make(shifted{}, 2, 2, ""),
		"more inputs":    make(metalearner.CNP{}, 3, 2, ""),
		"more classes":   make(metalearner.CNP{}, 2, 3, ""),
		"another width":  make(metalearner.CNP{Width: 7}, 2, 2, ""),
		"another code":   make(metalearner.CNP{}, 2, 2, "a1b2"),
		"another type":   make(renamed{}, 2, 2, ""),
		"another family": make(metalearner.ProtoNet{}, 2, 2, ""),
	} {
		if want := what == "the same" || what == "another start"; (one == other) != want {
			t.Errorf("%s: shared is %v, want %v", what, one == other, want)
		}
	}
	apart, err := engine.New(t.Context(), metalearner.CNP{}, 2, 2, "", engine.Options{Backend: "go"})
	if err != nil || apart == one {
		t.Errorf("an engine without Graphs is shared (%v)", err)
	}
}

// renamed is another type with the name and the settings of its part.
type renamed struct{ metalearner.CNP }

// TestGraphsOfManyGoroutines: those that ask at once get one engine, and each a right answer.
func TestGraphsOfManyGoroutines(t *testing.T) {
	for _, graphs := range []*engine.Graphs{{}, {Parallel: true}} {
		var engines [8]engine.Engine
		err := engine.SideBySide(t.Context(), len(engines), func(ctx context.Context, i int) (err error) {
			engines[i], err = engine.New(ctx, metalearner.CNP{}, 2, 2, "", engine.Options{Backend: "go", Graphs: graphs})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range engines {
			if e != engines[0] {
				t.Errorf("engine %d is not shared", i)
			}
		}
	}
}

// TestGraphsForgetFailures: a backend that could not be opened is opened again.
func TestGraphsForgetFailures(t *testing.T) {
	graphs := &engine.Graphs{}
	for range 2 {
		if _, err := engine.New(t.Context(), metalearner.CNP{}, 2, 2, "", engine.Options{Backend: "nothing", Graphs: graphs}); err == nil {
			t.Fatal("an unknown backend is no error")
		}
	}
	if _, err := engine.New(t.Context(), metalearner.CNP{}, 2, 2, "", engine.Options{Backend: "go", Graphs: graphs}); err != nil {
		t.Error(err)
	}
}

// TestSideBySide: every call is made once, and at most AtOnce are under way.
func TestSideBySide(t *testing.T) {
	const n = 40
	var made [n]atomic.Int32
	var running, most atomic.Int32
	err := engine.SideBySide(t.Context(), n, func(_ context.Context, i int) error {
		now := running.Add(1)
		for old := most.Load(); now > old && !most.CompareAndSwap(old, now); old = most.Load() {
		}
		time.Sleep(time.Millisecond)
		made[i].Add(1)
		running.Add(-1)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range made {
		if made[i].Load() != 1 {
			t.Errorf("call %d is made %d times", i, made[i].Load())
		}
	}
	if got := int(most.Load()); got > engine.AtOnce() || got < 2 {
		t.Errorf("%d calls at once, want 2 to %d", got, engine.AtOnce())
	}
}

// TestSideBySideStops: after the first error or at the end of ctx no call begins, and those
// under way see it.
func TestSideBySideStops(t *testing.T) {
	failed := errors.New("it failed")
	var began atomic.Int32
	err := engine.SideBySide(t.Context(), 1000, func(ctx context.Context, i int) error {
		began.Add(1)
		if i == 3 {
			return failed
		}
		<-ctx.Done()
		return ctx.Err()
	})
	if !errors.Is(err, failed) || int(began.Load()) > engine.AtOnce()+1 {
		t.Errorf("error %v after %d calls; want %v after at most %d", err, began.Load(), failed, engine.AtOnce()+1)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err = engine.SideBySide(ctx, 5, func(context.Context, int) error {
		t.Error("a call began after the end")
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want a cancellation", err)
	}
	if err := engine.SideBySide(t.Context(), 0, nil); err != nil {
		t.Errorf("no calls: %v", err)
	}
}

// TestWorkersChangeNoNumber: lanes give the same bytes for any number of workers.
func TestWorkersChangeNoNumber(t *testing.T) {
	needLanes(t)
	for _, s := range subjects(t) {
		var first []float32
		for _, workers := range []int{1, 2, 5} {
			e, err := engine.NewLanes(s.l, inputs, s.batch.C, workers)
			if err != nil {
				t.Fatal(err)
			}
			_, grad := s.lossGrad(t, e)
			if first == nil {
				first = grad
			} else if relative(grad, first) != 0 {
				t.Errorf("%s: %d workers give another gradient than 1", s.name, workers)
			}
		}
	}
}

// TestEnginesAreFreed: evaluators made for many goroutines serve later ones.
func TestEnginesAreFreed(t *testing.T) {
	needLanes(t)
	s := subjects(t)[0]
	e, err := engine.NewLanes(s.l, inputs, s.batch.C, 1)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if _, err := e.Logits(s.params, s.batch, s.at); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	grad := make([]float32, len(s.params))
	if n := testing.AllocsPerRun(20, func() { _, _ = e.LossGrad(s.params, s.batch, s.at, grad) }); n > 1 {
		t.Errorf("%g allocations a step", n)
	}
}
