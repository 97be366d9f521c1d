package landmark

import (
	"context"
	"fmt"
	"math/bits"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/landmark/internal/measure"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
)

// Raventos is the result of Raventós, Paul, Chen and Ganguli, "Pretraining task diversity and
// the emergence of non-Bayesian in-context learning for regression" (NeurIPS 2023): a decoder
// that is trained on a pool of M linear functions predicts as the pool's Bayes predictor
// (dMMSE) where M is small. From a finite M on it predicts as ridge regression, the Bayes
// predictor of all linear functions, though dMMSE fits its training tasks better. The paper has
// 8 dimensions, 16 points, noise of ½, 8 layers of 128 channels and 500,000 steps of 256 tasks,
// and finds the threshold between 2¹⁴ and 2¹⁵ functions. Its size would add that value, and how
// it moves with weight decay, width and depth.
//
// Each seed has a pool of its own, so that intervals cover the choice of the pool, too; errors
// and distances are divided by the number of dimensions.
var Raventos = study.Definition{Name: "raventos2023", CoreMinutes: 18, Title: "with enough training tasks a decoder leaves their Bayes predictor for ridge regression", New: newRaventos}

// raventosSize is the size of the study.
type raventosSize struct {
	Dims, Points, Width, Depth, Batch, Steps, Tests int
	Noise, Rate                                     float64
	// Sizes of pools, which grow: the first two lie below the threshold, the last beyond it.
	Sizes []int
	// Long is the number of steps of the arms that show what more training does: at half the
	// rate, which does not fall, so that they keep changing.
	Long int
	From uint64 // the first seed
	// Most is the number of seeds of all arms but that of the fewest functions; 0 for all.
	Most  int
	Looks []study.Look
}

// longer is the factor of the steps between which more training is compared.
const longer = 4

// The steps of the quick preset are those of a pilot (seed 1000), in which the decoder of all
// functions was .03 from ridge regression after 8,000 steps and after 20,000. After a look at seeds
// 0 to 3 one check of the fewest functions was open: about 7 more would have closed it. It has
// that many, and all are new.
func newRaventos(preset string) (*study.Study, error) {
	z, err := size(preset,
		raventosSize{2, 4, 0, 1, 16, 40, 64, .25, 2e-3, []int{1, 2, 8}, 40, 0, 0, study.LooksAt(2)},
		raventosSize{4, 8, 0, 3, 64, 8000, 1000, .25, 2e-3, []int{4, 16, 64, 256}, 16_000, 2000, 4, study.LooksAt(4, 12)},
		raventosSize{8, 16, 128, 8, 256, 500_000, 1000, .5, 1e-3, []int{4, 1 << 8, 1 << 11, 1 << 14, 1 << 17}, 500_000, 0, 0, study.LooksAt(3)})
	if err != nil {
		return nil, err
	}
	return z.study(), nil
}

// roles are the sizes that checks are about.
func (z raventosSize) roles() (few, below, many int) {
	return z.Sizes[0], z.Sizes[1], z.Sizes[len(z.Sizes)-1]
}

// pool is that of a seed with m functions.
func (z raventosSize) pool(m int, seed uint64) regression.Pool {
	return regression.Pool{N: z.Points, D: z.Dims, Size: m, Seed: seed + z.From, Noise: z.Noise}
}

func (z raventosSize) functions() regression.Linear {
	return regression.Linear{N: z.Points, D: z.Dims, Noise: z.Noise}
}

// newTasks are the test tasks of a seed from all functions.
func (z raventosSize) newTasks(seed uint64) (*datasets.Batch, error) {
	return tests(z.functions(), "new", z.Tests)(seed + z.From)
}

// ridge is the Bayes predictor of all functions.
func (z raventosSize) ridge() eval.Predictor {
	return eval.Named{Predictor: bayes.Linear{Noise: z.Noise}, Label: "ridge"}
}

// oracles are ridge and the Bayes predictor of a seed's pool of m functions.
func (z raventosSize) oracles(m int) func(seed uint64) ([]eval.Predictor, error) {
	return func(seed uint64) ([]eval.Predictor, error) {
		members, err := z.pool(m, seed).Members()
		return []eval.Predictor{z.ridge(), bayes.Pool{Members: members, Noise: z.Noise}}, err
	}
}

// The names of oracles, and the distances to them.
const (
	ridge   = "ridge"
	dMMSE   = "dMMSE"
	endless = "all functions" // the arm, and the condition, without a pool
)

var toRidge, toDMMSE = eval.SquaredDistanceTo(ridge), eval.SquaredDistanceTo(dMMSE)

// The arm of a pool, that at a constant rate, and the conditions of its tasks and of new ones.
func raventosArm(m int) string  { return fmt.Sprintf("pool of %d", m) }
func raventosLong(m int) string { return fmt.Sprintf("pool of %d, constant rate", m) }
func onPool(m int) string       { return fmt.Sprintf("tasks of a pool of %d", m) }
func onNew(m int) string        { return fmt.Sprintf("new tasks, pool of %d", m) }

