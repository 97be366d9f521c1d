package engine_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learnertest"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/transformer"
)

// TestEnginesAgree: loss, gradient and logits are the same up to rounding.
func TestEnginesAgree(t *testing.T) {
	for _, s := range subjects(t) {
		all := s.engines(t)
		if xla := s.onXLA(t); xla != nil {
			all = append(all, xla)
		}
		wantLoss, wantGrad := s.lossGrad(t, all[0])
		wantLogits := s.logits(t, all[0])
		for _, e := range all[1:] {
			loss, grad := s.lossGrad(t, e)
			if !(math.Abs(loss-wantLoss) <= 1e-4*wantLoss) {
				t.Errorf("%s on %s: loss %g, want %g", s.name, e.Name(), loss, wantLoss)
			}
			if off := relative(grad, wantGrad); !(off <= 1e-4) {
				t.Errorf("%s on %s: the gradient is off by %g of its largest value", s.name, e.Name(), off)
			}
			if off := relative(s.logits(t, e), wantLogits); !(off <= 1e-4) {
				t.Errorf("%s on %s: the logits are off by %g of their largest value", s.name, e.Name(), off)
			}
		}
	}
}

// TestEnginesRepeat: the same call gives the same bytes, and overwrites what grad held.
func TestEnginesRepeat(t *testing.T) {
	forEachEngine(t, func(t *testing.T, s subject, e engine.Engine) {
		loss, grad := s.lossGrad(t, e)
		again := slices.Repeat([]float32{float32(math.NaN())}, len(grad))
		twice, err := e.LossGrad(s.params, s.batch, s.at, again)
		if err != nil || twice != loss || !slices.Equal(again, grad) {
			t.Errorf("loss %g, then %g (%v)", loss, twice, err)
		}
		if !slices.Equal(s.logits(t, e), s.logits(t, e)) {
			t.Error("the second call gives other logits")
		}
	})
}

// TestEnginesLeaveInputsAlone: weights, tasks and queries are as they were.
func TestEnginesLeaveInputsAlone(t *testing.T) {
	forEachEngine(t, func(t *testing.T, s subject, e engine.Engine) {
		params, x, at := slices.Clone(s.params), slices.Clone(s.batch.X), slices.Clone(s.at)
		y, z := slices.Clone(s.batch.Y), slices.Clone(s.batch.Z)
		s.lossGrad(t, e)
		s.logits(t, e)
		if !slices.Equal(params, s.params) || !slices.Equal(x, s.batch.X) || !slices.Equal(at, s.at) ||
			!slices.Equal(y, s.batch.Y) || !slices.Equal(z, s.batch.Z) {
			t.Error("a call changed its inputs")
		}
	})
}

// TestEnginesServeManyGoroutines: each gets the numbers of a call made alone.
func TestEnginesServeManyGoroutines(t *testing.T) {
	forEachEngine(t, func(t *testing.T, s subject, e engine.Engine) {
		wantLoss, wantGrad := s.lossGrad(t, e)
		wantLogits := s.logits(t, e)
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				grad := make([]float32, len(s.params))
				loss, err := e.LossGrad(s.params, s.batch, s.at, grad)
				if err != nil || loss != wantLoss || !slices.Equal(grad, wantGrad) {
					t.Errorf("loss %g (%v), want %g and its gradient", loss, err, wantLoss)
				}
				logits, err := e.Logits(s.params, s.batch, s.at)
				if err != nil || !slices.Equal(logits, wantLogits) {
					t.Errorf("other logits than alone (%v)", err)
				}
			})
		}
		all.Wait()
	})
}

// TestEnginesTakeAnyShape: engines are made for inputs and classes, not for a number of
// tasks, points or queries.
func TestEnginesTakeAnyShape(t *testing.T) {
	forEachEngine(t, func(t *testing.T, s subject, e engine.Engine) {
		whole := s.logits(t, e)
		half := s
		half.batch, half.at = s.batch.Slice(0, 6), s.at[:len(s.at)/2]
		if off := relative(half.logits(t, e), whole[:len(whole)/2]); !(off <= 1e-5) {
			t.Errorf("half the tasks have logits that are off by %g", off)
		}
	})
}

// TestEnginesRefuseBadInput: it is an error that says what is wrong, on one line, and never
// a panic.
func TestEnginesRefuseBadInput(t *testing.T) {
	forEachEngine(t, func(t *testing.T, s subject, e engine.Engine) {
		b, c, other := s.batch, s.batch.C, 2
		if c != 0 {
			other = 0
		}
		short := *b
		short.X = b.X[:len(b.X)-1]
		behind := slices.Clone(s.at)
		behind[3] = 5
		negative := slices.Clone(s.at)
		negative[3] = -1
		for what, in := range map[string]subject{
			"no weights":            {params: nil, batch: b, at: s.at},
			"a weight too many":     {params: append(slices.Clone(s.params), 0), batch: b, at: s.at},
			"no batch":              {params: s.params, batch: nil, at: s.at},
			"no tasks":              {params: s.params, batch: datasets.NewBatch(0, 5, inputs, c), at: s.at},
			"another input size":    {params: s.params, batch: learnertest.Noise(1, 12, 5, inputs+1, c), at: s.at},
			"another kind of tasks": {params: s.params, batch: learnertest.Noise(1, 12, 5, inputs, other), at: s.at},
			"more classes":          {params: s.params, batch: learnertest.Noise(1, 12, 5, inputs, c+4), at: s.at},
			"an input is missing":   {params: s.params, batch: &short, at: s.at},
			"no queries":            {params: s.params, batch: b, at: nil},
			"an odd query":          {params: s.params, batch: b, at: append(slices.Clone(s.at), 1)},
			"a query behind":        {params: s.params, batch: b, at: behind},
			"a negative query":      {params: s.params, batch: b, at: negative},
		} {
			_, err := e.LossGrad(in.params, in.batch, in.at, make([]float32, len(in.params)))
			wantOneLine(t, what+", loss", err)
			_, err = e.Logits(in.params, in.batch, in.at)
			wantOneLine(t, what+", logits", err)
		}
		for _, size := range []int{0, len(s.params) - 1, len(s.params) + 1} {
			_, err := e.LossGrad(s.params, b, s.at, make([]float32, size))
			wantOneLine(t, fmt.Sprintf("a gradient of %d values", size), err)
		}
		s.lossGrad(t, e) // none of it harmed the engine
	})
}

