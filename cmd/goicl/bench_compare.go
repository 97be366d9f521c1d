package main

import (
	"context"
	"fmt"

	"github.com/goicl/goicl/icl"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// hypothesis is what comparison times: two arms of the paper's size and five seeds, as by
// default, and what is found out on the way.
func hypothesis() icl.Hypothesis {
	return icl.Hypothesis{Title: "Do eight layers beat four?", Arms: []icl.Arm{
		{Name: "8 layers"},
		{Name: "4 layers", Learner: transformer.Paper{Depth: 4}},
	}}
}

// comparison times a check of a hypothesis from nothing to its sentence.
func (b *bench) comparison(ctx context.Context, h icl.Hypothesis) error {
	return b.fromNothing("compare", func(dir string) error {
		fmt.Fprintf(b.log, "compare: %s …\n", h.Title)
		c, err := icl.Compare(ctx, h, nil, train.WithDir(dir), train.WithBackend(b.backend))
		if err == nil {
			fmt.Fprintln(b.log, c)
		}
		return err
	})
}
