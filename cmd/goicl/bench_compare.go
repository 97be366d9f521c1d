package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

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
func (b *bench) comparison(ctx context.Context, h icl.Hypothesis) (err error) {
	dir, err := os.MkdirTemp("", "goicl-bench-*")
	if err != nil {
		return fmt.Errorf("bench: no folder for the runs: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	fmt.Fprintf(b.log, "compare: %s …\n", h.Title)
	start := time.Now()
	c, err := icl.Compare(ctx, h, nil, train.WithDir(dir), train.WithBackend(b.backend))
	if err != nil {
		return err
	}
	b.rows = append(b.rows, benchRow{Name: "compare", GoiclMS: float64(time.Since(start)) / float64(time.Millisecond)})
	fmt.Fprintln(b.log, c)
	return nil
}
