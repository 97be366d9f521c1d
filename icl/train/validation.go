package train

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/internal/own"
	"github.com/goicl/goicl/icl/learner"
)

// Score is a result on the validation tasks of a run: 2,048 tasks, drawn independently of
// the training and test tasks, with one query each, stratified over the context lengths of
// the loss. Tasks of more than 4,096 inputs, as those of images, are fewer, 8 million inputs
// in all, and have the queries that the recipe asks for in training. For a [learner.Objective] it is the learner's loss on those tasks, in batches
// as in training.
type Score struct {
	Loss float64 `json:"loss"` // mean cross-entropy or, for real targets, mean squared error
	// Accuracy is the share of queries whose most probable class is right; 0 for real
	// targets and for a [learner.Adaptive], whose predictions are those before adaptation.
	Accuracy float64 `json:"accuracy"`
}

const validationTasks, validationInputs = 2048, 1 << 23

type validation struct {
	batch *datasets.Batch
	at    []int32
}

func newValidation(cfg Config, probe *datasets.Batch) (*validation, error) {
	rng := datasets.Rand(cfg.Seed, "validation")
	tasks, queries := validationTasks, cfg.Recipe.oneEach
	if most := validationInputs / (probe.N * probe.D); most < tasks {
		tasks, queries = max(1, most), cfg.Recipe.queries
	}
	if _, own := cfg.Learner.(learner.Objective); own {
		tasks = max(1, tasks/cfg.Recipe.Batch) * cfg.Recipe.Batch
	}
	b, err := sample(cfg.Tasks, rng, tasks)
	if err == nil {
		err = checkValues(b, cfg.Tasks.Name())
	}
	if err != nil {
		return nil, err
	}
	return &validation{b, queries(rng, b)}, nil
}

func (v *validation) score(e engine.Engine, params []float32, cfg Config) (s Score, err error) {
	_, own := cfg.Learner.(learner.Objective)
	_, adaptive := cfg.Learner.(learner.Adaptive)
	if !own || !adaptive && !v.batch.Regression() {
		s, err = v.predictions(e, params)
	}
	if own && err == nil {
		s.Loss, err = v.objective(e, params, cfg.Recipe)
	}
	return s, err
}

// predictions are the loss and accuracy of what the learner predicts.
func (v *validation) predictions(e engine.Engine, params []float32) (s Score, err error) {
	logits, err := e.Logits(params, v.batch, v.at)
	if err != nil {
		return Score{}, err
	}
	k, each := len(logits)/len(v.at), len(v.at)/v.batch.T
	for i, n := range v.at {
		s.add(logits[i*k:(i+1)*k], v.batch, i/each*v.batch.N+int(n))
	}
	s.Loss /= float64(len(v.at))
	s.Accuracy /= float64(len(v.at))
	return s, nil
}

// objective is the mean of a [learner.Objective] over whole batches.
func (v *validation) objective(e engine.Engine, params []float32, r Recipe) (float64, error) {
	own, ok := e.(engine.LossEvaluator)
	if !ok {
		return 0, fmt.Errorf("train: the engine %s computes no loss that a learner defines; use GoMLX", e.Name())
	}
	sum, batches := 0., v.batch.T/r.Batch
	for i := range batches {
		b := v.batch.Slice(i*r.Batch, (i+1)*r.Batch)
		loss, err := own.Loss(params, b, r.queries(datasets.Rand(uint64(i), "validation queries"), b))
		if err != nil {
			return 0, err
		}
		sum += loss
	}
	return sum / float64(batches), nil
}

// add counts the prediction row for point i of b, in the order of its targets.
func (s *Score) add(row []float32, b *datasets.Batch, i int) {
	if b.Regression() {
		gap := float64(b.Z[i]) - float64(row[0])
		s.Loss += gap * gap
		return
	}
	label := int(b.Y[i])
	s.Loss -= logSoftmax(row, label)
	if logits := row[:b.C]; slices.Index(logits, slices.Max(logits)) == label {
		s.Accuracy++
	}
}

// logSoftmax is log p(class) under the softmax of logits.
func logSoftmax(logits []float32, class int) float64 {
	top, sum := float64(slices.Max(logits)), 0.
	for _, v := range logits {
		sum += math.Exp(float64(v) - top)
	}
	return float64(logits[class]) - top - math.Log(sum)
}

// sample draws a batch and checks it, as samplers may be user-defined.
func sample(s datasets.Sampler, rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	b, err := own.Tasks(s, rng, tasks)
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	return b, nil
}
