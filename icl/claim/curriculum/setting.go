package curriculum

import (
	"context"
	"fmt"
	"math"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// The orders in which tasks of different dimensions are trained on.
const (
	orderNone    = "none"    // all dimensions throughout
	orderRamp    = "ramp"    // one more every so many steps: the paper's curriculum
	orderMixed   = "mixed"   // for each task a number of its own, throughout
	orderReverse = "reverse" // the ramp backwards, from all to few
)

// setting is a family of tasks on which orders are compared.
type setting struct {
	family  regression.Family
	learner transformer.Decoder
	recipe  train.Recipe // but for its rate
	// rates are what each order has to choose from, on validation tasks of the first seed.
	rates       []float64
	orders      []string // the first is what the others are compared with
	from, every int      // of the curricula, see [regression.Curriculum]
	start       string   // what is special about the starting weights, if anything
	tests       int      // test tasks a seed
}

// looks is the number of times at which a run is tested, evenly spaced.
const looks = 30

// shownLooks are those of which curves by number of examples are kept.
var shownLooks = []int{3, 6, 12, 21, 30}

// newSetting sizes a setting of the small presets.
func newSetting(family regression.Family, width, steps, batch int, rates []float64, orders ...string) setting {
	d, _ := family.Space()
	from := max(1, int(math.Round(float64(d)/4)))
	return setting{
		family: family, orders: orders, rates: rates, from: from, tests: 512,
		// A ramp takes 30 % of the steps and begins at a quarter of the dimensions, as
		// the paper's does.
		every: max(1, 3*steps/(10*max(1, d-from))),
		// What a layer does with its normalised input at the start grows with
		// Spread·√Width, so that is the authors' .02·√256, too.
		learner: transformer.Decoder{Points: taskPoints(d), Width: width, Depth: 2, Heads: 2, Spread: .32 / math.Sqrt(float64(width))},
		recipe:  train.Recipe{Steps: steps, Batch: batch, First: train.NoExamples},
	}
}

// wideStart begins with three times the authors' weights, with which every layer keeps
// the size of what goes through it.
func (e setting) wideStart() setting {
	e.start = "wide start"
	e.learner.Spread = 1 / math.Sqrt(float64(e.learner.Width))
	return e
}

func linear(d int) regression.Family { return regression.Linear{N: taskPoints(d), D: d} }

func classification(d int) regression.Family {
	return regression.Classification{N: taskPoints(d), D: d}
}

// taskPoints are those of a task: up to half as many examples again as there are dimensions.
func taskPoints(d int) int { return 3*d/2 + 1 }

// settingsOf is the size of claim 4 in a preset, besides seeds.
func settingsOf(preset string) ([]setting, error) {
	all := []string{orderNone, orderRamp, orderMixed, orderReverse}
	switch preset {
	case "smoke":
		return []setting{
			newSetting(linear(3), 16, 60, 8, []float64{2e-3}, all...),
			newSetting(classification(3), 16, 60, 8, []float64{2e-3}, orderNone, orderRamp),
		}, nil
	case "quick":
		rates := []float64{5e-4, 1e-3, 2e-3}
		return []setting{
			newSetting(linear(10), 32, 5500, 32, rates, all...).wideStart(),
			newSetting(classification(6), 32, 3000, 32, rates, orderNone, orderRamp).wideStart(),
			newSetting(linear(10), 32, 4000, 32, rates, orderNone, orderRamp),
		}, nil
	case "paper":
		authors := setting{
			family: regression.Linear{}, orders: all, rates: []float64{1e-4}, from: 5, every: 10_000, tests: 2048,
			recipe: train.Recipe{Steps: 500_000, Batch: 64, First: train.NoExamples},
		}
		labels := authors
		labels.family, labels.orders = regression.Classification{}, []string{orderNone, orderRamp}
		return []setting{authors, labels}, nil
	}
	return nil, fmt.Errorf("curriculum: unknown preset %q; known: smoke, quick, paper", preset)
}

// name is "linear, d = 10".
func (e setting) name() string {
	if e.start != "" {
		return e.base() + ", " + e.start
	}
	return e.base()
}

// base is the name without what is special about the start.
func (e setting) base() string {
	d, _ := e.family.Space()
	return fmt.Sprintf("%s, d = %d", e.family.Name(), d)
}

// tasks are trained on in an order.
func (e setting) tasks(order string) datasets.Sampler {
	c := regression.Curriculum{Family: e.family, From: e.from, Every: e.every}
	switch order {
	case orderRamp:
		return c
	case orderMixed:
		c.Order = orderMixed
		return c
	case orderReverse:
		c.Order = orderReverse
		return c
	}
	return e.family
}

// steps are 0 and those after which runs are tested.
func (e setting) steps() []int {
	steps := []int{0}
	for i := 1; i <= looks; i++ {
		steps = append(steps, i*e.recipe.Steps/looks)
	}
	return steps
}

func (e setting) classifies() bool { _, ok := e.family.(regression.Classification); return ok }

// metric is what errors are measured in, and what they are divided by so that a predictor
// that knows nothing has an error of 1: squared errors by the mean square of the targets,
// and log-losses by that of chance level, which makes them bits.
func (e setting) metric() (m eval.Metric, unit float64) {
	if e.classifies() {
		return eval.LogLoss, math.Ln2
	}
	return eval.SquaredError, 1
}

// condition has test tasks of the family in all dimensions, the same whatever the start,
// and the predictors that are not trained.
func (e setting) condition() study.Condition {
	d, _ := e.family.Space()
	return study.Condition{
		Name: e.name(), Unit: float64(d), Keep: true,
		Sample: func(seed uint64) (*datasets.Batch, error) {
			return e.family.Sample(datasets.Rand(seed, "test/"+e.base()), e.tests)
		},
		Derive: func(context.Context, *study.Session, uint64) ([]eval.Predictor, error) { return e.baselines() },
	}
}

// baselines lists predictors that are not trained, the best known first.
func (e setting) baselines() ([]eval.Predictor, error) {
	best, err := bayes.BestFor(e.family)
	if err != nil {
		return nil, err
	}
	if e.classifies() {
		return []eval.Predictor{best.Predictor, baseline.Logistic{}, baseline.Ridge{}, baseline.LeastSquares{}, baseline.KNN{}}, nil
	}
	return []eval.Predictor{best.Predictor, baseline.LeastSquares{}, baseline.Ridge{}, baseline.Lasso{}, baseline.Averaging{}, baseline.KNN{}}, nil
}
