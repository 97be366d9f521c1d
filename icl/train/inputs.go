package train

import (
	"fmt"
	"os"
	"sync"

	"github.com/goicl/goicl/datasets"
)

// Outside says, in a sentence, how far tasks lie outside what the run was trained on: if a
// tenth of the points or more have an input outside the range of the validation tasks. It
// is "" for others, and where the range is not known, as for the weights of another
// program. A transformer can be sure and wrong there.
func (f *Fitted) Outside(b *datasets.Batch) string { return f.inputs.Outside(b) }

// largestValue is the greatest size of inputs and targets to train on. Sums of squares of
// larger ones come near the greatest float32, 3.4e38, beyond which numbers are infinite.
const largestValue = 1e15

// checkValues reports an input or a target that is too large to train on.
func checkValues(b *datasets.Batch, sampler string) error {
	for what, values := range map[string][]float32{"input": b.X, "target": b.Z} {
		for _, v := range values {
			if v > largestValue || v < -largestValue {
				return fmt.Errorf("train: sampler %s drew the %s %g; values of more than %g in size cannot be trained on: rescale them", sampler, what, v, largestValue)
			}
		}
	}
	return nil
}

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
