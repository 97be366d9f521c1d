package pictures

import (
	"fmt"
	"slices"

	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
)

// farAhead is the least lead over the nearest example in pixels: a quarter of what there is at
// most, from the 48 % that it has in the easiest setting.
const farAhead = .12

func (z omniglotSize) report(d *study.Data, r *study.Result) {
	first := z.Settings[0].String()
	of := d.Mean(eval.Accuracy, protoNet, first)
	r.Checks = append(r.Checks, study.Above("accuracy of ProtoNet, "+first, z.Least, of).
		For(few, "what is asked of a laptop; the paper has 98.8 % on an easier split"))
	for _, at := range z.Settings {
		lead := d.Difference(eval.Accuracy, protoNet, pixels, at.String())
		r.Checks = append(r.Checks, study.Above("ProtoNet − nearest in pixels, "+at.String(), farAhead, lead).
			For(learned, "a quarter of what the nearest example leaves in the easiest setting"))
	}
	r.Headline = study.Find("accuracy of ProtoNet, "+first, of)
	r.Tables = append(r.Tables, z.table(d))
	for _, name := range z.rows() {
		c := eval.Curve{Learner: name, Family: "omniglot", Metric: eval.Accuracy}
		for _, at := range z.Settings {
			c.Add(d.Mean(eval.Accuracy, name, at.String()))
		}
		if name != fewWays { // it is not tested in all
			r.Add("accuracy by setting", c)
		}
	}
}

// rows are the nearest example in pixels and the learners.
func (z omniglotSize) rows() []string {
	rows := []string{pixels}
	for _, n := range z.networks() {
		if !slices.Contains(rows, n.name) {
			rows = append(rows, n.name)
		}
	}
	return rows
}

// table has a row for each learner and a column for each setting: accuracies in percent with
// half the width of their intervals, and published figures in brackets.
func (z omniglotSize) table(d *study.Data) eval.Table {
	t := eval.Table{Title: "Accuracy on characters of unseen alphabets in %, and as published on an easier split", Header: []string{"learner"}}
	for _, at := range z.Settings {
		t.Header = append(t.Header, at.String())
	}
	for _, name := range z.rows() {
		row := []string{name}
		for _, at := range z.Settings {
			cell := ""
			if slices.Contains(d.Subjects(at.String()), name) {
				e := d.Mean(eval.Accuracy, name, at.String())
				cell = percent(e.Mean, e.Lo, e.Hi)
			}
			if known, ok := published[name][at]; ok {
				cell += fmt.Sprintf(" (%.1f)", known)
			}
			row = append(row, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