// arm is that of a pool of m functions, or of all for 0.
func (z raventosSize) arm(name string, m int) study.Arm {
	recipe := everyPoint(z.Steps, z.Rate)
	recipe.Batch = z.Batch
	a := study.Arm{Name: name, Learner: decoderOf(z.Points, z.Width, z.Depth, 2), Tasks: z.functions(), Recipe: recipe, Last: true, Seeds: z.Most}
	if m == z.Sizes[0] {
		a.Seeds = 0
	}
	a.Make = func(_ context.Context, _ *study.Session, seed uint64, c train.Config) (train.Config, error) {
		if m > 0 {
			c.Tasks = z.pool(m, seed)
		}
		c.Seed += z.From
		return c, nil
	}
	return a
}

// long is the arm of a pool that is trained on at a constant rate.
func (z raventosSize) long(m int) study.Arm {
	a := z.arm(raventosLong(m), m)
	a.Recipe.Steps, a.Recipe.Rate, a.Recipe.Cosine = z.Long, z.Rate/2, false
	a.TestAt = []int{z.Long / longer, z.Long}
	return a
}

// conditions are the tasks of a pool, and new tasks, the same ones for all pools.
func (z raventosSize) conditions(m int, arms []string) []study.Condition {
	derive := func(_ context.Context, _ *study.Session, seed uint64) ([]eval.Predictor, error) {
		return z.oracles(m)(seed)
	}
	condition := func(name string, sample func(seed uint64) (*datasets.Batch, error)) study.Condition {
		return study.Condition{Name: name, Sample: sample, Arms: arms, Derive: derive, Test: measure.NearTo(name, float64(z.Dims), z.oracles(m))}
	}
	return []study.Condition{
		condition(onPool(m), func(seed uint64) (*datasets.Batch, error) {
			return tests(z.pool(m, seed), "pool", z.Tests)(seed + z.From)
		}),
		condition(onNew(m), z.newTasks),
	}
}

func (z raventosSize) study() *study.Study {
	s := &study.Study{Looks: z.Looks, Settings: z, Statements: []study.Statement{
		{ID: "few", Text: "trained on a few functions, a decoder predicts as their Bayes predictor does, for new functions, too"},
		{ID: "beyond", Text: "trained on many functions, it predicts new ones better than their Bayes predictor does, and as if it had been trained on all"},
		{ID: "training", Text: "more training moves it away from ridge regression below the threshold, and towards it above"},
	}}
	s.Arms = []study.Arm{z.arm(endless, 0)}
	s.Conditions = []study.Condition{{
		Name: endless, Sample: z.newTasks, Arms: []string{endless}, Derive: beside(z.ridge()),
		Test: measure.NearTo(endless, float64(z.Dims), func(uint64) ([]eval.Predictor, error) { return []eval.Predictor{z.ridge()}, nil }),
	}}
	_, below, many := z.roles()
	for _, m := range z.Sizes {
		arms := []string{raventosArm(m)}
		s.Arms = append(s.Arms, z.arm(arms[0], m))
		if m == below || m == many {
			arms = append(arms, raventosLong(m))
			s.Arms = append(s.Arms, z.long(m))
		}
		s.Conditions = append(s.Conditions, z.conditions(m, arms)...)
	}
	s.Report = func(_ context.Context, d *study.Data, r *study.Result) error {
		r.Tasks = z.Tests
		r.Checks = z.checks(d)
		z.draw(d, r)
		threshold, err := z.threshold(d)
		r.Headline = threshold
		return err
	}
	return s
}

func (z raventosSize) checks(d *study.Data) []study.Check {
	few, below, many := z.roles()
	name := func(m int, text string) string { return fmt.Sprintf("M = %d: %s", m, text) }
	moves := fmt.Sprintf("squared distance to ridge, new tasks, after %d − %d steps", z.Long, z.Long/longer)
	arm := raventosArm(few)
	nearer := eval.Combine(d.PerTask(toDMMSE, arm, onNew(few)), 1, d.PerTask(toRidge, arm, onNew(few)), -.5)
	arm = raventosArm(many)
	lack := eval.Differences(measure.Excess(d, arm, dMMSE, onPool(many)), measure.Excess(d, endless, ridge, endless))
	same := eval.Differences(d.PerTask(eval.SquaredError, arm, onNew(many)), d.PerTask(eval.SquaredError, endless, endless))
	return []study.Check{
		study.Below(name(few, "squared distance to dMMSE, tasks of the pool"), .02, d.Mean(toDMMSE, raventosArm(few), onPool(few))).
			For("few", "2 % of the mean square of targets, at most a tenth of the distance between dMMSE and ridge regression there"),
		study.Below(name(few, "squared distance to dMMSE − half of that to ridge, new tasks"), 0, eval.Interval(nearer)).
			For("few", "at most half the squared distance: clearly nearer to the one than to the other"),
		study.Below(name(many, "error of the decoder − dMMSE, new tasks"), -.05, d.Difference(eval.SquaredError, arm, dMMSE, onNew(many))).
			For("beyond", "5 % of the mean square of targets, more than the decoder lacks to ridge regression for want of training"),
		study.Above(name(many, "error of the decoder − dMMSE, tasks of the pool, more than lack of training explains"), .02, eval.Interval(lack)).
			For("beyond", "2 % of the mean square of targets, beside what a decoder trained on all functions lacks to its Bayes predictor"),
		study.Below(name(many, "error, new tasks − of a decoder trained on all functions"), .03, eval.Interval(same)).
			For("beyond", "what the latter itself lacks to ridge regression"),
		study.Above(name(below, moves), 0, z.moved(d, below)).For("training", "the sign is the question"),
		study.Below(name(many, moves), 0, z.moved(d, many)).For("training", "the sign is the question"),
	}
}

