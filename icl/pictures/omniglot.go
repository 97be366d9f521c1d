package pictures

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/images"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
	"github.com/goicl/goicl/icl/vision"
)

// Omniglot is the experiment by which few-shot learners are judged: characters of unseen
// alphabets, from one or five examples of each of five or twenty, by learners on the features of
// one convolutional network.
//
// The papers of the published figures divide the characters of all alphabets at random (Vinyals
// et al. 2016), so that test characters have sisters in training; here, as in the split of the
// data's authors, the alphabets of tests are unseen, which is harder. They train a network for each
// column of the table. Here a learner has one network for tasks of one example each, and is given
// five examples as it is; those that compare (ProtoNet, MatchNet) have one for all tasks, trained
// on twenty classes (Snell et al. train on 60), the others one for five and one for twenty.
//
// CNP and ICL compare nothing by construction. They are trained on the encoder of ProtoNet, which
// stays as it is, and on centred features. ICL for twenty classes goes on from ICL for five, easy
// tasks first.
var Omniglot = study.Definition{Name: "omniglot", CoreMinutes: 75, Data: []string{"omniglot"}, Title: "a learner of prototypes recognises handwriting of unseen alphabets from one example", New: newOmniglot}

// setting is a column of the table.
type setting struct{ Ways, Shots int }

func (s setting) String() string { return fmt.Sprintf("%d-way %d-shot", s.Ways, s.Shots) }

// published are the figures of the papers in percent: of Snell et al., of Vinyals et al. as they
// have them, and of Finn et al. for MAML, of which ANIL is the part that adapts the last layer.
var published = map[string]map[setting]float64{
	protoNet: {{5, 1}: 98.8, {5, 5}: 99.7, {20, 1}: 96.0, {20, 5}: 98.9},
	matchNet: {{5, 1}: 98.1, {5, 5}: 98.9, {20, 1}: 93.8, {20, 5}: 98.5},
	anil:     {{5, 1}: 98.7, {5, 5}: 99.9, {20, 1}: 95.8, {20, 5}: 98.9},
}

// omniglotSize is the size of the study.
type omniglotSize struct {
	Settings []setting
	Most     int // ways that learners are trained on
	Encoder  vision.Conv
	Steps    int // of ProtoNet
	Others   int // steps of the others
	Images   int // of a step, about
	Queries  int // of each class, in training
	Distort  float64
	Tests    int // test episodes of a setting
	Asked    int // queries of a test episode, about
	Seeds    int // of learners other than ProtoNet; 0: all
	Least    float64
	Looks    []study.Look
	sets     func() (sets, error)
}

func newOmniglot(preset string) (*study.Study, error) {
	all := []setting{{5, 1}, {5, 5}, {20, 1}, {20, 5}}
	sizes := map[string]omniglotSize{
		"smoke": {
			Settings: all[:1], Most: 5, Encoder: vision.Conv{Channels: 16}, Steps: 30, Others: 20, Images: 120, Queries: 3, Distort: .5,
			Tests: 40, Asked: 10, Least: .3, Looks: study.LooksAt(2), sets: small,
		},
		"quick": {
			Settings: all, Most: 20, Steps: 6000, Others: 1500, Images: 240, Queries: 5, Distort: .5,
			Tests: 1000, Asked: 20, Seeds: 1, Least: .97, Looks: study.LooksAt(3), sets: omniglot,
		},
		"paper": {
			Settings: all, Most: 20, Steps: 60000, Others: 60000, Images: 720, Queries: 5, Distort: .5,
			Tests: 1000, Asked: 100, Least: .97, Looks: study.LooksAt(5), sets: omniglot,
		},
	}
	z, err := size(preset, sizes)
	if err != nil {
		return nil, err
	}
	s, err := z.sets()
	if err != nil {
		return nil, err
	}
	return z.study(s), nil
}

// few and learned are the statements.
const (
	few     = "few"
	learned = "learned"
)

func (z omniglotSize) study(s sets) *study.Study {
	out := &study.Study{
		Looks: z.Looks, Settings: z, Arms: z.arms(s),
		Statements: []study.Statement{
			{ID: few, Text: fmt.Sprintf("prototypes of learned features recognise %.0f %% of the characters of unseen alphabets from one example of each of five", 100*z.Least)},
			{ID: learned, Text: "in each setting they are far ahead of the nearest example in pixels"},
		},
		Report: func(_ context.Context, d *study.Data, r *study.Result) error { z.report(d, r); return nil },
	}
	for _, at := range z.Settings {
		out.Conditions = append(out.Conditions, z.condition(s, at))
	}
	return out
}

