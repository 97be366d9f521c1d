package expressiveness

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/construct"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/internal/backend"
)

// TestEveryCheckCanFail: where all is as claimed all checks pass, and for each check there
// is a broken construction, or a training that ends otherwise, with which it fails, and
// only it, and its statement is not reproduced.
func TestEveryCheckCanFail(t *testing.T) {
	on, err := backend.Shared(t.Context(), "go")
	if err != nil {
		t.Fatal(err)
	}
	var all, failed []string
	dir := t.TempDir()
	for _, c := range concluded(t, dir, measured(), claimed()).Checks {
		all = append(all, c.ID)
		if c.Status != study.Pass {
			t.Errorf("where all is as claimed, %s is %s: %s", c.ID, c.Status, c.Name)
		}
	}
	for name, test := range map[string]struct {
		fails string
		as    func(x *experiment, m *made)
	}{
		"a matrix of ProtoNet's construction is changed by 1 %": {"be.1", func(x *experiment, _ *made) {
			x.of("ProtoNet").Float64, _ = changedBy(t, on, metalearner.ProtoNet{}, mutation)
		}},
		"the same in float32": {"be.2", func(x *experiment, _ *made) {
			_, x.of("ProtoNet").Float32 = changedBy(t, on, metalearner.ProtoNet{}, mutation)
		}},
		"a change of a matrix does not show": {"be.3", func(x *experiment, _ *made) {
			if x.mutants[3], err = leastMutant(on, metalearner.ProtoNet{}, 0, 32); err != nil {
				t.Fatal(err)
			}
		}},
		"ridge regression by half the steps": {"be.4", func(x *experiment, _ *made) {
			x.depth[0].worst = ridgeAfter(t, on, construct.Ridge{Steps: 24, Chebyshev: true})
		}},
		"ridge regression by gradient descent": {"be.4", func(x *experiment, _ *made) {
			x.depth[0].worst = ridgeAfter(t, on, construct.Ridge{Steps: 48})
		}},
		"a matrix of the witness's construction is changed by 1 %": {"more.1", func(x *experiment, _ *made) {
			x.of("witness").Float64, _ = changedBy(t, on, construct.Witness{}, mutation)
		}},
		"the witness is a gradient-based learner": {"more.2", func(x *experiment, _ *made) { x.witnessIs(t, on, 0) }},
		"the witness is a metric-based learner":   {"more.3", func(x *experiment, _ *made) { x.witnessIs(t, on, 1) }},
		"the witness is a network of averages":    {"more.4", func(x *experiment, _ *made) { x.witnessIs(t, on, 2) }},
		"a gradient-based student reaches the witness": {"more.5", func(_ *experiment, m *made) {
			m.distance = m.imitated("ANIL-64 imitates witness", .03)
		}},
		"the best metric-based student reaches the witness": {"more.6", func(_ *experiment, m *made) {
			m.distance = m.imitated("MatchNet-64 imitates witness", .002)
		}},
		"students of members stay off as far": {"more.6", func(_ *experiment, m *made) {
			m.distance = m.imitated("MatchNet-64 imitates ProtoNet", .2)
		}},
		"a network of averages comes nearly as near to the witness as to a member": {"more.7", func(_ *experiment, m *made) {
			m.distance = m.imitated("CNP-64 imitates witness", .06)
		}},
		"another student than the best reaches the witness": {"", func(_ *experiment, m *made) {
			m.distance = m.imitated("ProtoNet-64 imitates witness", .002)
		}},
		"fine-tuning changes nothing": {"trains.1", func(_ *experiment, m *made) {
			m.loss = func(string, int) float64 { return .5 }
		}},
		"fine-tuning changes too little to matter": {"trains.1", func(_ *experiment, m *made) {
			m.loss = func(_ string, step int) float64 { return .5 - .0002*float64(step) }
		}},
		"fine-tuning raises the loss": {"trains.1", func(_ *experiment, m *made) {
			m.loss = func(_ string, step int) float64 { return .5 + .01*float64(step) }
		}},
	} {
		t.Run(fmt.Sprintf("%s fails, for %s", cmp.Or(test.fails, "none"), name), func(t *testing.T) {
			x, m := measured(), claimed()
			test.as(x, &m)
			wantFailure(t, concluded(t, dir, x, m), test.fails)
			failed = append(failed, test.fails)
		})
	}
	for _, id := range all {
		if !slices.Contains(failed, id) {
			t.Errorf("no test has the check %s fail", id)
		}
	}
}

