package landmark

import (
	"context"

	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/landmark/internal/measure"
	"github.com/goicl/goicl/icl/study"
)

// Garg is the result of Garg, Tsipras, Liang and Valiant, "What Can Transformers Learn
// In-Context? A Case Study of Simple Function Classes" (NeurIPS 2022): a decoder that is trained
// on linear functions predicts as least squares does, also where context and query are drawn
// otherwise than in training, but not for much larger inputs. The paper has 20 dimensions, 12
// layers of 256 channels and 500,001 steps of 64 tasks, with a curriculum.
var Garg = study.Definition{Name: "garg2022", CoreMinutes: 6, Title: "a decoder learns linear functions in context as least squares does", New: newGarg}

// gargSize is the size of the study.
type gargSize struct {
	Dims, Depth, Steps, Tests int
	Looks                     []study.Look
}

// gargScale multiplies inputs where they are large.
const gargScale = 3

func newGarg(preset string) (*study.Study, error) {
	z, err := size(preset,
		gargSize{2, 1, 60, 64, study.LooksAt(2)},
		gargSize{4, 5, 8000, 1000, study.LooksAt(4, 8)},
		gargSize{20, 12, 500_000, 1280, study.LooksAt(3)})
	if err != nil {
		return nil, err
	}
	return z.study(), nil
}

// gargShifts are the prompting strategies of the paper whose answers least squares knows.
var gargShifts = []string{"random-quadrants", "opposite-quadrants", "overlapping", "half-subspace", "skewed"}

func (z gargSize) family(inputs regression.Inputs) regression.Linear {
	return regression.Linear{N: 2*z.Dims + 1, D: z.Dims, Inputs: inputs}
}

func (z gargSize) study() *study.Study {
	const arm, learns, shifts, scale = "decoder", "learns", "shifts", "scale"
	s := &study.Study{Looks: z.Looks, Settings: z, Statements: []study.Statement{
		{ID: learns, Text: "a decoder trained on linear functions predicts as well as the best predictor, at every number of examples"},
		{ID: shifts, Text: "it does so where the examples lie in one orthant or a subspace, are skewed, or repeat"},
		{ID: scale, Text: "it fails for inputs three times as large as in training"},
	}}
	standard := z.family(regression.Inputs{})
	recipe := everyPoint(z.Steps, 2e-3)
	s.Arms = []study.Arm{{Name: arm, Learner: decoder(standard.N, z.Depth), Tasks: standard, Recipe: recipe, Last: true}}
	condition := func(name string, inputs regression.Inputs, unit float64) study.Condition {
		return study.Condition{
			Name: name, Family: name, Sample: tests(z.family(inputs), name, z.Tests), Unit: unit * float64(z.Dims), At: []int{2 * z.Dims},
			Derive: beside(baseline.LeastSquares{}, baseline.KNN{}),
		}
	}
	best := bayes.Linear{}
	whole := condition("standard", regression.Inputs{}, 1)
	whole.At, whole.Derive = nil, beside(best, baseline.LeastSquares{}, baseline.KNN{}, baseline.Averaging{})
	s.Conditions = []study.Condition{whole, condition("large", regression.Inputs{Scale: gargScale}, gargScale*gargScale)}
	for _, name := range gargShifts {
		s.Conditions = append(s.Conditions, condition(name, regression.Inputs{Strategy: name}, 1))
	}
	s.Report = func(_ context.Context, d *study.Data, r *study.Result) error {
		r.Tasks = z.Tests
		error := func(condition string) eval.Estimate { return d.Mean(eval.SquaredError, arm, condition) }
		excess := d.Difference(eval.SquaredError, arm, best.Name(), "standard")
		r.Headline = study.Find("mean excess error over the best predictor, 0 to 2D examples", excess)
		r.Checks = append(r.Checks, study.Below("standard: decoder − Bayes, mean over 0 to 2D examples", .03, excess).
			For(learns, "3 % of the targets' mean square is a tenth of what the best predictor leaves on average"))
		for _, name := range gargShifts {
			r.Checks = append(r.Checks, study.Below(name+": error after 2D examples", .05, error(name)).
				For(shifts, "least squares has 0 and k-NN more than .2; below .05 the decoder is nearer to the first"))
		}
		r.Checks = append(r.Checks, study.Above("inputs × 3: error after 2D examples", .1, error("large")).
			For(scale, "a tenth of the targets' mean square, where least squares has 0"))
		r.Add("error by examples", measure.Curves(d, eval.SquaredError, "standard")...)
		r.Tables = append(r.Tables, measure.Means(d, eval.SquaredError, "error after 2D examples", append([]string{"large"}, gargShifts...)...))
		r.Figure = study.Figure{Title: "Linear functions in context", XLabel: "examples", YLabel: "squared error", Rows: []study.Row{{Group: "error by examples"}}}
		return nil
	}
	return s
}
