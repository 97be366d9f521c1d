package construct

import (
	"fmt"
	"math"

	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/transformer"
)

// Of returns the transformer that is equal to a conventional learner with its weights,
// flat as in [learner.Layout], for tasks with d inputs and c classes, or real targets
// where c is 0. It constructs GradientDescent, ANIL, MatchNet and its sum variant, ProtoNet, CNP and
// Kernel of package metalearner, not the Parity variants, and the [Witness].
func Of(l learner.Learner, weights []float64, d, c int) (*Construction, error) {
	s, err := newSource(l, weights, d, c)
	if err != nil {
		return nil, err
	}
	switch l := l.(type) {
	case metalearner.GradientDescent:
		return s.gradientDescent()
	case metalearner.ANIL:
		return s.anil(l.WithDefaults(d))
	case metalearner.MatchNet:
		if !l.Parity && l.Sum {
			return s.matchNetSum()
		}
		if !l.Parity {
			return s.matchNet()
		}
	case metalearner.ProtoNet:
		if !l.Parity {
			return s.protoNet()
		}
	case metalearner.CNP:
		return s.cnp()
	case metalearner.Kernel:
		return s.kernel()
	case Witness:
		return s.witness()
	}
	return nil, fmt.Errorf("construct: no construction is known for %s; known: GD, ANIL, MatchNet, MatchNet-sum, ProtoNet, CNP, kernel, and Witness", l.Name())
}

// source is a conventional learner's weights, and the tasks it is for.
type source struct {
	layout  learner.Layout
	weights []float64
	// d inputs, c classes, and label channels
	d, c, channels int
}

func newSource(l learner.Learner, weights []float64, d, c int) (source, error) {
	layout, err := learner.NewLayout(l, d, c)
	if err != nil {
		return source{}, err
	}
	if len(weights) != layout.Size {
		return source{}, fmt.Errorf("construct: %s has %d weights for tasks with %d inputs and %d classes; got %d", l.Name(), layout.Size, d, c, len(weights))
	}
	return source{layout: layout, weights: weights, d: d, c: c, channels: learner.Channels(c)}, nil
}

// get returns a parameter: as rows, or as one row where it is a vector.
func (s source) get(name string) [][]float64 {
	var rows [][]float64
	s.layout.All(func(p learner.Param, lo, hi int) {
		if p.Name != name {
			return
		}
		columns := p.Dims[len(p.Dims)-1]
		for at := lo; at < hi; at += columns {
			rows = append(rows, s.weights[at:at+columns])
		}
	})
	return rows
}

func (s source) vector(name string) []float64 { return s.get(name)[0] }

func (s source) scalar(name string) float64 { return s.vector(name)[0] }

// mlp adds the network called name as a feed-forward layer, from a map to a slot.
// The slot one, which is 1 on the tokens it is for, makes its biases; elsewhere, where
// the map reads 0, it adds nothing.
func (s source) mlp(b *Builder, name string, from func(weight [][]float64) Map, one Map, to Slot) {
	in := Sum(from(s.get(name+".0.weight")), Join(column(s.vector(name+".0.bias"), one)...))
	width := len(in)
	out := to.Through(Map(s.get(name + ".2.weight")).transposed(width))
	bias := to.Row(s.vector(name + ".2.bias")...)
	b.FeedForward("leaky ReLU", Join(in, one), Join(out, bias))
}

// column multiplies the map's one row by each of the numbers.
func column(v []float64, row Map) []Map {
	var rows []Map
	for _, a := range v {
		rows = append(rows, row.Times(a))
	}
	return rows
}

// gradientDescent: slot r holds y − Wx, at the query −Wx. A step changes Wx_t by the
// mean of (x_i·x_t) r_i, which is linear attention.
func (s source) gradientDescent() (*Construction, error) {
	b := New("GD as a transformer")
	x := b.Slot("x", "x", s.d)
	return s.descend(b, x.Copy(), x.Copy(), "examples")
}

