package landmark

import (
	"context"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/classes"
	"github.com/goicl/goicl/icl/bayes/sequence"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/landmark/internal/measure"
	"github.com/goicl/goicl/icl/optim"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// Reddy is a result of two papers: Chan, Santoro, Lampinen, Wang, Singh, Richemond, McClelland and
// Hill, "Data Distributional Properties Drive Emergent In-Context Learning in Transformers"
// (NeurIPS 2022), and Reddy, "The mechanistic basis of data dependence and abrupt learning in an
// in-context classification task" (ICLR 2024). A transformer that is trained on sequences of
// labelled items may copy the label of an item like the query from the context, or store the
// labels of classes in its weights. It does the former where there are many classes, where those
// of a sequence come several times in it, and where items of a class differ; it learns that
// abruptly; and it does both where classes follow Zipf's law.
//
// Reddy has 63 dimensions, 32 labels, up to 2,048 classes and 150,000 steps of 128 sequences with
// gradient descent at .01; Chan et al. have images of 1,600 classes and 12 layers of 64 channels. The
// quick size has Reddy's layers at fewer dimensions and Adam. The papers' sizes would tell
// whether the balance of the two stays where it is when training goes on for long.
var Reddy = study.Definition{Name: "reddy2024", CoreMinutes: 14, Title: "the distribution of classes decides between learning in context and in weights", New: newReddy}

// reddySize is the size of the study. Few and Many are numbers of classes, and Each that of looks
// at a curve.
type reddySize struct {
	Dims, Labels, Few, Medium, Many, Hidden int
	Steps, Each, Batch                      int
	Rate                                    float64
	Optimizer                               optim.Optimizer
	Tests                                   int
	Looks                                   []study.Look
}

// In a pilot with seed 1000 the learner of many classes needed 2,500 steps at this rate of the
// quick preset to read the context, and more than 6,000 at half of it.
func newReddy(preset string) (*study.Study, error) {
	z, err := size(preset,
		reddySize{8, 4, 8, 32, 128, 16, 40, 4, 32, 1e-3, optim.Adam, 64, study.LooksAt(2)},
		reddySize{24, 16, 32, 1024, 8192, 128, 6000, 24, 64, 2e-3, optim.Adam, 400, study.LooksAt(3, 6)},
		reddySize{63, 32, 128, 1024, 8192, 128, 150_000, 50, 128, .01, optim.Optimizer{Rule: "sgd", L2: 1e-6}, 1000, study.LooksAt(3)})
	if err != nil {
		return nil, err
	}
	return z.study(), nil
}

// reddyItems is the number of labelled items of a sequence.
const reddyItems = 8

// The arms. Those that are compared differ in one property.
const (
	fewClasses  = "few classes"
	manyClasses = "many classes"
	notBursty   = "not bursty"
	bursty      = "bursty"
	alike       = "items of a class alike"
	unlike      = "items of a class unlike"
	equalShares = "classes equally frequent"
	zipf        = "classes by Zipf's law"
)

// reddyPairs are the arms that are compared: of each two, the second is to favour the context.
var reddyPairs = [][2]string{{fewClasses, manyClasses}, {notBursty, bursty}, {alike, unlike}, {equalShares, zipf}}

// sequences are the training tasks of an arm. Those of the last two are Chan et al.'s: nine of ten
// sequences are bursty, with three items of two classes and two of others.
func (z reddySize) sequences(arm string, seed uint64) classes.Sequences {
	s := classes.Sequences{N: reddyItems, D: z.Dims, Labels: z.Labels, Classes: z.Medium, Noise: .1, Burst: 2, Seed: seed}
	switch arm {
	case fewClasses:
		s.Classes = z.Few
	case manyClasses:
		s.Classes = z.Many
	case notBursty:
		s.Burst = 0
	case bursty:
		s.Burst = 4
	case alike, unlike:
		s.Classes = z.Medium / 2
		if arm == unlike {
			s.Noise = .75
		}
	case equalShares, zipf:
		s.Classes, s.Burst, s.BurstShare = 2*z.Medium, 3, .9
		if arm == zipf {
			s.Zipf = 1
		}
	}
	return s
}

// The tests of Reddy: IC, IC2 and IW.
const (
	inContext  = "in context"
	relabelled = "relabelled"
	inWeights  = "in weights"
)

var reddyTests = []string{inContext, relabelled, inWeights}

// reddyTest are the test tasks of an arm.
func (z reddySize) test(arm, kind string, seed uint64) classes.Sequences {
	s := z.sequences(arm, seed)
	switch kind {
	case inContext:
		return s.InContext()
	case relabelled:
		return s.Relabelled()
	}
	return s.InWeights()
}

// onTest is the condition of an arm's test.
func onTest(arm, kind string) string { return arm + ": " + kind }

// steps are those after which arms are tested.
func (z reddySize) steps() (all []int) {
	for i := range z.Each {
		all = append(all, (i+1)*z.Steps/z.Each)
	}
	return all
}

func (z reddySize) arm(name string) study.Arm {
	return study.Arm{
		Name: name, TestAt: z.steps(), Tasks: z.sequences(name, 0),
		Learner: transformer.AttentionOnly{Positions: "one-hot", Points: reddyItems + 1, MLP: []int{z.Hidden, z.Hidden, z.Hidden}},
		Recipe:  train.Recipe{Steps: z.Steps, Batch: z.Batch, Rate: z.Rate, Optimizer: z.Optimizer, Clip: 1, First: reddyItems},
		Make: func(_ context.Context, _ *study.Session, seed uint64, c train.Config) (train.Config, error) {
			c.Tasks = z.sequences(name, seed) // each seed has classes of its own
			return c, nil
		},
	}
}

// condition tests an arm beside what can be reached in context, and in weights.
func (z reddySize) condition(arm, kind string) study.Condition {
	name := onTest(arm, kind)
	return study.Condition{
		Name: name, Arms: []string{arm}, At: []int{reddyItems},
		Sample: func(seed uint64) (*datasets.Batch, error) {
			return z.test(arm, kind, seed).Sample(datasets.Rand(seed, "test/"+name), z.Tests)
		},
		Derive: func(_ context.Context, _ *study.Session, seed uint64) ([]eval.Predictor, error) {
			tasks := z.sequences(arm, seed)
			return []eval.Predictor{sequence.NearestItem{Tasks: tasks}, sequence.NearestClass{Tasks: tasks}}, nil
		},
	}
}

func (z reddySize) study() *study.Study {
	s := &study.Study{Looks: z.Looks, Statements: []study.Statement{
		{ID: "classes", Text: "labels are learned in weights where there are few classes, and in context where there are many"},
		{ID: "burst", Text: "they are learned in weights where no class comes again in a sequence, and in context where one does"},
		{ID: "noise", Text: "they are learned in context rather where items of a class are unlike"},
		{ID: "zipf", Text: "they are learned in both ways where classes follow Zipf's law"},
		{ID: "abrupt", Text: "learning in context comes abruptly"},
	}}
	settings := []any{z}
	for _, pair := range reddyPairs {
		for _, name := range pair {
			s.Arms, settings = append(s.Arms, z.arm(name)), append(settings, z.sequences(name, 0))
			for _, kind := range reddyTests {
				s.Conditions = append(s.Conditions, z.condition(name, kind))
			}
		}
	}
	s.Settings = settings
	s.Report = func(_ context.Context, d *study.Data, r *study.Result) error {
		r.Tasks = z.Tests
		if err := z.check(d, r); err != nil {
			return err
		}
		z.draw(d, r)
		return nil
	}
	return s
}

// last is the accuracy of an arm in a test after training.
func (z reddySize) last(d *study.Data, arm, kind string) eval.Estimate {
	return measure.After(d, eval.Accuracy, arm, onTest(arm, kind), z.Steps)
}

// less is the accuracy of a less that of b in a test of theirs after training, paired by seed.
func (z reddySize) less(d *study.Data, a, b, kind string) eval.Estimate {
	of := func(arm string) []*eval.Summary { return d.Summaries(arm, onTest(arm, kind), z.Steps) }
	return measure.Difference(eval.Accuracy, of(a), of(b))
}

func (z reddySize) check(d *study.Data, r *study.Result) error {
	const why = "a learner that copies any label of the context is right in a quarter of such sequences, or half of them if they have two classes"
	for i, statement := range []string{"classes", "burst", "noise"} {
		without, with := reddyPairs[i][0], reddyPairs[i][1]
		least, reason := .5, why
		if statement == "noise" {
			least, reason = .1, "a shift in the balance, which need not turn over"
		}
		r.Checks = append(r.Checks,
			study.Above("in context: "+with+" − "+without, least, z.less(d, with, without, inContext)).For(statement, reason),
			study.Above("in weights: "+without+" − "+with, least, z.less(d, without, with, inWeights)).For(statement, reason))
	}
	r.Checks = append(r.Checks,
		study.Above(zipf+": accuracy in context", .5, z.last(d, zipf, inContext)).For("zipf", why),
		study.Above(zipf+": accuracy in weights", .5, z.last(d, zipf, inWeights)).For("zipf", "most classes by how often they come"))
	curves, err := measure.BySeed(d, eval.Accuracy, manyClasses, onTest(manyClasses, inContext), z.steps())
	if err != nil {
		return err
	}
	from := measure.Crossings(eval.Level{At: .4, Above: true, Stay: 1}, z.steps(), curves)
	to := measure.Crossings(eval.Level{At: .9, Above: true, Stay: 1}, z.steps(), curves)
	r.Checks = append(r.Checks,
		study.Above(manyClasses+": accuracy in context", .9, z.last(d, manyClasses, inContext)).For("abrupt", "the rise is over"),
		study.Below(manyClasses+": ln(steps to an accuracy of .9 / steps to .4)", .4, measure.LogRatio(to, from)).
			For("abrupt", "the rise takes less than half as many steps as came before it; at a constant rate this is .8"))
	r.Headline = study.Find("accuracy in context, "+manyClasses+" − "+fewClasses, z.less(d, manyClasses, fewClasses, inContext))
	r.Tables = append(r.Tables, eval.Table{
		Title: manyClasses + ": training steps to an accuracy in context, by seed", Header: []string{".4", ".9"}, Rows: [][]string{{measure.Written(from), measure.Written(to)}},
	})
	return nil
}

// draw draws the curves, and tells where they end and what could be reached.
func (z reddySize) draw(d *study.Data, r *study.Result) {
	t := eval.Table{Title: "accuracy after training", Header: append([]string{"training"}, reddyTests...), Note: "Relabelled: the context contradicts the weights, and what counts is the context."}
	best := eval.Table{Title: "accuracy that can be reached", Header: []string{"training", inContext, inWeights}}
	r.Figure = study.Figure{Title: "Learning in context and in weights", XLabel: "training steps"}
	for _, pair := range reddyPairs {
		group := "accuracy by training step, " + pair[0] + " and " + pair[1]
		for _, arm := range pair {
			row := []string{arm}
			for _, kind := range reddyTests {
				row = append(row, z.last(d, arm, kind).String())
				c := measure.Learning(d, eval.Accuracy, arm, onTest(arm, kind), z.steps())
				c.Learner, c.Family = kind, arm
				r.Add(group, c)
			}
			t.Rows = append(t.Rows, row)
			best.Rows = append(best.Rows, []string{arm,
				d.Mean(eval.Accuracy, sequence.NearestItem{}.Name(), onTest(arm, inContext)).String(),
				d.Mean(eval.Accuracy, sequence.NearestClass{}.Name(), onTest(arm, inWeights)).String(),
			})
		}
		r.Figure.Rows = append(r.Figure.Rows, study.Row{Title: "{family}", Group: group, YMin: 0, YMax: 1})
	}
	r.Tables = append(r.Tables, t, best)
}
