package expressiveness

import (
	"context"
	"fmt"
	"slices"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/construct"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/internal/backend"
)

// repetition is by how much the probabilities of a learner change, at most, where every
// example is repeated.
type repetition struct {
	learner string
	change  float64
}

// noPrior is the score of a virtual example that weighs nothing; e^−700 is about the least
// number in float64.
const noPrior = -700

// summands is the number of examples with which a learner that sums is the one that averages.
const summands = 8

// variant is a learner of the matrix with some of its parameters changed, by the number of
// examples n.
type variant struct {
	name, learner string
	params        []string // none means as it is
	change        func(v float64, n int) float64
}

// variants are MatchNet and the witness with their virtual examples and without, and
// learners that average over examples beside the same ones that sum over them.
func variants() []variant {
	match, witness := metalearner.MatchNet{}.Name(), construct.Witness{}.Name()
	gd, cnp := metalearner.GradientDescent{Steps: 4}.Name(), metalearner.CNP{}.Name()
	remove := func(float64, int) float64 { return noPrior }
	// The parameter multiplies a mean over n examples, of which n times is the sum.
	sum := func(v float64, n int) float64 { return v * float64(n) / summands }
	return []variant{
		{match + ", which adds a virtual example", match, nil, nil},
		{match + " without it, as Vinyals et al. (2016)", match, []string{"prior"}, remove},
		{witness + ", which adds virtual examples", witness, nil, nil},
		{witness + " without them", witness, []string{"prior0", "prior1"}, remove},
		{gd + " on the mean of the examples' losses", gd, nil, nil},
		{gd + " on their sum", gd, []string{"rates"}, sum},
		{cnp + " with the mean of the examples' codes", cnp, nil, nil},
		{cnp + " with their sum", cnp, []string{"ff2.0.weight"}, sum},
	}
}

// repetitionPart measures what the invariance of repetition rests on.
func (x *experiment) repetitionPart() study.Part {
	return study.Part{Label: "repeated examples", Do: func(ctx context.Context, s *study.Session) error {
		on, err := x.reference(ctx)
		if err != nil {
			return err
		}
		for _, v := range variants() {
			t, err := x.firstTeacher(ctx, s, v.learner)
			if err != nil {
				return err
			}
			if t.predict == nil {
				continue // all its runs diverged
			}
			change, err := construct.Repetition.Violation(v.predict(on, t), 2, 2, x.Episodes, datasets.Rand(0, "laws"))
			if err != nil {
				return err
			}
			x.repeated = append(x.repeated, repetition{v.name, change})
		}
		return nil
	}}
}

// weights are the teacher's with the parameters changed.
func (v variant) weights(t teacher, n int) ([]float64, error) {
	layout, err := learner.NewLayout(t.learner, 2, 2)
	out := slices.Clone(t.weights)
	layout.All(func(p learner.Param, lo, hi int) {
		for i := lo; i < hi && slices.Contains(v.params, p.Name); i++ {
			out[i] = v.change(out[i], n)
		}
	})
	return out, err
}

// predict is what the variant of a teacher predicts.
func (v variant) predict(on *backend.Backend, t teacher) construct.PredictFunc {
	if v.params == nil {
		return t.predict
	}
	return func(b *datasets.Batch, at []int32) ([][]float64, error) {
		out := make([][]float64, b.T)
		for _, n := range slices.Compact(slices.Sorted(slices.Values(at))) {
			weights, err := v.weights(t, int(n))
			if err != nil {
				return nil, err
			}
			p, err := construct.Predict(on.Backend, t.learner, weights, b, at)
			if err != nil {
				return nil, err
			}
			for i := range out {
				if at[i] == n {
					out[i] = p[i]
				}
			}
		}
		return out, nil
	}
}

// rounded writes a change of a probability; what is rounding is 0.
func rounded(v float64) string {
	if v < rounding {
		return "0"
	}
	return fmt.Sprintf("%.3f", v)
}

// repetitionTable is what repeating every example changes.
func (x *experiment) repetitionTable() eval.Table {
	t := eval.Table{Title: "repetition", Header: []string{"learner", "greatest change of a probability if every example is repeated"}}
	for _, r := range x.repeated {
		t.Rows = append(t.Rows, []string{r.learner, rounded(r.change)})
	}
	return t
}