func wantOneLine(t *testing.T, what string, err error) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: no error", what)
	} else if strings.Contains(err.Error(), "\n") {
		t.Errorf("%s: an error of several lines: %v", what, err)
	}
}

// TestCapabilities: what each engine can do beside the interface.
func TestCapabilities(t *testing.T) {
	forEachEngine(t, func(t *testing.T, s subject, e engine.Engine) {
		graph := strings.HasPrefix(e.Name(), "gomlx/")
		_, adapts := s.l.(metalearner.M2)
		_, evaluates := e.(engine.LossEvaluator)
		_, predicts := e.(engine.MemoryPredictor)
		_, trains := e.(engine.ResidentTrainer)
		_, prefetches := e.(engine.Prefetcher)
		if evaluates != (graph || adapts) || predicts != graph || trains != graph || prefetches != (!graph && !adapts) {
			t.Errorf("evaluates losses: %v, predicts memory: %v, trains on the device: %v, prefetches: %v", evaluates, predicts, trains, prefetches)
		}
	})
}

// TestLossIsThatOfLossGrad: the loss alone is the one with a gradient.
func TestLossIsThatOfLossGrad(t *testing.T) {
	forEachEngine(t, func(t *testing.T, s subject, e engine.Engine) {
		evaluator, ok := e.(engine.LossEvaluator)
		if !ok {
			t.Skip("it computes no loss alone")
		}
		want, _ := s.lossGrad(t, e)
		if loss, err := evaluator.Loss(s.params, s.batch, s.at); err != nil || math.Abs(loss-want) > 1e-6*want {
			t.Errorf("loss %g (%v), want %g", loss, err, want)
		}
	})
}

// TestPrefetch: work is done once, in the next call of LossGrad, whatever becomes of that, by
// kernels and by graphs on lanes.
func TestPrefetch(t *testing.T) {
	needLanes(t)
	s := subjects(t)[0]
	kernels, err := engine.NewLanes(s.l, inputs, s.batch.C, 2)
	if err != nil {
		t.Fatal(err)
	}
	graphs, err := engine.New(t.Context(), s.l, inputs, s.batch.C, "", engine.Options{Kind: "gomlx", Backend: "lanes:2"})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []engine.Engine{kernels, graphs} {
		done := 0
		prefetcher := e.(engine.Prefetcher)
		prefetcher.Prefetch(func() { done++ })
		s.logits(t, e)
		if done != 0 {
			t.Errorf("%s: Logits did the work", e.Name())
		}
		for range 2 {
			s.lossGrad(t, e)
		}
		if done != 1 {
			t.Errorf("%s: the work was done %d times, want once", e.Name(), done)
		}
		prefetcher.Prefetch(func() { done++ })
		if _, err := e.LossGrad(nil, s.batch, s.at, nil); err == nil || done != 2 {
			t.Errorf("%s: a failing call (%v) did the work %d times, want once", e.Name(), err, done-1)
		}
	}
}

// TestPrefetchOfSeveralRuns: the works of runs that share an engine are all done, whichever
// run makes the next step.
func TestPrefetchOfSeveralRuns(t *testing.T) {
	needLanes(t)
	graphs := &engine.Graphs{Parallel: true}
	shared := func() engine.Engine {
		e, err := engine.New(t.Context(), metalearner.ProtoNet{}, 2, 2, "", engine.Options{Workers: 1, Graphs: graphs})
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	one, two := shared(), shared()
	done := 0
	for _, e := range []engine.Engine{one, two} {
		e.(engine.Prefetcher).Prefetch(func() { done++ })
	}
	b, err := synthetic.Proto{N: 5}.Sample(datasets.Rand(0, "prefetch"), 4)
	if err != nil {
		t.Fatal(err)
	}
	params := make([]float32, 13)
	for _, e := range []engine.Engine{one, two} {
		if _, err := e.LossGrad(params, b, []int32{2, 3, 4, 2}, make([]float32, 13)); err != nil {
			t.Fatal(err)
		}
	}
	if done != 2 {
		t.Errorf("%d of 2 works were done", done)
	}
}

// TestNewLanesRefuses: the error says what lanes cannot serve.
func TestNewLanesRefuses(t *testing.T) {
	needLanes(t)
	for want, make := range map[string]func() (engine.Engine, error){
		"small decoders": func() (engine.Engine, error) { return engine.NewLanes(metalearner.CNP{}, 2, 2, 1) },
		"real targets":   func() (engine.Engine, error) { return engine.NewLanes(transformer.Paper{}, 2, 0, 1) },
		"width 256":      func() (engine.Engine, error) { return engine.NewLanes(transformer.Decoder{}, 2, 0, 1) },
		"2·8 channels":   func() (engine.Engine, error) { return engine.NewLanes(transformer.Paper{}, 2, 8, 1) },
		"depth -1":       func() (engine.Engine, error) { return engine.NewLanes(transformer.Paper{Depth: -1}, 2, 2, 1) },
	} {
		if _, err := make(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}
