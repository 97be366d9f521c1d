package landmark

import (
	"context"
	"slices"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/markov"
	"github.com/goicl/goicl/icl/bayes/sequence"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/landmark/internal/measure"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// Edelman is the result of Edelman, Edelman, Goel, Malach and Tsilivis, "The Evolution of
// Statistical Induction Heads: In-Context Learning Markov Chains" (NeurIPS 2024): a transformer of
// two layers of attention that is trained on Markov chains predicts the next state first as if all
// were equally likely, then by the counts of states in the context, and then abruptly by those of
// transitions. They give evidence that the second phase delays the third one: in chains whose
// states are all equally frequent, there is no second one.
//
// The paper has chains of 2 or 3 states and 100 points, 16 channels and one head, which is the
// quick size too but for shorter chains, and 2,000 steps of 64 chains with AdamW at 5e-4 and
// dropout .1. It also has chains of up to 8 states and trigrams, for which the phases are more.
var Edelman = study.Definition{Name: "edelman2024", CoreMinutes: 8, Title: "a transformer learns counts of states, and then abruptly counts of transitions", New: newEdelman}

// edelmanSize is the size of the study. Each is the number of looks at a curve.
type edelmanSize struct {
	States, Points int
	Steps, Each    int
	Rate           float64
	Tests          int
	From           uint64 // the first seed
	Looks          []study.Look
}

// In the quick preset two checks were open after looks at seeds 0 to 7: about 60 seeds would have
// closed them. It has that many, all new.
func newEdelman(preset string) (*study.Study, error) {
	z, err := size(preset,
		edelmanSize{3, 16, 60, 6, 3e-3, 64, 0, study.LooksAt(2)},
		edelmanSize{3, 64, 1200, 48, 3e-3, 256, 2000, study.LooksAt(32, 64)},
		edelmanSize{3, 100, 8000, 60, 5e-4, 1024, 0, study.LooksAt(8)})
	if err != nil {
		return nil, err
	}
	return z.study(), nil
}

// The distributions of chains, which name arms and conditions.
const (
	edelmanRows   = "independent rows"
	edelmanDoubly = "doubly stochastic"
)

// The three strategies of the paper, and two learners whose attention is replaced after training.
const (
	evenly  = "uniform"
	unigram = "unigram"
	bigram  = "bigram"
	noPrev  = "layer 0 replaced by uniform attention"
	ideal   = "both layers replaced by an induction head"
)

// uniformly is the unigram predictor whose prior no count can move.
var uniformly = eval.Named{Predictor: sequence.Unigram{Concentration: 1e6}, Label: evenly}

func (z edelmanSize) chains(kind string) markov.Chains {
	return markov.Chains{N: z.Points, States: z.States, DoublyStochastic: kind == edelmanDoubly}
}

func (z edelmanSize) learner(clamps ...transformer.HeadClamp) transformer.AttentionOnly {
	return transformer.AttentionOnly{Tokens: "inputs", Width: 16, Positions: "relative", Points: z.Points, Norm: true, Clamps: clamps}
}

// steps are those after which arms are tested.
func (z edelmanSize) steps() []int { return train.LogSpaced(max(1, z.Steps/240), z.Steps, z.Each) }

// arm trains at a constant rate, so that what comes late does so because of what is learned.
func (z edelmanSize) arm(kind string) study.Arm {
	return study.Arm{
		Name: kind, Learner: z.learner(), Tasks: z.chains(kind), TestAt: z.steps(),
		Recipe: train.Recipe{Steps: z.Steps, Batch: 64, Rate: z.Rate, Clip: 1, First: train.NoExamples},
	}
}

// condition tests the arm of its chains, and how far it is from the three strategies.
func (z edelmanSize) condition(kind string) study.Condition {
	strategies := []eval.Predictor{uniformly, sequence.Unigram{}, sequence.Bigram{}}
	return study.Condition{
		Name: kind, Arms: []string{kind}, Sample: tests(z.chains(kind), kind, z.Tests), Derive: beside(strategies...),
		Test: func(ctx context.Context, p eval.Predictor, _ uint64, b *datasets.Batch, at []int) (*eval.Scores, error) {
			return eval.Evaluate(ctx, p, kind, b, at, eval.WithDistanceTo(strategies...))
		},
	}
}

// replaced are the trained learners of a seed with other attention than they have learned.
func (z edelmanSize) replaced(ctx context.Context, s *study.Session, seed uint64) ([]eval.Predictor, error) {
	f, err := s.Run(ctx, edelmanRows, seed)
	if err == nil {
		f, err = f.At(z.Steps)
	}
	if err != nil {
		return nil, err
	}
	var all []eval.Predictor
	for _, r := range []struct {
		label  string
		clamps []transformer.HeadClamp
	}{
		{noPrev, []transformer.HeadClamp{{Layer: 0, To: "uniform"}}},
		{ideal, []transformer.HeadClamp{{Layer: 0, To: "previous token"}, {Layer: 1, To: "matching"}}},
	} {
		other, err := f.As(z.learner(r.clamps...))
		if err != nil {
			return nil, err
		}
		all = append(all, eval.Named{Predictor: other, Label: r.label})
	}
	return all, nil
}

func (z edelmanSize) study() *study.Study {
	s := &study.Study{Looks: z.Looks, Settings: z, Statements: []study.Statement{
		{ID: "phases", Text: "the transformer first predicts by the counts of states in the context"},
		{ID: "abrupt", Text: "then its predictions change abruptly to those by the counts of transitions"},
		{ID: "heads", Text: "an induction head counts the transitions: layer 0 looks at the token before, layer 1 at tokens that follow the current state"},
		{ID: "delay", Text: "the counts of states delay those of transitions, which are learned faster in chains where they say nothing"},
	}}
	s.Arms = []study.Arm{z.arm(edelmanRows), z.arm(edelmanDoubly)}
	s.Conditions = []study.Condition{z.condition(edelmanRows), z.condition(edelmanDoubly)}
	strategies := s.Conditions[0].Derive
	s.Conditions[0].Derive = func(ctx context.Context, of *study.Session, seed uint64) ([]eval.Predictor, error) {
		heads, err := z.replaced(ctx, of, seed)
		if err != nil {
			return nil, err
		}
		known, err := strategies(ctx, of, seed)
		return append(known, heads...), err
	}
	later(s, z.From)
	s.Report = func(_ context.Context, d *study.Data, r *study.Result) error {
		r.Tasks = z.Tests
		c, err := z.curves(d)
		if err == nil {
			c.check(r)
			z.draw(c, r)
		}
		return err
	}
	return s
}

// check judges the statements.
func (c edelmanCurves) check(r *study.Result) {
	nearest, long := c.nearest()
	r.Headline = study.Find("least squared distance to the unigram predictions, relative to that of the bigram's", nearest)
	quarter := c.until(edelmanRows, unigram, .25)
	r.Checks = []study.Check{
		study.Below("least squared distance to the unigram predictions / that of the bigram's", .2, nearest).
			For("phases", "a learner that goes from uniform straight to the bigram predictions stays above .4"),
		study.Above("ln(step when the bigram is nearer than the unigram / step when the unigram is nearer than uniform)", .7, long).
			For("phases", "twice as many steps when it ends as when it began; a phase that is only passed through has 0"),
		study.Below("log-loss after training − bigram", .03, c.excess(edelmanRows)).
			For("abrupt", "a third of what the counts of transitions are better than those of states"),
		study.Below("ln(steps to 75 % of the fall from unigram to bigram / steps to 25 %)", .4, measure.LogRatio(c.until(edelmanRows, unigram, .75), quarter)).
			For("abrupt", "half of the fall takes less than half as many steps as came before it; from the unigram's to the bigram's predictions at a constant rate this is 1.3"),
		study.Below("share of the fall that is left without the attention of layer 0", .5, c.share(noPrev)).
			For("heads", "most of the fall comes from whom layer 0 attends to"),
		study.Above("share of it that is left with the attention of an ideal induction head", .5, c.share(ideal)).
			For("heads", "most of the fall needs no other attention"),
		study.Below("ln(steps to half of the fall, doubly stochastic / independent rows)", 0, measure.LogRatio(c.until(edelmanDoubly, evenly, .5), c.until(edelmanRows, unigram, .5))).
			For("delay", "any delay"),
	}
	r.Findings = []study.Finding{
		study.Find("ln(steps to a log-loss within .03 of the bigram, doubly stochastic / independent rows)", measure.LogRatio(c.near(edelmanDoubly), c.near(edelmanRows))),
		study.Find("log-loss after training − bigram, doubly stochastic", c.excess(edelmanDoubly)),
	}
}

// edelmanCurves are curves by training step, for each seed: the log-losses of both arms, and the
// squared distances of the first one to the strategies.
type edelmanCurves struct {
	*study.Data
	steps    []int
	loss, to map[string][][]float64
}

func (z edelmanSize) curves(d *study.Data) (c edelmanCurves, err error) {
	c = edelmanCurves{d, z.steps(), map[string][][]float64{}, map[string][][]float64{}}
	for _, kind := range []string{edelmanRows, edelmanDoubly} {
		if c.loss[kind], err = measure.BySeed(d, eval.LogLoss, kind, kind, c.steps); err != nil {
			return c, err
		}
	}
	for _, strategy := range []string{evenly, unigram, bigram} {
		if c.to[strategy], err = measure.BySeed(d, eval.SquaredDistanceTo(strategy), edelmanRows, edelmanRows, c.steps); err != nil {
			return c, err
		}
	}
	return c, nil
}

// nearest is the least distance to the unigram predictions, relative to that of the bigram
// predictions, and for how long, as the logarithm of a ratio of steps, they are the nearest.
func (c edelmanCurves) nearest() (least, long eval.Estimate) {
	var ratios []float64
	var from, to []eval.Crossing
	for s, unit := range measure.SeedMeans(c.Data, eval.SquaredDistanceTo(unigram), bigram, edelmanRows) {
		own := c.to[unigram][s]
		ratios = append(ratios, slices.Min(own)/unit)
		turn := eval.Level{Stay: 1}
		from = append(from, turn.Crossing(c.steps, measure.LessBy(own, c.to[evenly][s])))
		to = append(to, turn.Crossing(c.steps, measure.LessBy(c.to[bigram][s], own)))
	}
	return eval.OfSeeds(ratios), measure.LogRatio(to, from)
}

// excess is the log-loss of an arm after training less that of the bigram predictions.
func (c edelmanCurves) excess(kind string) eval.Estimate {
	return measure.Difference(eval.LogLoss, c.Summaries(kind, kind, c.steps[len(c.steps)-1]), c.Summaries(bigram, kind))
}

// until are the steps at which an arm has made a share of the way from the log-loss of one
// strategy to that of bigram predictions.
func (c edelmanCurves) until(kind, from string, share float64) (all []eval.Crossing) {
	start, end := measure.SeedMeans(c.Data, eval.LogLoss, from, kind), measure.SeedMeans(c.Data, eval.LogLoss, bigram, kind)
	for s, curve := range c.loss[kind] {
		level := eval.Level{At: (1-share)*start[s] + share*end[s], Stay: 1}
		all = append(all, level.Crossing(c.steps, curve))
	}
	return all
}

// near are the steps at which the log-loss of an arm comes within .03 of that of bigram
// predictions.
func (c edelmanCurves) near(kind string) (all []eval.Crossing) {
	end := measure.SeedMeans(c.Data, eval.LogLoss, bigram, kind)
	for s, curve := range c.loss[kind] {
		all = append(all, eval.Level{At: end[s] + .03, Stay: 1}.Crossing(c.steps, curve))
	}
	return all
}

// share is what a subject has of the way from unigram to bigram predictions.
func (c edelmanCurves) share(subject string) eval.Estimate {
	own := measure.SeedMeans(c.Data, eval.LogLoss, subject, edelmanRows)
	start, end := measure.SeedMeans(c.Data, eval.LogLoss, unigram, edelmanRows), measure.SeedMeans(c.Data, eval.LogLoss, bigram, edelmanRows)
	for s := range own {
		own[s] = (start[s] - own[s]) / (start[s] - end[s])
	}
	return eval.OfSeeds(own)
}

// draw draws the curves, as the paper's figures have them.
func (z edelmanSize) draw(c edelmanCurves, r *study.Result) {
	const losses, distances = "log-loss by training step", "squared distance by training step"
	last := c.steps[len(c.steps)-1]
	for _, kind := range []string{edelmanRows, edelmanDoubly} {
		curve := measure.Learning(c.Data, eval.LogLoss, kind, kind, c.steps)
		curve.Learner = "transformer"
		r.Add(losses, curve)
		for _, strategy := range []string{evenly, unigram, bigram} {
			r.Add(losses, measure.Level(c.Data, eval.LogLoss, strategy, kind, c.steps[0], last))
		}
	}
	for _, strategy := range []string{evenly, unigram, bigram} {
		curve := measure.Learning(c.Data, eval.SquaredDistanceTo(strategy), edelmanRows, edelmanRows, c.steps)
		curve.Learner = strategy
		r.Add(distances, curve)
	}
	table := eval.Table{Title: "log-loss", Header: []string{"predictions", edelmanRows, edelmanDoubly}}
	for _, name := range []string{evenly, unigram, bigram, "transformer", noPrev, ideal} {
		row := []string{name}
		for _, kind := range table.Header[1:] {
			e := c.Mean(eval.LogLoss, name, kind)
			if name == "transformer" {
				e = measure.After(c.Data, eval.LogLoss, kind, kind, last)
			}
			if len(e.Seeds) > 0 {
				row = append(row, e.String())
			}
		}
		table.Rows = append(table.Rows, row)
	}
	r.Tables = append(r.Tables, table, eval.Table{
		Title: "training steps, by seed", Header: []string{"chains", "to half of the fall", "to within .03 of the bigram"},
		Rows: [][]string{
			{edelmanRows, measure.Written(c.until(edelmanRows, unigram, .5)), measure.Written(c.near(edelmanRows))},
			{edelmanDoubly, measure.Written(c.until(edelmanDoubly, evenly, .5)), measure.Written(c.near(edelmanDoubly))},
		},
		Note: "The fall is from the log-loss of the best predictions without transitions, unigram or uniform, to that of bigram predictions.",
	})
	r.Figure = study.Figure{Title: "Markov chains in context", XLabel: "training steps", YLabel: "log-loss, squared distance", LogX: true, Rows: []study.Row{
		{Title: "log-loss, {family}", Group: losses, YMin: .85, YMax: 1.2},
		{Title: "squared distance of the transformer to each strategy, {family}", Group: distances, YMin: 0, YMax: .25},
	}}
}
