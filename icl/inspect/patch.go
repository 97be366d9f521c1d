package inspect

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/figure"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// Pass is a forward pass: a transformer and the tasks that it answers.
type Pass struct {
	Model *train.Fitted // of a [transformer.Transparent] learner
	Tasks *datasets.Batch
}

// Patched is how well a forward pass answers with one part at a time replaced by another
// pass's: a matrix of layers × columns, which are tokens or heads. A score is the mean over
// tasks of the probability of the right class or, for real targets, of the squared error.
type Patched struct {
	Columns    []string
	Into, From float64     // the scores of the two passes as they are
	Scores     [][]float64 // of the first pass with the part replaced, [layers][columns]

	title, score string
}

// Patch replaces parts of one forward pass by those of another, one at a time, and measures
// each time how well the first one answers the query after n examples (activation patching:
// Vig et al. 2020; Meng et al. 2022, who call it causal tracing). What moves the answer to
// that of the other pass carries what differs between the two: their tasks, corrupted ones and
// clean ones, or their weights. Both have as many tasks, as long, and transformers of one size.
// Right answers are those of from's tasks.
//
//	p, err := inspect.Patch(ctx, inspect.Pass{model, corrupted}, inspect.Pass{model, clean}, 8, "stream")
//
// Parts are those of a [transformer.Site]:
//
//	"stream"     the residual stream of one token before one layer
//	"heads"      what one head takes, for all tokens
//	"attention"  whom all tokens attend to in one head
func Patch(ctx context.Context, into, from Pass, n int, part string) (*Patched, error) {
	p, err := newPatch(into, from, n, part)
	if err != nil {
		return nil, err
	}
	donor, err := p.capture(ctx)
	if err != nil {
		return nil, err
	}
	return p.measure(ctx, donor)
}

// patch is a call of Patch.
type patch struct {
	into, from Pass
	l          transformer.Transparent // of into
	n          int
	part       string
	columns    []string
	places     []int // of the columns on their axis
}

func newPatch(into, from Pass, n int, part string) (*patch, error) {
	p := &patch{into: into, from: from, n: n, part: part}
	var err error
	if _, err = transparent(from.Model, from.Tasks, n); err != nil {
		return nil, err
	}
	if p.l, err = transparent(into.Model, into.Tasks, n); err != nil {
		return nil, err
	}
	switch a, b := into.Tasks, from.Tasks; {
	case a.T != b.T || a.N != b.N || a.D != b.D || a.C != b.C:
		return nil, fmt.Errorf("inspect: %d tasks of %d points with %d inputs and %d classes to patch into, %d of %d with %d and %d to take from; want the same numbers", a.T, a.N, a.D, a.C, b.T, b.N, b.D, b.C)
	case part != "stream" && part != "heads" && part != "attention":
		return nil, fmt.Errorf("inspect: no part %q of a transformer; want \"stream\", \"heads\" or \"attention\"", part)
	}
	if part == "stream" {
		tokens := p.l.Sequence(into.Tasks.N, n)
		for i, t := range tokens {
			p.columns = append(p.columns, tokenName(from.Tasks, t, i == len(tokens)-1))
			p.places = append(p.places, t.Place)
		}
	}
	return p, nil
}

// axis is the one that columns lie on.
func (p *patch) axis() int {
	if p.part == "heads" {
		return 2
	}
	return 1
}

// score is that of one task's answers: logits of classes, or a predicted target.
func (p *patch) score(answer []float32, task int) float64 {
	b := p.from.Tasks
	point := task*b.N + p.n
	if b.Regression() {
		return math.Pow(float64(answer[0])-float64(b.Z[point]), 2)
	}
	top, total := float64(answer[0]), 0.
	for _, v := range answer[:b.C] {
		top = max(top, float64(v))
	}
	for _, v := range answer[:b.C] {
		total += math.Exp(float64(v) - top)
	}
	return math.Exp(float64(answer[b.Y[point]])-top) / total
}

// result makes Patched of the sums of the scores of all tasks: of each layer and column, and
// of the first pass as it is.
func (p *patch) result(layers int, sums []float64, from float64) (*Patched, error) {
	tasks, columns := float64(p.into.Tasks.T), len(p.columns)
	out := &Patched{Columns: p.columns, From: from / tasks, Into: sums[layers*columns] / tasks, score: "probability of the right class"}
	if p.from.Tasks.Regression() {
		out.score = "squared error"
	}
	for l := range layers {
		row := make([]float64, columns)
		for c := range row {
			row[c] = sums[l*columns+c] / tasks
			if math.IsNaN(row[c]) || math.IsInf(row[c], 0) {
				return nil, errors.New("inspect: an answer of the patched pass is not a finite number; its inputs or weights are too large")
			}
		}
		out.Scores = append(out.Scores, row)
	}
	out.title = fmt.Sprintf("%s: %s patched", p.into.Model.Name(), map[string]string{"stream": "tokens", "heads": "heads", "attention": "attention"}[p.part])
	return out, nil
}

// Change is what replacing a part adds to the score, [layers][columns].
func (p *Patched) Change() [][]float64 {
	change := make([][]float64, len(p.Scores))
	for l, row := range p.Scores {
		for _, score := range row {
			change[l] = append(change[l], score-p.Into)
		}
	}
	return change
}

// Map draws [Patched.Change], a row a layer and a column a token or head.
func (p *Patched) Map() *figure.Figure {
	m := figure.HeatMap{
		Title:  fmt.Sprintf("added to a %s of %.2f; %.2f in the pass it is taken from", p.score, p.Into, p.From),
		Values: p.Change(),
	}
	for l := range p.Scores {
		m.Rows = append(m.Rows, figure.Span{Name: fmt.Sprintf("layer %d", l), Size: 1})
	}
	for _, name := range p.Columns {
		m.Cols = append(m.Cols, figure.Span{Name: name, Size: 1})
	}
	return figure.HeatMaps(p.title, m)
}
