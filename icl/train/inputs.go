package train

import (
	"fmt"
	"math"
	"os"
	"sync"

	"github.com/goicl/goicl/datasets"
)

// inputs is the range of each input in the validation tasks of a run, which stand for what
// it was trained on.
type inputs struct {
	Min []float32 `json:"min"`
	Max []float32 `json:"max"`
}

// inputsOf is the range of the inputs of tasks.
func inputsOf(b *datasets.Batch) *inputs {
	in := &inputs{Min: make([]float32, b.D), Max: make([]float32, b.D)}
	copy(in.Min, b.X)
	copy(in.Max, b.X)
	for i, x := range b.X {
		in.Min[i%b.D] = min(in.Min[i%b.D], x)
		in.Max[i%b.D] = max(in.Max[i%b.D], x)
	}
	return in
}

// outsideShare is the share of points outside the training range from which on [Outside]
// says so.
const outsideShare = .1

// outside reports on the points of b with an input outside the range.
func (in *inputs) outside(b *datasets.Batch) *Outside {
	if in == nil || len(in.Min) != b.D || len(in.Max) != b.D {
		return nil
	}
	o, beyond := Outside{}, 0
	for p := range b.T * b.N {
		out := false
		for d, x := range b.X[p*b.D : (p+1)*b.D] {
			if x >= in.Min[d] && x <= in.Max[d] {
				continue
			}
			out = true
			if gap := max(in.Min[d]-x, x-in.Max[d]); gap > o.gap {
				o.gap, o.Input, o.Value, o.Min, o.Max = gap, d, x, in.Min[d], in.Max[d]
			}
		}
		if out {
			beyond++
		}
	}
	if o.Share = float64(beyond) / float64(b.T*b.N); o.Share < outsideShare {
		return nil
	}
	return &o
}

// Outside says how far tasks lie outside what a run was trained on. A transformer can be
// sure and wrong there.
type Outside struct {
	Share    float64 // of the points, with an input outside the range of the validation tasks
	Input    int     // the number, from 0 on, of the input that is farthest outside
	Value    float32 // that input
	Min, Max float32 // its range in training
	gap      float32
}

func (o *Outside) String() string {
	return fmt.Sprintf("%.0f %% of the points lie outside the range of inputs in training (input %d is %.3g, in training %.3g to %.3g): predictions there can be sure and wrong",
		math.Floor(100*o.Share), o.Input, o.Value, o.Min, o.Max)
}

// Outside reports on tasks of which a tenth of the points or more have an input outside the
// range of the run's validation tasks; it is nil for others, and where the range is not
// known, as for the weights of another program.
func (f *Fitted) Outside(b *datasets.Batch) *Outside { return f.inputs.outside(b) }

// WithNotices has f called, instead of writing to standard error, with what a reader should
// know about predictions: that inputs lie far outside those in training. Each run says it
// once.
func WithNotices(f func(notice string)) Option { return func(o *options) { o.notice = f } }

func toStderr(notice string) { fmt.Fprintln(os.Stderr, notice) }

// notified are the keys of runs that have said that inputs lie outside.
var notified sync.Map

// noticeOutside says so, once a run, where tasks lie outside.
func (f *Fitted) noticeOutside(b *datasets.Batch) {
	if _, said := notified.Load(f.run.key); said {
		return
	}
	if o := f.Outside(b); o != nil {
		if _, said := notified.LoadOrStore(f.run.key, true); !said {
			f.run.opts.notice(fmt.Sprintf("%s, trained on %s: %s", f.Name(), f.Config.Tasks.Name(), o))
		}
	}
}
