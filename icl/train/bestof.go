package train

import (
	"context"
	"fmt"
	"slices"
)

// Starts reports on the random starts of [BestOf].
type Starts struct {
	Tried int `json:"tried"`
	// Stuck is how many ended more than .05 of validation accuracy below the best one.
	// Networks of a few units do so for about a third of the seeds. With real targets
	// there is no accuracy, and none counts as stuck.
	Stuck int `json:"stuck"`
	// Seconds is the wall time of all starts and the run.
	Seconds float64 `json:"seconds"`
	// Processor is their processor time in seconds, as in [Fitted].
	Processor float64 `json:"processor_seconds"`
}

// stuckMargin is the gap of validation accuracy at which a start counts as stuck.
const stuckMargin = .05

// maxStarts is far more than help.
const maxStarts = 10_000

// BestOf trains cfg from several random starts for a quarter of its steps each and
// then, from the start with the lowest validation loss, in full. It is for
// learners that get stuck; one start is plain [Train].
func BestOf(ctx context.Context, cfg Config, starts int, opts ...Option) (*Fitted, Starts, error) {
	if starts < 0 || starts > maxStarts {
		return nil, Starts{}, fmt.Errorf("train: %d random starts; want 1 to %d", starts, maxStarts)
	}
	if err := cfg.Recipe.Validate(); err != nil {
		return nil, Starts{}, err
	}
	if starts <= 1 {
		f, err := Train(ctx, cfg, opts...)
		if err != nil {
			return nil, Starts{}, err
		}
		return f, Starts{Tried: 1, Seconds: f.Seconds, Processor: f.Processor}, nil
	}
	pilot := cfg
	pilot.Recipe = cfg.Recipe.WithDefaults().shortened(max(1, cfg.Recipe.Steps/4))
	scores := make([]Score, starts)
	result, best := Starts{Tried: starts}, 0
	for try := range starts {
		pilot.Try = try
		f, err := Train(ctx, pilot, append(slices.Clone(opts), WithSnapshots())...)
		if err != nil {
			return nil, Starts{}, err
		}
		scores[try] = f.Score
		result.Seconds, result.Processor = result.Seconds+f.Seconds, result.Processor+f.Processor
		if f.Score.Loss < scores[best].Loss {
			best = try
		}
	}
	result.Stuck = stuck(scores, scores[best].Accuracy)
	cfg.Try = best
	f, err := Train(ctx, cfg, opts...)
	if err != nil {
		return nil, Starts{}, err
	}
	result.Seconds, result.Processor = result.Seconds+f.Seconds, result.Processor+f.Processor
	return f, result, nil
}

// stuck counts the scores well below the best.
func stuck(scores []Score, best float64) (n int) {
	for _, s := range scores {
		if s.Accuracy < best-stuckMargin {
			n++
		}
	}
	return n
}
