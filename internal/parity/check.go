package parity

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/compute"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/optim"
	"github.com/goicl/goicl/icl/train"
)

// Report is how far our numbers lie from the authors': the greatest absolute
// difference of the logits, the greatest relative one of the gradient (relative
// to its own greatest entry) and of the losses of the training steps. The suffix
// is the precision of our computation; a measure that was not taken is nil.
type Report struct {
	Backend   string   `json:"backend"`
	LogitsF32 *float64 `json:"logits_f32,omitempty"`
	LogitsF64 *float64 `json:"logits_f64,omitempty"`
	GradF32   *float64 `json:"grad_f32,omitempty"`
	GradF64   *float64 `json:"grad_f64,omitempty"`
	LossF32   *float64 `json:"loss_f32,omitempty"`
	LossF64   *float64 `json:"loss_f64,omitempty"`
	Pass      bool     `json:"pass"`
}

// Max is what a report must stay within to pass, in float64 and in float32. Train is for
// the gradient and the losses.
var Max = struct{ LogitsF64, TrainF64, LogitsF32, TrainF32 float64 }{1e-11, 1e-9, 2e-5, 1e-4}

// rate is the learning rate of the files' training steps.
const rate = 3e-3

// computer is what computes: a GoMLX graph in either precision, or the lanes.
type computer[T float32 | float64] interface {
	LossGrad(params []T, b *datasets.Batch, at []int32, grad []T) (float64, error)
	Logits(params []T, b *datasets.Batch, at []int32) ([]T, error)
}

// CheckBackend runs the file's model on a GoMLX backend: the logits in float32
// and float64, gradient and training in float64.
func CheckBackend(ctx context.Context, backend compute.Backend, f *File) (Report, error) {
	r := Report{Backend: backend.Name()}
	single, err := engine.Compile[float32](backend, f.Model, f.D, f.C)
	if err != nil {
		return r, err
	}
	double, err := engine.Compile[float64](backend, f.Model, f.D, f.C)
	if err != nil {
		return r, err
	}
	logits32, err := logitsError(single, f, f.LogitsF32)
	if err != nil {
		return r, err
	}
	logits64, err := logitsError(double, f, f.LogitsF64)
	if err != nil {
		return r, err
	}
	grad, loss, err := trainingErrors(ctx, double, f)
	r.LogitsF32, r.LogitsF64, r.GradF64, r.LossF64 = &logits32, &logits64, &grad, &loss
	r.Pass = logits32 <= Max.LogitsF32 && logits64 <= Max.LogitsF64 && grad <= Max.TrainF64 && loss <= Max.TrainF64
	return r, err
}

// CheckLanes runs the file's model on the lanes engine, in float32 throughout,
// against the authors' float64 numbers.
func CheckLanes(ctx context.Context, f *File) (Report, error) {
	r := Report{Backend: "lanes"}
	e, err := engine.NewLanes(f.Model, f.D, f.C, 0)
	if err != nil {
		return r, fmt.Errorf("parity: %w", err)
	}
	logits, err := logitsError(e, f, f.LogitsF64)
	if err != nil {
		return r, err
	}
	grad, loss, err := trainingErrors(ctx, e, f)
	r.LogitsF32, r.GradF32, r.LossF32 = &logits, &grad, &loss
	r.Pass = logits <= Max.LogitsF32 && grad <= Max.TrainF32 && loss <= Max.TrainF32
	return r, err
}

// logitsError is the greatest difference of the logits of every point as the
// query.
func logitsError[T float32 | float64](e computer[T], f *File, want []float64) (float64, error) {
	got, err := e.Logits(convert[T](f.Params), f.Batch, train.Every(0, f.Batch.N-1, f.Batch.T))
	if err != nil {
		return 0, err
	}
	if len(got) != len(want) {
		return 0, fmt.Errorf("parity: %d logits, want %d", len(got), len(want))
	}
	worst := 0.
	for i := range want {
		worst = max(worst, math.Abs(float64(got[i])-want[i]))
	}
	return worst, finite("logits", worst)
}

// trainingErrors repeats the authors' Adam steps and compares the first gradient
// and every loss.
func trainingErrors[T float32 | float64](ctx context.Context, e computer[T], f *File) (gradErr, lossErr float64, err error) {
	params, grad := convert[T](f.Params), make([]T, len(f.Params))
	adam := optim.New[T](optim.Adam, len(params))
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
		lossErr = max(lossErr, math.Abs(loss-f.TrainLoss[s])/math.Abs(f.TrainLoss[s]))
		adam.Update(params, grad, rate)
	}
	return gradErr, lossErr, finite("training steps", gradErr+lossErr)
}

func gradError[T float32 | float64](got []T, want []float64) float64 {
	worst, scale := 0., 0.
	for i := range want {
		scale = max(scale, math.Abs(want[i]))
		worst = max(worst, math.Abs(float64(got[i])-want[i]))
	}
	return worst / scale
}

// finite is an error where the difference v is no number: the file's weights or
// inputs overflow, and nothing can be compared.
func finite(what string, v float64) error {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return fmt.Errorf("parity: the difference of the %s is %g; does the file hold NaN or infinite values?", what, v)
	}
	return nil
}

func convert[T float32 | float64](v []float64) []T {
	out := make([]T, len(v))
	for i := range v {
		out[i] = T(v[i])
	}
	return out
}
