package metalearner

import (
	"cmp"
	"fmt"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph
	"github.com/gomlx/gomlx/support/exceptions"

	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/internal/usercode"
)

// M2 is meta-level meta-learning (paper, §5.2 and Fig. 5): MAML one level up. Where MAML
// adapts a network to the examples of a task, M2 adapts a few-shot learner, such as an
// in-context-learning transformer, to the tasks of a domain. It learns the weights of
// Model from which a few steps on Support tasks of an unseen domain lead far on others
// of that domain.
//
// It is trained on a sampler whose tasks come in groups of one domain, see
// [datasets.Grouped]. Its own predictions are those of Model with the weights that are
// the start of every adaptation; train.Fitted.Adapt adapts them.
//
// The inner loops of several domains in a batch are unrolled side by side.
type M2 struct {
	Model learner.Learner `json:"model"`
	Tasks int             `json:"tasks,omitempty"` // of a domain, in a batch; 0 means 128
	// Support is how many of them are adapted to, the first ones; the others are the
	// queries of the outer loss. 0 means half.
	Support int `json:"support,omitempty"`
	Inner
}

// WithDefaults replaces zeros.
func (m M2) WithDefaults() M2 {
	m.Tasks = cmp.Or(m.Tasks, 128)
	m.Support = cmp.Or(m.Support, m.Tasks/2)
	m.Inner = m.filled()
	return m
}

// Name is "M²-" and the model's name, with the member of the family where it is not
// MAML: "M²-ICL-decoder", "M²-ICL-decoder (Reptile)".
func (m M2) Name() string {
	if usercode.Nil(m.Model) {
		return "M²"
	}
	name := "M²-" + m.Model.Name()
	if label := m.label(); label != "MAML" {
		name += " (" + label + ")"
	}
	return name
}

// Validate reports the first setting that is out of range.
func (m M2) Validate() error {
	f := m.WithDefaults()
	switch {
	case usercode.Nil(m.Model):
		return fmt.Errorf("metalearner: M2 without a model; set Model to the learner that is adapted")
	case f.Tasks < 2:
		return fmt.Errorf("metalearner: M2 with %d tasks a domain; want at least 2, one to adapt to and one to test on", m.Tasks)
	case f.Support < 1 || f.Support >= f.Tasks:
		return fmt.Errorf("metalearner: M2 adapts to %d of %d tasks a domain; want at least 1, and at least 1 left to test on", f.Support, f.Tasks)
	}
	if first, ok := m.Model.(firstOrder); ok && f.Order == "" {
		return fmt.Errorf("metalearner: M2 by the exact gradient over a model of type %T: %s; set Inner.Order to \"first\"", m.Model, first.FirstOrder())
	}
	return m.Inner.Validate()
}

// firstOrder is a model whose gradients have no gradient, and says why.
type firstOrder interface{ FirstOrder() string }

// Params lists those of Model and then, where rates are learned, "rate/" and their names.
func (m M2) Params(d, c int) ([]learner.Param, error) {
	if err := m.Validate(); err != nil {
		return nil, err
	}
	params, err := m.Model.Params(d, c)
	if err != nil {
		return nil, err
	}
	return m.params(params)
}

// Logits are those of Model before it is adapted.
func (m M2) Logits(w learner.Weights, ep learner.Episode) *Node { return m.Model.Logits(w, ep) }

// Group is the number of tasks of a domain.
func (m M2) Group() int { return m.WithDefaults().Tasks }

// Base is the learner that is adapted.
func (m M2) Base() learner.Learner { return m.Model }

// MaxPoints is the model's, see [learner.Bounded]; without a limit it is 2³¹ − 1.
func (m M2) MaxPoints() int {
	if b, ok := m.Model.(learner.Bounded); ok {
		return b.MaxPoints()
	}
	return 1<<31 - 1
}

// Loss is the mean over domains of the loss of the model on its query tasks after the
// inner loop on its support tasks.
func (m M2) Loss(w learner.Weights, ep learner.Episode, of func(*Node, learner.Episode) *Node) *Node {
	m = m.WithDefaults()
	if ep.B()%m.Tasks != 0 {
		exceptions.Panicf("metalearner: a batch of %d tasks holds no whole number of domains of %d; set Batch to a multiple", ep.B(), m.Tasks)
	}
	lossOn := func(tasks learner.Episode) func(learner.Weights) *Node {
		return func(w learner.Weights) *Node { return of(m.Model.Logits(w, tasks), tasks) }
	}
	sum := ScalarZero(ep.X.Graph(), ep.X.DType())
	for lo := 0; lo < ep.B(); lo += m.Tasks {
		support, query := ep.Tasks(lo, lo+m.Support), ep.Tasks(lo+m.Support, lo+m.Tasks)
		fast := m.adapt(w, lossOn(support))
		sum = Add(sum, m.outer(w, fast, lossOn(query)(fast)))
	}
	return DivScalar(sum, float64(ep.B()/m.Tasks))
}
