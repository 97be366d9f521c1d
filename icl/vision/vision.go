// Package vision lets any few-shot learner learn from images: a convolutional network turns
// each image into features, and the learner is given those in place of the pixels.
package vision

import (
	"errors"
	"fmt"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/internal/usercode"
)

// Encoded is a learner of images: Head, on the features that Encoder makes of them. Both are
// trained together, by the loss of Head.
//
// In tasks whose first Context points are examples and the others queries, as those of
// images.Episodes, set Context and train with Recipe.First = Context: each step asks for all
// queries of its tasks, and an image is encoded once.
//
// The lanes engine has no convolutions: XLA computes it, or GoMLX's Go backend.
type Encoded struct {
	Encoder Conv            `json:"encoder,omitzero"`
	Head    learner.Learner `json:"head"`
	// Context, if it is not 0, is the number of points, from the first on, of which the context
	// of a query consists: a query behind them has these alone, one among them those before it.
	Context int `json:"context,omitempty"`
	// Shared, with Context, puts all queries of a task to Head at once, which is quicker where
	// contexts are long. Head must take its answer from Episode.Queries and Episode.Context, as
	// all learners of package metalearner and transformer.PreNorm do; others, which look for the
	// query among the points, are an error. Without Shared each query is a task of its own to
	// Head.
	Shared bool `json:"shared,omitempty"`
	// Centred, without Shared, subtracts from the features of a task their mean over the query's
	// context. What all images have in common is gone then, which a transformer needs: it looks
	// for the example that is like the query, and features that are all alike tell it little.
	Centred bool `json:"centred,omitempty"`
	// Frozen leaves the weights of the encoder as they are when training begins: as random, or as
	// train.Config.From has them.
	Frozen bool `json:"frozen,omitempty"`
}

// Name is that of Head and the encoder: "ProtoNet-64 on Conv-4-64".
func (e Encoded) Name() string {
	name, err := usercode.NameOf("learner", e.Head)
	if err != nil {
		return "Conv"
	}
	c := e.Encoder.sized(0)
	return fmt.Sprintf("%s on Conv-%d-%d", name, c.Blocks, c.Channels)
}

// Validate reports settings that make no learner.
func (e Encoded) Validate() error {
	switch {
	case usercode.Nil(e.Head):
		return errors.New("vision: Encoded without a Head; set it to the learner of the features, such as metalearner.ProtoNet{Width: 64}")
	case isObjective(e.Head):
		return fmt.Errorf("vision: the Head %s has a training loss of its own, which is not passed on; take one without, such as ProtoNet, MatchNet, CNP, ANIL or PreNorm", usercode.Of("learner", e.Head))
	case e.Context < 0:
		return fmt.Errorf("vision: a context of %d points; want a positive number, or 0 for all points before the query", e.Context)
	case e.Shared && e.Context == 0:
		return errors.New("vision: Shared without Context; set Context to the number of examples of a task")
	case e.Shared && e.Centred:
		return errors.New("vision: Shared and Centred; the queries of a task do not share a centre, as their contexts differ: leave one of the two out")
	}
	return nil
}

func isObjective(l learner.Learner) bool { _, ok := l.(learner.Objective); return ok }

// Params lists the weights of the encoder, conv.b for block b, and then those of Head.
func (e Encoded) Params(d, c int) ([]learner.Param, error) {
	if err := e.Validate(); err != nil {
		return nil, err
	}
	params, err := e.Encoder.params(d)
	if err != nil {
		return nil, err
	}
	err = usercode.Try("Params of "+usercode.Of("learner", e.Head), func() error {
		head, err := e.Head.Params(e.Encoder.Features(d), c)
		params = append(params, head...)
		return err
	})
	return params, err
}

// OffLanes implements [learner.OffLanes]: lanes has no convolutions.
func (Encoded) OffLanes() {}

// FirstOrder says why M² cannot follow the exact gradient of an inner loop over this learner:
// GoMLX 0.28.8 fails to build the gradient of a convolution's gradient (the axes of that
// convolution are not in the order that its gradient expects).
func (Encoded) FirstOrder() string { return "GoMLX has no gradient of a convolution's gradient" }

