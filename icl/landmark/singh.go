package landmark

import (
	"context"
	"fmt"

	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/landmark/internal/measure"
	"github.com/goicl/goicl/icl/optim"
	"github.com/goicl/goicl/icl/study"
)

// Singh is a result of two papers of Singh, Chan, Moskovitz, Grant, Saxe and Hill ("The Transient
// Nature of Emergent In-Context Learning in Transformers", NeurIPS 2023) and of Singh, Moskovitz,
// Hill, Chan and Saxe ("What needs to go right for an induction head? A mechanistic study of
// in-context learning circuits and their formation", ICML 2024). Learning in context appears in
// training and may then give way to learning in weights, while the loss falls, and a penalty on
// weights keeps it. A part of an induction head that is fixed from the start shortens the plateau
// before the head is learned.
//
// The first paper has images of 1,600 classes and 12 layers of 64 channels; here it is linear
// functions of a finite pool, with the decoder of Raventós et al. The second one has two layers of
// attention, 64 channels, 8 heads, 2 labelled items, 50 classes and Adam at 1e-5 for 600,000 steps,
// which is the quick size but for the rate. The papers' sizes would tell whether all of learning
// in context is lost in the end.
var Singh = study.Definition{Name: "singh2024", CoreMinutes: 13, Title: "learning in context gives way to learning in weights, and a fixed part of an induction head shortens the plateau", New: newSingh}

// singhSize is the size of the study. Functions are those of which pools are made, and Decay is the
// weight decay of the arm that is to keep learning in context.
type singhSize struct {
	Functions raventosSize
	Decay     float64
	Heads     singhHeads
	Looks     []study.Look
}

// The rate of the heads is that of a pilot (seed 1000), in which all heads together needed 740
// steps to an accuracy of .9. After a look at seeds 0 to 3 the check of the first clamp was open:
// about 4 more would have closed it. It has that many, and all are new.
func newSingh(preset string) (*study.Study, error) {
	z, err := size(preset,
		singhSize{raventosSize{2, 4, 0, 1, 16, 40, 64, .25, 2e-3, []int{1, 2, 8}, 40, 0, 0, nil}, .1, singhHeads{8, 10, 16, 2, 60, 6, 1e-3, 64}, study.LooksAt(2)},
		singhSize{raventosSize{4, 8, 0, 3, 64, 8000, 1000, .25, 2e-3, []int{4, 16, 256}, 16_000, 2000, 4, nil}, .1, singhHeads{32, 50, 64, 8, 6000, 40, 3e-4, 400}, study.LooksAt(4, 10)},
		singhSize{raventosSize{8, 16, 128, 8, 256, 500_000, 1000, .5, 1e-3, []int{4, 1 << 8, 1 << 17}, 500_000, 0, 0, nil}, .1, singhHeads{512, 50, 64, 8, 600_000, 100, 1e-5, 1000}, study.LooksAt(3)})
	if err != nil {
		return nil, err
	}
	return z.study(), nil
}

func singhDecay(m int) string { return raventosLong(m) + ", weight decay" }

// decayed is the arm of a pool of m functions that is trained with weight decay.
func (z singhSize) decayed(m int) study.Arm {
	a := z.Functions.long(m)
	a.Name, a.Recipe.Optimizer = singhDecay(m), optim.AdamW(z.Decay)
	return a
}

func (z singhSize) study() *study.Study {
	s := &study.Study{Looks: z.Looks, Settings: z, Statements: []study.Statement{
		{ID: "transient", Text: "learning in context gives way to learning in weights where there are few training tasks, and not where there are many"},
		{ID: "decay", Text: "weight decay keeps learning in context"},
		{ID: "previous", Text: "an induction head is learned faster if a head of layer 0 attends to the token before from the start"},
		{ID: "matching", Text: "it is learned faster if the head of layer 1 attends to the matching label from the start"},
	}}
	_, below, many := z.Functions.roles()
	s.Arms = []study.Arm{z.Functions.long(below), z.decayed(below), z.Functions.long(many)}
	s.Conditions = append(z.Functions.conditions(below, []string{raventosLong(below), singhDecay(below)}), z.Functions.conditions(many, []string{raventosLong(many)})...)
	for _, name := range []string{free, previous, matching} {
		s.Arms = append(s.Arms, z.Heads.arm(name, z.Functions.From))
	}
	s.Conditions = append(s.Conditions, z.Heads.conditions(z.Functions.From)...)
	s.Report = func(_ context.Context, d *study.Data, r *study.Result) error {
		r.Tasks = z.Functions.Tests
		z.check(d, r)
		if err := z.Heads.check(d, r); err != nil {
			return err
		}
		z.draw(d, r)
		return nil
	}
	return s
}

// rise is the error of an arm after training less that after a quarter of it.
func (z singhSize) rise(d *study.Data, arm, condition string) []float64 {
	at := func(step int) []float64 { return measure.SeedMeans(d, eval.SquaredError, arm, condition, step) }
	return measure.LessBy(at(z.Functions.Long), at(z.Functions.Long/longer))
}

func (z singhSize) check(d *study.Data, r *study.Result) {
	_, below, many := z.Functions.roles()
	long := raventosLong(below)
	rise := z.rise(d, long, onNew(below))
	half := make([]float64, len(rise))
	for i, kept := range z.rise(d, singhDecay(below), onNew(below)) {
		half[i] = kept - rise[i]/2
	}
	name := func(m int, on string) string {
		return fmt.Sprintf("M = %d: error on %s, after %d − %d steps", m, on, z.Functions.Long, z.Functions.Long/longer)
	}
	few := eval.OfSeeds(rise)
	r.Headline = study.Find(name(below, "new tasks"), few)
	r.Checks = append(r.Checks,
		study.Above(name(below, "new tasks"), .02, few).For("transient", "2 % of the mean square of targets, twice what seeds differ by"),
		study.Below(name(below, "tasks of the pool"), 0, eval.OfSeeds(z.rise(d, long, onPool(below)))).For("transient", "training goes on to help with its own tasks"),
		study.Below(name(many, "new tasks"), .02, eval.OfSeeds(z.rise(d, raventosLong(many), onNew(many)))).For("transient", "as above"),
		study.Below("its rise with weight decay − half of that without", 0, eval.OfSeeds(half)).For("decay", "most of what is lost is kept"))
}

// draw draws the accuracies by training step, and tells the errors of the decoders.
func (z singhSize) draw(d *study.Data, r *study.Result) {
	_, below, many := z.Functions.roles()
	early, late := z.Functions.Long/longer, z.Functions.Long
	t := eval.Table{Title: "error by training steps", Header: []string{"training", fmt.Sprintf("new tasks, %d", early), fmt.Sprint(late), fmt.Sprintf("own tasks, %d", early), fmt.Sprint(late)}}
	for _, of := range []struct {
		arm string
		m   int
	}{{raventosLong(below), below}, {singhDecay(below), below}, {raventosLong(many), many}} {
		row := []string{of.arm}
		for _, condition := range []string{onNew(of.m), onPool(of.m)} {
			row = append(row, measure.After(d, eval.SquaredError, of.arm, condition, early).String(), measure.After(d, eval.SquaredError, of.arm, condition, late).String())
		}
		t.Rows = append(t.Rows, row)
	}
	r.Tables = append(r.Tables, t)
	r.Figure = study.Figure{Title: "Clamped induction heads", XLabel: "training steps", LogX: true, Rows: []study.Row{z.Heads.draw(d, r)}}
}