// moved is how much farther from ridge regression more training takes a decoder on new tasks.
func (z raventosSize) moved(d *study.Data, m int) eval.Estimate {
	at := func(step int) []float64 { return measure.SeedMeans(d, toRidge, raventosLong(m), onNew(m), step) }
	return eval.OfSeeds(measure.LessBy(at(z.Long), at(z.Long/longer)))
}

// threshold is the size of the pool from which the decoder is nearer to ridge regression than
// to dMMSE on new tasks, by seed, between sizes on a line over their logarithms.
func (z raventosSize) threshold(d *study.Data) (study.Finding, error) {
	var steps []int
	var looks [][]*eval.Summary
	for _, m := range z.Sizes {
		steps = append(steps, bits.Len(uint(m))-1)
		looks = append(looks, d.Summaries(raventosArm(m), onNew(m)))
	}
	for i := range looks {
		looks[i] = looks[i][:len(looks[len(looks)-1])] // the seeds of all sizes
	}
	curves, err := eval.BySeed(looks, func(s *eval.Summary) float64 { return measure.Mean(s, toRidge) - measure.Mean(s, toDMMSE) })
	if err != nil {
		return study.Finding{}, err
	}
	at, censored := make([]float64, len(curves)), 0
	for i, c := range curves {
		crossing := eval.Level{}.Crossing(steps, c)
		at[i] = crossing.Step
		if crossing.Censored {
			censored++
		}
	}
	name := "log₂ of the number of functions from which the decoder is nearer to ridge than to dMMSE, new tasks"
	if censored > 0 {
		name += fmt.Sprintf(" (at least, for %d seeds do not get there)", censored)
	}
	return study.Find(name, eval.OfSeeds(at)), nil
}

// draw adds the figure and the tables.
func (z raventosSize) draw(d *study.Data, r *study.Result) {
	const errors, distances = "error by functions", "distance by functions"
	for _, on := range []struct {
		name      string
		condition func(m int) string
	}{{"tasks of the pool", onPool}, {"new tasks", onNew}} {
		curve := func(label string, m eval.Metric, subject func(m int) string) eval.Curve {
			return measure.Across(label, on.name, m, z.Sizes, func(i int) eval.Estimate { return d.Mean(m, subject(z.Sizes[i]), on.condition(z.Sizes[i])) })
		}
		oracle := func(name string) func(int) string { return func(int) string { return name } }
		r.Add(errors, curve("decoder", eval.SquaredError, raventosArm), curve(dMMSE, eval.SquaredError, oracle(dMMSE)), curve(ridge, eval.SquaredError, oracle(ridge)))
		r.Add(distances, curve("decoder to dMMSE", toDMMSE, raventosArm), curve("decoder to ridge", toRidge, raventosArm), curve("dMMSE to ridge", toRidge, oracle(dMMSE)))
		t := eval.Table{Title: "squared error, " + on.name, Header: []string{"functions", "decoder", dMMSE, ridge, "to dMMSE", "to ridge"}}
		for _, m := range z.Sizes {
			t.Rows = append(t.Rows, []string{
				fmt.Sprint(m), d.Mean(eval.SquaredError, raventosArm(m), on.condition(m)).String(), d.Mean(eval.SquaredError, dMMSE, on.condition(m)).String(),
				d.Mean(eval.SquaredError, ridge, on.condition(m)).String(), d.Mean(toDMMSE, raventosArm(m), on.condition(m)).String(), d.Mean(toRidge, raventosArm(m), on.condition(m)).String(),
			})
		}
		r.Tables = append(r.Tables, t)
	}
	r.Tables = append(r.Tables, measure.Means(d, eval.SquaredError, "squared error, trained on all functions", endless))
	r.Figure = study.Figure{Title: "Linear functions of a finite pool", XLabel: "functions in training", YLabel: "per dimension", LogX: true, Rows: []study.Row{
		{Title: "error, {family}", Group: errors}, {Title: "squared distance, {family}", Group: distances},
	}}
}