// descend adds the steps of gradient descent. The map x reads any point's input, key
// that of an example.
func (s source) descend(b *Builder, x, key Map, keys string) (*Construction, error) {
	y := b.Slot("y", "y", s.channels)
	r := b.Slot("r", "", s.channels)
	b.Linear(Sum(y.Copy(), x.times(s.get("w0")).Times(-1)), r.Copy())
	for _, rate := range s.vector("rates") {
		b.Attend(transformer.Attention{Kind: "linear", Keys: keys, Mean: true},
			Head{Q: x, K: key, V: r.Copy(), Out: r.Scale(-rate)})
	}
	return b.Build(r.Scale(-1), false, s.d, s.c)
}

// anil: slot z holds the logits, p the softmax of them. A step adds to z_t the mean of
// (f_i·f_t) (y_i − p_i).
func (s source) anil(l metalearner.ANIL) (*Construction, error) {
	b := New("ANIL as a transformer")
	x := b.Slot("x", "x", s.d)
	y := b.Slot("y", "y", s.c)
	one := b.Slot("one", "point", 1)
	f := b.Slot("f", "", l.Width)
	z := b.Slot("z", "", s.c)
	p := b.Slot("p", "", s.c)
	features := Join(f.Copy(), one.Copy())
	head := s.get("head")
	start := make(Map, s.c) // W0 f + bias
	for i, row := range head {
		start[i] = Sum(f.Row(row[:l.Width]...), one.Scale(row[l.Width]))[0]
	}
	s.mlp(b, "f", x.Through, one.Copy(), f)
	b.Linear(start, z.Copy())
	for step, rate := range s.vector("rates") {
		if step > 0 {
			b.Linear(p.Copy(), p.Scale(-1)) // clear the slot
		}
		b.FeedForward("softmax", z.Copy(), p.Copy())
		b.Attend(toExamples,
			Head{Q: features, K: features, V: Sum(y.Copy(), p.Scale(-1)), Out: z.Scale(rate)})
	}
	return b.Build(z.Copy(), false, s.d, s.c)
}

// embedded starts a transformer with the embedding f(x) in slot f.
func (s source) embedded(label string) (b *Builder, y, one, f Slot) {
	b = New(label)
	x := b.Slot("x", "x", s.d)
	y = b.Slot("y", "y", s.c)
	one = b.Slot("one", "point", 1)
	f = b.Slot("f", "", len(s.vector("f.2.bias")))
	s.mlp(b, "f", x.Through, one.Copy(), f)
	return b, y, one, f
}

// matchNet: softmax attention by the cosine of embeddings. The tokens of classes are
// the prior's virtual examples.
func (s source) matchNet() (*Construction, error) {
	b, y, one, f := s.embedded("MatchNet as a transformer")
	b.Classes()
	class := b.Slot("class", "class", s.c)
	isClass := b.Slot("cls", "is class", 1)
	u := b.Slot("u", "", f.Width)
	a := b.Slot("a", "", s.c)
	b.FeedForward("unit", f.Copy(), u.Copy())
	b.Attend(transformer.Attention{Kind: "softmax", Keys: "all but the query"}, Head{
		Q: Join(u.Scale(math.Exp(s.scalar("log_tau"))), one.Copy()),
		K: Join(u.Copy(), isClass.Scale(s.scalar("prior"))),
		V: Sum(y.Copy(), class.Copy()), Out: a.Copy(),
	})
	return b.Build(a.Copy(), true, s.d, s.c)
}

// matchNetSum: linear attention by the cosine of embeddings. The query has no label,
// so that nothing has to be hidden.
func (s source) matchNetSum() (*Construction, error) {
	b, y, _, f := s.embedded("MatchNet-sum as a transformer")
	u := b.Slot("u", "", f.Width)
	a := b.Slot("a", "", s.c)
	b.FeedForward("unit", f.Copy(), u.Copy())
	b.Attend(transformer.Attention{Kind: "linear", Mean: true},
		Head{Q: u.Scale(math.Exp(s.scalar("log_tau"))), K: u.Copy(), V: y.Copy(), Out: a.Copy()})
	return b.Build(a.Copy(), false, s.d, s.c)
}

// sharpness is the score by which an example of a class stands out for the class's
// token: e^−200 is nothing beside 1, so that the softmax is a mean over the class.
const sharpness = 200

