package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/learnertest"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/transformer"
)

// wrong is a user's learner whose logits are what its function makes.
type wrong struct {
	Why    string
	logits func(w learner.Weights, ep learner.Episode) *Node
}

func (l wrong) Name() string { return l.Why }

func (l wrong) Params(d, c int) ([]learner.Param, error) {
	return learner.LinearParams("readout", d, learner.Channels(c), true), nil
}

func (l wrong) Logits(w learner.Weights, ep learner.Episode) *Node { return l.logits(w, ep) }

// TestWrongLogits: whatever a learner's Logits does wrong, every engine reports it, with the
// learner's name, before a step is made.
func TestWrongLogits(t *testing.T) {
	right := func(w learner.Weights, ep learner.Episode) *Node { return learner.Linear(w, "readout", ep.Queries) }
	for why, test := range map[string]struct {
		logits func(w learner.Weights, ep learner.Episode) *Node
		want   string
	}{
		"narrow": {func(w learner.Weights, ep learner.Episode) *Node {
			return Slice(right(w, ep), AxisRange(), AxisRange(), AxisRange(0, 1))
		}, "Logits of learner \"narrow\" (engine_test.wrong) returned [5 1 1] for 5 tasks of 1 queries; want [5 1 2 or more], a logit for each of 2 classes (Logits is at "},
		"place":  {func(learner.Weights, learner.Episode) *Node { return nil }, "wrong_test.go:30)"},
		"flat":   {func(w learner.Weights, ep learner.Episode) *Node { return ReduceAllSum(right(w, ep)) }, "returned [] for"},
		"none":   {func(learner.Weights, learner.Episode) *Node { return nil }, "Logits of learner \"none\" (engine_test.wrong) returned nil"},
		"string": {func(learner.Weights, learner.Episode) *Node { panic("boom") }, "Logits of learner \"string\" (engine_test.wrong) panicked: boom (at "},
		"shapes": {func(_ learner.Weights, ep learner.Episode) *Node { return Add(ep.X, ep.Context) }, "wrong_test.go:"},
		"lost":   {func(w learner.Weights, _ learner.Episode) *Node { return w.Get("readut") }, `no parameter "readut"`},
	} {
		l := wrong{why, test.logits}
		for _, spec := range []string{"lanes", "go"} {
			e, err := engine.New(t.Context(), l, inputs, 2, "", engine.Options{Kind: "gomlx", Backend: spec})
			if err == nil {
				layout, err := learner.NewLayout(l, inputs, 2)
				if err != nil {
					t.Fatal(err)
				}
				params := make([]float32, layout.Size)
				if _, err = e.LossGrad(params, learnertest.Noise(1, 5, 4, inputs, 2), []int32{1, 1, 1, 1, 1}, params); err == nil {
					t.Errorf("%s on %s: no error", why, spec)
				}
				continue
			}
			if !strings.Contains(err.Error(), test.want) && spec == "lanes" || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s on %s: error %v; want %q", why, spec, err, test.want)
			}
		}
	}
}

// TestTooLargeLearners: what would take the machine's memory, or never end, is refused with
// its value and the limit.
func TestTooLargeLearners(t *testing.T) {
	const huge = 1_000_000_000
	for want, l := range map[string]learner.Learner{
		"ICL with Depth = 1000000000; want at most 1000": transformer.Paper{Depth: huge},
		"with Expand = 1000000000; want at most":         transformer.Paper{Expand: huge},
		"parameter \"layers.0.w1.weight\" of shape [60000000 6] is too large; a learner has at most 268435456 weights": transformer.Paper{Expand: 10_000_000},
		"with Width = 1000000000; want at most":           transformer.PreNorm{Width: huge, Heads: 1},
		"with Points = 1000000000; want at most":          transformer.Decoder{Points: huge},
		"of shape [82 6000000] is too large":              transformer.Decoder{Width: 6_000_000, Heads: 1},
		"ProtoNet with Width = 1000000000; want at most":  metalearner.ProtoNet{Width: huge},
		"MLP with Depth = 1000000000; want at most 1000":  metalearner.MLP{Depth: huge},
		"MAML with Steps = 1000000000; want at most 1000": metalearner.MAML{Inner: metalearner.Inner{Steps: huge}},
		"ANIL with Steps = 1000000000; want at most 1000": metalearner.ANIL{Steps: huge},
		"Steps = 1000000001; want at most 1000":           metalearner.GradientDescent{Steps: huge + 1},
		"M2 without a model":                              metalearner.M2{},
	} {
		if _, err := learner.NewLayout(l, 2, 2); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%T: error %v; want %q", l, err, want)
		}
	}
}

// TestWrongOptions: what no engine can be made of.
func TestWrongOptions(t *testing.T) {
	var none context.Context
	custom := func(e engine.Engine, err error) engine.Options {
		return engine.Options{Custom: func(learner.Learner, int, int) (engine.Engine, error) { return e, err }}
	}
	failed := errors.New("no such card")
	for want, make := range map[string]func() (engine.Engine, error){
		"the context is nil; pass context.Background()": func() (engine.Engine, error) {
			return engine.New(none, transformer.Paper{}, 2, 2, "", engine.Options{})
		},
		"the learner is nil": func() (engine.Engine, error) { return engine.New(t.Context(), nil, 2, 2, "", engine.Options{}) },
		"the learner is a nil *transformer.Paper": func() (engine.Engine, error) {
			return engine.New(t.Context(), (*transformer.Paper)(nil), 2, 2, "", engine.Options{})
		},
		"-1 workers; want 1 to 1024, or 0 for one a processor": func() (engine.Engine, error) {
			return engine.New(t.Context(), transformer.Paper{}, 2, 2, "", engine.Options{Workers: -1})
		},
		"returned neither an engine nor an error for learner \"ICL\"": func() (engine.Engine, error) {
			return engine.New(t.Context(), transformer.Paper{}, 2, 2, "", custom(nil, nil))
		},
		"no such card": func() (engine.Engine, error) {
			return engine.New(t.Context(), transformer.Paper{}, 2, 2, "", custom(nil, failed))
		},
	} {
		if _, err := make(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want %q", err, want)
		}
	}
}