// wantFailure wants one check to fail, or none, and the others to pass.
func wantFailure(t *testing.T, r *study.Result, fails string) {
	t.Helper()
	for _, c := range r.Checks {
		if want := map[bool]study.Status{true: study.Fail, false: study.Pass}[c.ID == fails]; c.Status != want {
			t.Errorf("the check %s is %s, want %s: %s, %g", c.ID, c.Status, want, c.Name, c.Estimate)
		}
	}
	for _, s := range r.Statements {
		if failed := strings.HasPrefix(fails, s.ID+"."); failed != (s.Verdict == study.NotReproduced) {
			t.Errorf("%q is %s", s.Text, s.Verdict)
		}
	}
}

// of is the agreement of a learner's construction.
func (x *experiment) of(learner string) *agreement {
	return &x.agreements[slices.IndexFunc(x.agreements, func(a agreement) bool { return a.Learner == learner })]
}

// changedBy is how far a learner's construction is from it where one matrix is changed by a
// share, in float64 and with weights in float32.
func changedBy(t *testing.T, on *backend.Backend, l learner.Learner, share float64) (wide, narrow float64) {
	t.Helper()
	rng := datasets.Rand(0, "changed")
	weights, err := construct.RandomWeights(l, 2, 2, rng)
	if err != nil {
		t.Fatal(err)
	}
	c, err := construct.Of(l, weights, 2, 2)
	if err != nil {
		t.Fatal(err)
	}
	c = c.Mutants(share, rng)["readout"]
	b, at := construct.RandomEpisodes(rng, 64, 2, 2)
	want, err := construct.Predict(on.Backend, l, weights, b, at)
	if err != nil {
		t.Fatal(err)
	}
	got, err := construct.Predict(on.Backend, c.Circuit, c.Weights, b, at)
	if err != nil {
		t.Fatal(err)
	}
	rough := make([]float32, len(c.Weights))
	for i, v := range c.Weights {
		rough[i] = float32(v)
	}
	got32, err := construct.Predict(on.Backend, c.Circuit, rough, b, at)
	if err != nil {
		t.Fatal(err)
	}
	return construct.Difference(got, want), construct.Difference(got32, want)
}

func ridgeAfter(t *testing.T, on *backend.Backend, r construct.Ridge) float64 {
	t.Helper()
	errs, err := r.Errors(on.Backend, 5, 128, 0)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Max(errs)
}

// witnessIs has the control of a class in place of the witness, as far as the invariance of
// the class goes.
func (x *experiment) witnessIs(t *testing.T, on *backend.Backend, class int) {
	t.Helper()
	c := classes()[class]
	rng := datasets.Rand(0, "laws")
	weights, err := construct.RandomWeights(c.control, 2, 2, rng)
	if err != nil {
		t.Fatal(err)
	}
	predict, err := construct.Predictor(on.Backend, c.control, weights, 2, 2)
	if err != nil {
		t.Fatal(err)
	}
	v, err := c.invariance.Violation(predict, 2, 2, 64, rng)
	if err != nil {
		t.Fatal(err)
	}
	x.violations[[2]string{construct.Witness{}.Name(), c.name}] = v
}

// TestVariants: repeating every example changes MatchNet and the witness by their virtual
// examples alone, and changes learners that sum over examples.
func TestVariants(t *testing.T) {
	on, err := backend.Shared(t.Context(), "go")
	if err != nil {
		t.Fatal(err)
	}
	rng := datasets.Rand(0, "variants")
	for _, v := range variants() {
		i := slices.IndexFunc(constructed(), func(l learner.Learner) bool { return l.Name() == v.learner })
		l := constructed()[i]
		weights, err := construct.RandomWeights(l, 2, 2, rng)
		if err != nil {
			t.Fatal(err)
		}
		predict, err := construct.Predictor(on.Backend, l, weights, 2, 2)
		if err != nil {
			t.Fatal(err)
		}
		change, err := construct.Repetition.Violation(v.predict(on, teacher{l, weights, predict}), 2, 2, 128, rng)
		if err != nil {
			t.Fatal(err)
		}
		changes := strings.Contains(v.name, "adds") || strings.Contains(v.name, "sum")
		if changes != (change > 1e-3) || !changes && rounded(change) != "0" {
			t.Errorf("%s: repeating every example changes a probability by %g", v.name, change)
		}
	}
}