// protoNet: the token of a class attends to the examples of the class, and to itself
// with half the score, which counts only where there are none: then slot none is 1.
// The query then reads the classes' scores 2f·p − ‖p‖² = ‖f‖² − ‖f − p‖² by linear
// attention, or prior + ‖f‖² where the class is absent: logits, of which ‖f‖², the same
// for all, makes no difference.
func (s source) protoNet() (*Construction, error) {
	b, y, one, f := s.embedded("ProtoNet as a transformer")
	b.Classes()
	class := b.Slot("class", "class", s.c)
	isClass := b.Slot("cls", "is class", 1)
	p := b.Slot("p", "", f.Width)
	absent := b.Slot("none", "", 1)
	pp := b.Slot("‖p‖²", "", 1)
	ff := b.Slot("‖f‖²", "", 1)
	a := b.Slot("a", "", s.c)
	b.Attend(transformer.Attention{Kind: "softmax", Keys: "all but the query"}, Head{
		Q: class.Scale(sharpness), K: Sum(y.Copy(), class.Scale(.5)),
		V: Join(f.Copy(), isClass.Copy()), Out: Join(p.Copy(), absent.Copy()),
	})
	both := Join(p.Copy(), f.Copy())
	b.Bilinear(both, both, Join(pp.Copy().Repeat(f.Width), ff.Copy().Repeat(f.Width)))
	b.Attend(transformer.Attention{Kind: "linear", Keys: "classes"}, Head{
		Q: Join(f.Scale(2), one.Copy(), ff.Copy()),
		K: Join(p.Copy(), Sum(pp.Scale(-1), absent.Scale(s.scalar("prior"))), absent.Copy()),
		V: class.Copy(), Out: a.Copy(),
	})
	return b.Build(a.Copy(), false, s.d, s.c)
}

// cnp: attention that scores all examples alike is their mean. The mean of ones, in
// slot has, is 0 for an empty context, which then switches the second network off.
func (s source) cnp() (*Construction, error) {
	b := New("CNP as a transformer")
	x := b.Slot("x", "x", s.d)
	y := b.Slot("y", "y", s.channels)
	one := b.Slot("one", "point", 1)
	width := len(s.vector("ff1.2.bias"))
	h := b.Slot("h", "", width)
	r := b.Slot("r", "", width)
	has := b.Slot("has", "", 1)
	g := b.Slot("g", "", width)
	o := b.Slot("o", "", len(s.vector("ff_o.2.bias")))
	s.mlp(b, "ff1", splitInto(x, y), one.Copy(), h) // the network's scratch inputs are 0
	b.Attend(transformer.Attention{Kind: "softmax", Keys: "examples"}, Head{
		Q: Nothing(1), K: Nothing(1),
		V: Join(h.Copy(), one.Copy()), Out: Join(r.Copy(), has.Copy()),
	})
	s.mlp(b, "ff2", r.Through, has.Copy(), g)
	s.mlp(b, "ff_o", splitInto(g, x), one.Copy(), o)
	return b.Build(o.Copy(), false, s.d, s.c)
}

// splitInto reads two slots through the first columns of a weight matrix.
func splitInto(first, second Slot) func(weight [][]float64) Map {
	return func(weight [][]float64) Map {
		var left, right [][]float64
		for _, row := range weight {
			left = append(left, row[:first.Width])
			right = append(right, row[first.Width:first.Width+second.Width])
		}
		return Sum(first.Through(left), second.Through(right))
	}
}

// kernel: −‖x_q − x_i‖²/2h² and (x_q·x_i − ‖x_i‖²/2)/h² differ by what is the same for
// all examples.
func (s source) kernel() (*Construction, error) {
	b := New("kernel regression as a transformer")
	x := b.Slot("x", "x", s.d)
	y := b.Slot("y", "y", s.channels)
	one := b.Slot("one", "point", 1)
	xx := b.Slot("‖x‖²", "", 1)
	a := b.Slot("a", "", s.channels)
	scale := math.Exp(-2 * s.scalar("log_h")) // 1/h²
	b.Bilinear(x.Copy(), x.Copy(), xx.Copy().Repeat(s.d))
	b.Attend(transformer.Attention{Kind: "softmax", Keys: "examples"}, Head{
		Q: Join(x.Scale(scale), one.Scale(scale)), K: Join(x.Copy(), xx.Scale(-.5)),
		V: y.Copy(), Out: a.Copy(),
	})
	return b.Build(a.Copy(), s.c > 0, s.d, s.c)
}
