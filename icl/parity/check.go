package parity

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/compute"

	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/train"
)

// Report is how far our numbers lie from the authors': the greatest absolute
// difference of the logits, the greatest relative one of the gradient (relative
// to its own greatest entry) and of the training losses.
type Report struct {
	Backend   string  `json:"backend"`
	LogitsF32 float64 `json:"logits_f32"`
	LogitsF64 float64 `json:"logits_f64"`
	GradF64   float64 `json:"grad_f64"`
	LossF64   float64 `json:"loss_f64"`
	Pass      bool    `json:"pass"`
}

// What a report must stay within to pass.
const (
	MaxLogitsF32 = 2e-5
	MaxLogitsF64 = 1e-11
	MaxGradF64   = 1e-9
	MaxLossF64   = 1e-9
)

// rate is the learning rate of the files' training steps.
const rate = 3e-3

// Check runs the file's model on a GoMLX backend in float32 and float64.
func Check(ctx context.Context, backend compute.Backend, f *File) (Report, error) {
	r := Report{Backend: backend.Name()}
	single, err := learner.NewEngine[float32](backend, f.Model, f.D, f.C)
	if err != nil {
		return r, err
	}
	double, err := learner.NewEngine[float64](backend, f.Model, f.D, f.C)
	if err != nil {
		return r, err
	}
	every := train.Every(0, f.Batch.N-1, f.Batch.T)
	if r.LogitsF32, err = logitsError(single, narrow(f.Params), f, every, f.LogitsF32); err != nil {
		return r, err
	}
	if r.LogitsF64, err = logitsError(double, f.Params, f, every, f.LogitsF64); err != nil {
		return r, err
	}
	if r.GradF64, r.LossF64, err = trainingErrors(ctx, double, f); err != nil {
		return r, err
	}
	r.Pass = r.LogitsF32 <= MaxLogitsF32 && r.LogitsF64 <= MaxLogitsF64 && r.GradF64 <= MaxGradF64 && r.LossF64 <= MaxLossF64
	return r, nil
}

func logitsError[T float32 | float64](e *learner.Engine[T], params []T, f *File, at []int32, want []float64) (float64, error) {
	got, err := e.Logits(params, f.Batch, at)
	if err != nil {
		return 0, err
	}
	if len(got) != len(want) {
		return 0, fmt.Errorf("parity: %d logits, want %d", len(got), len(want))
	}
	worst := 0.
	for i := range want {
		worst = larger(worst, math.Abs(float64(got[i])-want[i]))
	}
	return worst, nil
}

// trainingErrors repeats the authors' Adam steps and compares the first gradient
// and every loss.
func trainingErrors(ctx context.Context, e *learner.Engine[float64], f *File) (gradErr, lossErr float64, err error) {
	params := append([]float64{}, f.Params...)
	grad := make([]float64, len(params))
	adam := train.NewAdam[float64](len(params))
	for s, b := range f.Train {
		if err := ctx.Err(); err != nil {
			return 0, 0, err
		}
		loss, err := e.LossGrad(params, b, train.Every(2, b.N-1, b.T), grad)
		if err != nil {
			return 0, 0, err
		}
		if s == 0 {
			gradErr = gradError(grad, f.Grad)
		}
		lossErr = larger(lossErr, math.Abs(loss-f.TrainLoss[s])/math.Abs(f.TrainLoss[s]))
		adam.Update(params, grad, rate)
	}
	return gradErr, lossErr, nil
}

func gradError(got, want []float64) float64 {
	worst, scale := 0., 0.
	for i := range want {
		scale = max(scale, math.Abs(want[i]))
		worst = larger(worst, math.Abs(got[i]-want[i]))
	}
	return worst / scale
}

// larger is max, but NaN once either is NaN: a broken number never passes.
func larger(a, b float64) float64 {
	if math.IsNaN(a) || math.IsNaN(b) {
		return math.NaN()
	}
	return max(a, b)
}

func narrow(v []float64) []float32 {
	out := make([]float32, len(v))
	for i := range v {
		out[i] = float32(v[i])
	}
	return out
}
