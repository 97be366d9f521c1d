package engine

import (
	"fmt"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/internal/usercode"
)

// customEngine makes a user-defined engine.
func customEngine(l learner.Learner, d, c int, o Options) (e Engine, err error) {
	what := "the function given to WithCustomEngine"
	err = usercode.Try(what, func() (err error) {
		e, err = o.Custom(l, d, c)
		return err
	})
	if err == nil && usercode.Nil(e) {
		err = fmt.Errorf("engine: %s returned neither an engine nor an error for %s", what, usercode.Of("learner", l))
	}
	return e, err
}

// Predictions calls an engine, which may be a user's, for its logits, and checks how many come
// back.
func Predictions(e Engine, l learner.Learner, params []float32, b *datasets.Batch, at []int32) (logits []float32, err error) {
	if usercode.Nil(e) || len(at) == 0 {
		return nil, fmt.Errorf("engine: predictions of %d queries by engine %v; want some, and an engine", len(at), e)
	}
	if err := b.Validate(); err != nil {
		return nil, err
	}
	err = usercode.TryOn(func() string { return fmt.Sprintf("Logits of engine %T for %s", e, usercode.Of("learner", l)) }, func() (err error) {
		logits, err = e.Logits(params, b, at)
		return err
	})
	if n := len(logits); err == nil && (n%len(at) != 0 || n/len(at) < max(1, b.C) || b.C == 0 && n != len(at)) {
		err = fmt.Errorf("engine: %T gave %d logits for %d queries of %s; want %d for each", e, n, len(at), usercode.Of("learner", l), max(1, b.C))
	}
	return logits, err
}
