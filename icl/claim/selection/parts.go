package selection

import (
	"fmt"

	"github.com/goicl/goicl/icl/claim/internal/plane"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// part is a part of the paper's transformer that can be changed.
type part struct {
	name string
	is   func(p transformer.Paper) bool
}

// parts of which every combination is trained: 2 × 2 × 2 transformers.
func parts() []part {
	return []part{
		{"softmax attention for efficient attention", func(p transformer.Paper) bool { return p.Softmax }},
		{"layer normalisation for none", func(p transformer.Paper) bool { return p.Norm }},
		{"causal attention for that to all", func(p transformer.Paper) bool { return p.Causal }},
	}
}

// variants are the transformers with every combination of parts changed, the paper's first.
func variants() (all []transformer.Paper) {
	for i := range 8 {
		all = append(all, transformer.Paper{Softmax: i&4 != 0, Norm: i&2 != 0, Causal: i&1 != 0})
	}
	return all
}

// changed are the arms of the variants: on the mixture, for as many steps each. The paper's own
// is among them, under another name than that of the usual steps.
func changed(size plane.Size) (all []study.Arm, err error) {
	for _, p := range variants() {
		arm, err := size.Arm(p, plane.Mixture)
		if err != nil {
			return nil, err
		}
		arm.Name, arm.Recipe = variantName(p), train.Fast(size.Parts)
		arm.Seeds = size.Told
		all = append(all, arm)
	}
	return all, nil
}

// partsPrefix begins the names of the variants' arms.
const partsPrefix = "parts: "

func variantName(p transformer.Paper) string { return partsPrefix + p.Name() }

// measure is something that is told of each variant.
type measure struct {
	name string
	of   func(x scores, arm string) [][]float64 // by seed and task
}

// measures are the accuracy on the mixture, what is lost as σ grows from 1 to 5, both in the mean
// over families, and the accuracy on discs.
func measures() []measure {
	return []measure{
		{"accuracy on the mixture", func(x scores, arm string) [][]float64 {
			return overFamilies(func(f string) [][]float64 { return x.PerTask(eval.Accuracy, arm, at(f, 1)) })
		}},
		{"drop, σ 1→5", func(x scores, arm string) [][]float64 {
			return overFamilies(func(f string) [][]float64 { return x.drops(arm, f) })
		}},
		{"accuracy on discs", func(x scores, arm string) [][]float64 { return x.PerTask(eval.Accuracy, arm, newFamily) }},
	}
}

// overFamilies averages what values gives for each family, task by task.
func overFamilies(values func(family string) [][]float64) (mean [][]float64) {
	share := 1 / float64(len(plane.Families()))
	for i, f := range plane.Families() {
		if i == 0 {
			zero := values(f)
			mean = eval.Combine(zero, 0, zero, 0)
		}
		mean = eval.Combine(mean, 1, values(f), share)
	}
	return mean
}

// partTable has a row for each variant.
func (x scores) partTable() eval.Table {
	t := eval.Table{Title: "parts", Header: []string{"attention", "normalisation", "sees"}}
	for _, m := range measures() {
		t.Header = append(t.Header, m.name)
	}
	word := func(changed bool, yes, no string) string {
		if changed {
			return yes
		}
		return no
	}
	for _, p := range variants() {
		row := []string{word(p.Softmax, "softmax", "efficient"), word(p.Norm, "layer", "none"), word(p.Causal, "those before it", "all")}
		for _, m := range measures() {
			row = append(row, eval.Interval(m.of(x, variantName(p))).String())
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// partFindings are the main effects: what each change makes of a measure, in the mean over the
// combinations of the others (Fisher 1935).
func (x scores) partFindings() (all []study.Finding) {
	for _, m := range measures() {
		for _, part := range parts() {
			var effect [][]float64
			for _, p := range variants() {
				sign := -2. / float64(len(variants()))
				if part.is(p) {
					sign = -sign
				}
				values := m.of(x, variantName(p))
				if effect == nil {
					effect = eval.Combine(values, 0, values, 0)
				}
				effect = eval.Combine(effect, 1, values, sign)
			}
			all = append(all, study.Find(fmt.Sprintf("%s, by %s", m.name, part.name), eval.Interval(effect)))
		}
	}
	return all
}
