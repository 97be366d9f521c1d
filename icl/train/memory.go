package train

import (
	"bufio"
	"cmp"
	"fmt"
	"math"
	"os"
	"strings"

	"github.com/goicl/goicl/icl/engine"
)

// WithMemoryLimit refuses a run whose steps are predicted to take more bytes than that
// on its GoMLX backend; the default, 0, is what the machine has available where it tells.
// Predicted are the values alive at once, which is more than a backend takes that fuses
// operations: see [Step.Memory].
func WithMemoryLimit(bytes int64) Option { return func(o *options) { o.memory = bytes } }

// checkMemory predicts what a step takes, 0 where the engine has next to nothing but the
// weights in memory, and refuses what is over the limit.
func (r *Run) checkMemory() error {
	e, ok := r.engine.(engine.MemoryPredictor)
	if !ok {
		return nil
	}
	var err error
	if r.memory, err = e.Memory(r.cfg.Recipe.Batch, r.probe.N, r.cfg.Recipe.perTask(r.probe.N)); err != nil {
		return err
	}
	if limit := cmp.Or(r.opts.memory, availableMemory()); r.memory > limit {
		return fmt.Errorf("train: a step of %s on %d tasks is predicted to take %s, more than the limit of %s; take fewer tasks a batch, fewer or first-order inner steps, or raise it by WithMemoryLimit",
			r.cfg.Learner.Name(), r.cfg.Recipe.Batch, Bytes(r.memory), Bytes(limit))
	}
	return nil
}

// Bytes writes a size for people: "512 kB", "1.2 GB".
func Bytes(n int64) string {
	unit, size := "kB", float64(n)/1e3
	switch {
	case n >= 1e9:
		unit, size = "GB", float64(n)/1e9
	case n >= 1e6:
		unit, size = "MB", float64(n)/1e6
	}
	if size < 10 {
		return fmt.Sprintf("%.1f %s", size, unit)
	}
	return fmt.Sprintf("%.0f %s", size, unit)
}

// availableMemory is what Linux says programs can have without swapping; elsewhere there
// is no limit.
func availableMemory() int64 {
	file, err := os.Open("/proc/meminfo")
	if err != nil {
		return math.MaxInt64
	}
	defer func() { _ = file.Close() }() // it was only read
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var kilobytes int64
		if text, ok := strings.CutPrefix(lines.Text(), "MemAvailable:"); ok {
			if _, err := fmt.Sscanf(text, "%d kB", &kilobytes); err == nil {
				return kilobytes << 10
			}
		}
	}
	return math.MaxInt64
}
