package claim

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// The arms of claim 4: the order in which tasks of different dimensions are trained
// on. Each sees as many tasks.
const (
	ArmNone    = "none"    // all dimensions throughout
	ArmRamp    = "ramp"    // one more every so many steps: the paper's curriculum
	ArmMixed   = "mixed"   // for each task a number of its own, throughout
	ArmReverse = "reverse" // the ramp backwards, from all to few
)

// event is a family of tasks on which arms race.
type event struct {
	family  regression.Family
	learner transformer.Decoder
	recipe  train.Recipe // but for its rate
	// rates are what each arm has to choose from, on validation tasks of the first seed.
	rates       []float64
	arms        []string // the first is what the others are compared with
	from, every int      // of the curricula, see [regression.Curriculum]
	start       string   // what is special about the starting weights, if anything
	tests       int      // test tasks a seed
}

// looks is the number of times at which a run is tested, evenly spaced.
const looks = 30

// shownLooks are those of which curves by number of examples are kept.
var shownLooks = []int{3, 6, 12, 21, 30}

// newEvent sizes an event of the small presets.
func newEvent(family regression.Family, width, steps, batch int, rates []float64, arms ...string) event {
	d, _ := family.Space()
	from := max(1, int(math.Round(float64(d)/4)))
	return event{
		family: family, arms: arms, rates: rates, from: from, tests: 512,
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
func (e event) wideStart() event {
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

// events are the size of claim 4 in each preset, besides seeds.
func events(preset string) ([]event, error) {
	all := []string{ArmNone, ArmRamp, ArmMixed, ArmReverse}
	switch preset {
	case "smoke":
		return []event{
			newEvent(linear(3), 16, 60, 8, []float64{2e-3}, all...),
			newEvent(classification(3), 16, 60, 8, []float64{2e-3}, ArmNone, ArmRamp),
		}, nil
	case "quick":
		rates := []float64{5e-4, 1e-3, 2e-3}
		return []event{
			newEvent(linear(10), 32, 5500, 32, rates, all...).wideStart(),
			newEvent(classification(6), 32, 3000, 32, rates, ArmNone, ArmRamp).wideStart(),
			newEvent(linear(10), 32, 4000, 32, rates, ArmNone, ArmRamp),
		}, nil
	case "paper":
		authors := event{
			family: regression.Linear{}, arms: all, rates: []float64{1e-4}, from: 5, every: 10_000, tests: 2048,
			recipe: train.Recipe{Steps: 500_000, Batch: 64, First: train.NoExamples},
		}
		labels := authors
		labels.family, labels.arms = regression.Classification{}, []string{ArmNone, ArmRamp}
		return []event{authors, labels}, nil
	}
	return nil, fmt.Errorf("claim: claim4 has no preset %q; known: smoke, quick, paper", preset)
}

// name is "linear, d = 10".
func (e event) name() string {
	d, _ := e.family.Space()
	return raceName(e.family.Name(), d, e.start)
}

func raceName(family string, d int, start string) string {
	name := fmt.Sprintf("%s, d = %d", family, d)
	if start != "" {
		name += ", " + start
	}
	return name
}

// tasks are what an arm is trained on.
func (e event) tasks(arm string) datasets.Sampler {
	c := regression.Curriculum{Family: e.family, From: e.from, Every: e.every}
	switch arm {
	case ArmRamp:
		return c
	case ArmMixed:
		c.Order = "mixed"
		return c
	case ArmReverse:
		c.Order = "reverse"
		return c
	}
	return e.family
}

func (e event) config(arm string, rate float64, seed uint64) train.Config {
	r := e.recipe
	r.Rate = rate
	return train.Config{Learner: e.learner, Tasks: e.tasks(arm), Recipe: r, Seed: seed}
}

// steps are 0 and those after which runs are tested.
func (e event) steps() []int {
	steps := []int{0}
	for i := 1; i <= looks; i++ {
		steps = append(steps, i*e.recipe.Steps/looks)
	}
	return steps
}

func (e event) classifies() bool { _, ok := e.family.(regression.Classification); return ok }

// metric is what errors are measured in, and what they are divided by so that who
// knows nothing has an error of 1: squared errors by the mean square of the targets,
// and log-losses by that of a coin, which makes them bits.
func (e event) metric() (m eval.Metric, unit float64) {
	if e.classifies() {
		return eval.LogLoss, math.Ln2
	}
	return eval.SquaredError, 1
}

// sample draws the test tasks of a seed, of the family in all dimensions. Whatever the
// start, they are the same.
func (e event) sample(seed uint64) (*datasets.Batch, error) {
	d, _ := e.family.Space()
	return e.family.Sample(datasets.Rand(seed, "test/"+raceName(e.family.Name(), d, "")), e.tests)
}

// score tests a predictor after every number of examples.
func (e event) score(ctx context.Context, p eval.Predictor, b *datasets.Batch) (*eval.Scores, error) {
	return eval.Evaluate(ctx, p, e.name(), b, eval.AllLengths(b.N), eval.WithUnit(float64(b.D)))
}

// baselines lists predictors that are not trained, the best known first.
func (e event) baselines() ([]eval.Predictor, error) {
	best, err := bayes.BestFor(e.family)
	if err != nil {
		return nil, err
	}
	if e.classifies() {
		return []eval.Predictor{best.Predictor, baseline.Logistic{}, baseline.Ridge{}, baseline.LeastSquares{}, baseline.KNN{}}, nil
	}
	return []eval.Predictor{best.Predictor, baseline.LeastSquares{}, baseline.Ridge{}, baseline.Lasso{}, baseline.Averaging{}, baseline.KNN{}}, nil
}

// errorsOf are a predictor's errors task by task: at as many examples as there are
// dimensions, and the mean over all numbers of examples.
func (e event) errorsOf(s *eval.Scores) (atD, mean []float64) {
	d, _ := e.family.Space()
	m, unit := e.metric()
	values, width := s.Values(m), len(s.At)
	atD, mean = make([]float64, s.Tasks), make([]float64, s.Tasks)
	for t := range s.Tasks {
		row := values[t*width : (t+1)*width]
		atD[t] = row[d] / unit
		for _, v := range row {
			mean[t] += v / unit / float64(width)
		}
	}
	return atD, mean
}

// nothing are the errors, as errorsOf has them, of who knows nothing: who always says
// 0, or that both labels are as likely.
func (e event) nothing(b *datasets.Batch) (atD, mean []float64) {
	atD, mean = make([]float64, b.T), make([]float64, b.T)
	for t := range b.T {
		for n := range b.N {
			v := 1.
			if !e.classifies() {
				z := float64(b.Z[t*b.N+n])
				v = z * z / float64(b.D)
			}
			if n == b.D {
				atD[t] = v
			}
			mean[t] += v / float64(b.N)
		}
	}
	return atD, mean
}

// chosen is the rate with which an arm learns fastest on validation tasks of the first
// seed: whose mean validation loss over the run is least. Runs made before are loaded.
func (c *curriculum) chosen(ctx context.Context, e event, arm string) (rate float64, tried []RateScore, err error) {
	for _, rate := range e.rates {
		score := RateScore{Rate: rate, Loss: math.Inf(1)}
		f, err := c.train(ctx, e, arm, rate, 0)
		if err != nil {
			return 0, nil, err
		}
		if f != nil {
			if score.Loss, err = meanValidation(f); err != nil {
				return 0, nil, err
			}
		}
		tried = append(tried, score)
	}
	best := slices.MinFunc(tried, func(a, b RateScore) int { return cmp.Compare(a.Loss, b.Loss) })
	// A rate that diverged has no loss, and JSON has no infinity.
	tried = slices.DeleteFunc(tried, func(s RateScore) bool { return math.IsInf(s.Loss, 1) })
	return best.Rate, tried, nil
}

// meanValidation is the mean of a run's validation losses, which are evenly spaced.
func meanValidation(f *train.Fitted) (float64, error) {
	entries, err := f.Log()
	if err != nil {
		return 0, err
	}
	sum, count := 0., 0.
	for _, e := range entries {
		if e.Score != nil {
			sum += e.Score.Loss
			count++
		}
	}
	if count == 0 {
		return 0, fmt.Errorf("claim: the log in %s has no validation losses; delete the directory to train again", f.Dir)
	}
	return sum / count, nil
}
