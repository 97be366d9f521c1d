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

// outsideShare is the least share of points outside the training range that is told.
const outsideShare = .1

// outside says how far points of b lie outside the range; it is "" where fewer than
// outsideShare of them do.
func (in *inputs) outside(b *datasets.Batch) string {
	if in == nil || len(in.Min) != b.D || len(in.Max) != b.D {
		return ""
	}
	beyond, widest, far := 0, float32(0), ""
	for p := range b.T * b.N {
		out := false
		for d, x := range b.X[p*b.D : (p+1)*b.D] {
			gap := max(in.Min[d]-x, x-in.Max[d])
			if out = out || gap > 0; gap > widest {
				widest, far = gap, fmt.Sprintf("input %d is %.3g, in training %.3g to %.3g", d, x, in.Min[d], in.Max[d])
			}
		}
		if out {
			beyond++
		}
	}
	share := float64(beyond) / float64(b.T*b.N)
	if share < outsideShare {
		return ""
	}
	return fmt.Sprintf("%.0f %% of the points lie outside the range of inputs in training (%s): predictions there can be sure and wrong", math.Floor(100*share), far)
}

// Outside says, in a sentence, how far tasks lie outside what the run was trained on: if a
// tenth of the points or more have an input outside the range of the validation tasks. It
// is "" for others, and where the range is not known, as for the weights of another
// program. A transformer can be sure and wrong there.
func (f *Fitted) Outside(b *datasets.Batch) string { return f.inputs.outside(b) }

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
	if o := f.Outside(b); o != "" {
		if _, said := notified.LoadOrStore(f.run.key, true); !said {
			f.run.opts.notice(fmt.Sprintf("%s, trained on %s: %s", f.Name(), f.Config.Tasks.Name(), o))
		}
	}
}