// network is a learner as it is trained.
type network struct {
	name   string // a row of the table
	head   learner.Learner
	ways   int   // of the tasks that it is trained on
	labels int   // of these tasks; 0 means ways
	tests  []int // ways of the tasks that it is tested on
	// on names the network that it goes on from, whose encoder stays as it is; "" means random
	// weights, all of which are trained.
	on string
}

func (n network) arm() string { return fmt.Sprintf("%s, %d ways", n.name, n.ways) }

// networks are the learners, ProtoNet first.
func (z omniglotSize) networks() []network {
	var ways []int
	for _, at := range z.Settings {
		if !slices.Contains(ways, at.Ways) {
			ways = append(ways, at.Ways)
		}
	}
	transformer := transformer.PreNorm{Width: 64, Depth: 2, Heads: 4}
	all := []network{
		{name: protoNet, head: metalearner.ProtoNet{Direct: true}, ways: z.Most, tests: ways},
		{name: matchNet, head: metalearner.MatchNet{Direct: true}, ways: z.Most, tests: ways},
	}
	for _, w := range ways {
		all = append(all,
			network{name: cnp, head: metalearner.CNP{Width: 128}, ways: w, tests: []int{w}, on: protoNet},
			network{name: anil, head: metalearner.ANIL{Width: 64}, ways: w, tests: []int{w}})
	}
	least := slices.Min(ways)
	all = append(all, network{name: icl, head: transformer, ways: least, tests: []int{least}, on: protoNet})
	if least < z.Most {
		all = append(all,
			network{name: fewWays, head: transformer, ways: least, labels: z.Most, tests: []int{z.Most}, on: protoNet},
			network{name: icl, head: transformer, ways: z.Most, tests: []int{z.Most}, on: fewWays})
	}
	return all
}

// learner is a network for tasks with that many examples.
func (z omniglotSize) learner(n network, examples int) learner.Learner {
	from := n.on != ""
	return vision.Encoded{Encoder: z.Encoder, Head: n.head, Context: examples, Shared: !from, Centred: from, Frozen: from}
}

func (z omniglotSize) arms(s sets) (all []study.Arm) {
	names := map[string]string{} // of arms, by that of the last network so called
	for _, n := range z.networks() {
		tasks := images.Episodes{Set: s.train, Ways: n.ways, Labels: n.labels, Queries: z.Queries, Rotations: true, Distort: z.Distort}
		a := study.Arm{
			Name: n.arm(), Learner: z.learner(n, n.ways), Tasks: tasks, Seeds: z.Seeds,
			Recipe: recipe(z.Others, max(1, z.Images/(n.ways*(1+z.Queries))), n.ways, 1e-3),
		}
		switch {
		case n.name == protoNet:
			a.Recipe.Steps, a.Seeds = z.Steps, 0
		case n.on != "":
			a.Recipe.Rate, a.Make = 3e-3, after(names[n.on], 1)
			a.Recipe.Batch *= 2 // as the encoder has no gradient
		}
		all, names[n.name] = append(all, a), a.Name
	}
	return all
}

// condition are the test episodes of a setting.
func (z omniglotSize) condition(s sets, at setting) study.Condition {
	tests := images.Episodes{Set: s.test, Ways: at.Ways, Shots: at.Shots, Queries: max(1, z.Asked/at.Ways)}
	examples, points := tests.Context(), at.Ways*(at.Shots+tests.Queries)
	return study.Condition{
		Name: at.String(), Family: "omniglot", Arms: []string{}, At: eval.AllLengths(points)[examples:],
		Sample: func(seed uint64) (*datasets.Batch, error) {
			return tests.Sample(datasets.Rand(seed, "test/"+tests.Name()), z.Tests)
		},
		Derive: func(ctx context.Context, session *study.Session, seed uint64) ([]eval.Predictor, error) {
			all := []eval.Predictor{nearest{examples}}
			for _, n := range z.networks() {
				if !slices.Contains(n.tests, at.Ways) || n.name != protoNet && z.Seeds > 0 && seed >= uint64(z.Seeds) {
					continue
				}
				f, err := session.Run(ctx, n.arm(), seed)
				if err != nil {
					return nil, err
				}
				given, err := z.given(f, n, tests)
				if err != nil {
					return nil, err
				}
				all = append(all, eval.Named{Predictor: given, Label: n.name})
			}
			return all, nil
		},
	}
}

// given is a trained network for tasks that may have another number of examples or, if it only
// compares, of classes.
func (z omniglotSize) given(f *train.Fitted, n network, tests images.Episodes) (*train.Fitted, error) {
	l := z.learner(n, tests.Context())
	if cmp.Or(n.labels, n.ways) == tests.Ways {
		return f.As(l)
	}
	return train.FromWeights(l, tests, f.Params)
}