// MaxPoints is that of Head, where it has a limit, see [learner.Bounded]; else it is 2³¹ − 1.
func (e Encoded) MaxPoints() int {
	b, ok := e.Head.(learner.Bounded)
	if !ok || e.Context > 0 && e.Context < b.MaxPoints() {
		return 1<<31 - 1
	}
	return b.MaxPoints()
}

// Logits are those of Head, [B, M, K].
func (e Encoded) Logits(w learner.Weights, ep learner.Episode) *Node {
	out := e.Head.Logits(e.ofHead(w, ep), e.features(w, ep))
	return Reshape(out, ep.B(), ep.M(), out.Shape().Dim(-1))
}

// ofHead are the weights of Head alone: an inner loop changes these, and not the encoder.
func (e Encoded) ofHead(w learner.Weights, ep learner.Episode) learner.Weights {
	encoder, err := e.Encoder.params(ep.D())
	if err != nil {
		panic(err)
	}
	return w.Without(encoder)
}

// features is the episode as Head sees it.
func (e Encoded) features(w learner.Weights, ep learner.Episode) learner.Episode {
	if e.Context == 0 || e.Context >= ep.N() {
		x := e.encode(w, ep.X)
		f := learner.Episode{X: x, Y: ep.Y, Queries: Einsum("bmn,bnf->bmf", ep.IsQuery, x), Context: ep.Context, IsQuery: ep.IsQuery}
		if e.Centred {
			return centred(apart(f))
		}
		return f
	}
	k := e.Context
	images := e.encode(w, Concatenate([]*Node{first(ep.X, k), ep.Queries}, 1)) // [B, k+M, F]
	f := learner.Episode{
		X: first(images, k), Y: first(ep.Y, k),
		Queries: Slice(images, AxisRange(), AxisRange(k)),
		Context: Slice(ep.Context, AxisRange(), AxisRange(), AxisRange(0, k)),
	}
	switch {
	case e.Shared:
		return f
	case e.Centred:
		return centred(apart(f))
	}
	return apart(f)
}

// centred is an episode of one query with the mean of its context subtracted from all points.
func centred(f learner.Episode) learner.Episode {
	n := ReduceAndKeep(f.Context, ReduceSum, 2) // [B, 1, 1]
	mean := Div(Einsum("bmn,bnf->bmf", f.Context, f.X), Max(n, OnesLike(n)))
	f.X, f.Queries = Sub(f.X, mean), Sub(f.Queries, mean)
	return f
}

func (e Encoded) encode(w learner.Weights, x *Node) *Node {
	if e.Frozen {
		return StopGradient(e.Encoder.encode(w, x))
	}
	return e.Encoder.encode(w, x)
}

// first is the first k of axis 1.
func first(x *Node, k int) *Node { return Slice(x, AxisRange(), AxisRange(0, k)) }

// apart makes a task of each query, with the query as its last point.
func apart(f learner.Episode) learner.Episode {
	b, m, k := f.B(), f.M(), f.N()
	copies := func(x *Node) *Node { // [B, k, F] as [B·M, k, F]
		return Reshape(BroadcastToDims(InsertAxes(x, 1), b, m, k, x.Shape().Dim(-1)), b*m, k, x.Shape().Dim(-1))
	}
	queries := Reshape(f.Queries, b*m, 1, f.D())
	context := Reshape(f.Context, b*m, 1, k)
	last := OnesLike(Slice(context, AxisRange(), AxisRange(), AxisRange(0, 1)))
	noLabel := BroadcastToDims(ScalarZero(f.X.Graph(), f.X.DType()), b*m, 1, f.C())
	return learner.Episode{
		X:       Concatenate([]*Node{copies(f.X), queries}, 1),
		Y:       Concatenate([]*Node{copies(f.Y), noLabel}, 1),
		Queries: queries,
		Context: Concatenate([]*Node{context, ZerosLike(last)}, 2),
		IsQuery: Concatenate([]*Node{ZerosLike(context), last}, 2),
	}
}
