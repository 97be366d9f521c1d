package train

import (
	"cmp"
	"fmt"

	"github.com/dustin/go-humanize"

	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/internal/process"
)

// WithMemoryLimit refuses a run whose steps are predicted to take more bytes than that
// on its GoMLX backend; the default, 0, is the memory that the machine has available. The
// prediction is the peak of [Step.Memory].
func WithMemoryLimit(bytes int64) Option { return func(o *options) { o.memory = bytes } }

// checkMemory predicts the memory of a step, where the engine can, and refuses what is
// over the limit.
func (r *Run) checkMemory() error {
	e, ok := r.engine.(engine.MemoryPredictor)
	if !ok {
		return nil
	}
	var err error
	if r.memory, err = e.Memory(r.cfg.Recipe.Batch, r.probe.N, r.cfg.Recipe.perTask(r.probe.N)); err != nil {
		return err
	}
	if limit := cmp.Or(r.opts.memory, process.AvailableMemory()); r.memory > limit {
		return fmt.Errorf("train: a step of %s on %d tasks is predicted to take %s, more than the limit of %s; take fewer tasks a batch, fewer or first-order inner steps, or raise it by WithMemoryLimit",
			r.cfg.Learner.Name(), r.cfg.Recipe.Batch, humanize.Bytes(uint64(r.memory)), humanize.Bytes(uint64(limit)))
	}
	return nil
}
