// Package pictures holds studies of few-shot image classification: learners of package
// metalearner and an in-context-learning transformer on the features of a convolutional network,
// beside the nearest neighbour in pixels and beside published figures.
//
// The smoke preset has the drawings that ship with the library; the others need data set
// omniglot, which "goicl data get omniglot" downloads.
package pictures

import (
	"context"
	"fmt"
	"math"
	"sync"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/images"
	"github.com/goicl/goicl/datasets/remote"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/transformer"
	"github.com/goicl/goicl/icl/vision"
)

// Registry lists the studies.
func Registry() study.Registry {
	return study.Registry{Omniglot, Domains}.InGroup("pictures")
}

// size picks what a preset has.
func size[T any](preset string, sizes map[string]T) (T, error) {
	z, ok := sizes[preset]
	if !ok {
		return z, fmt.Errorf("pictures: unknown preset %q; known: %q", preset, study.Presets())
	}
	return z, nil
}

// side is the height and width of images.
const side = 28

// heads are the learners of features, in the order of tables.
func heads() []string { return []string{protoNet, matchNet, cnp, anil, icl} }

const (
	protoNet = "ProtoNet"
	matchNet = "MatchNet"
	cnp      = "CNP"
	anil     = "ANIL"
	icl      = "ICL"
	pixels   = "nearest in pixels"
)

// head is a learner of features.
func head(name string) (learner.Learner, error) {
	l := map[string]learner.Learner{
		protoNet: metalearner.ProtoNet{Width: 64}, matchNet: metalearner.MatchNet{Width: 64}, cnp: metalearner.CNP{Width: 128},
		anil: metalearner.ANIL{Width: 64}, icl: transformer.PreNorm{Width: 64, Depth: 3, Heads: 4},
	}[name]
	if l == nil {
		return nil, fmt.Errorf("pictures: unknown learner %q; known: %q", name, heads())
	}
	return l, nil
}

// encoded is a learner of images in tasks whose first context points are examples.
func encoded(l learner.Learner, encoder vision.Conv, context int) learner.Learner {
	return vision.Encoded{Encoder: encoder, Head: l, Context: context, Shared: true}
}

// sets are the images to train on and those of unseen alphabets to test on.
type sets struct{ train, test *images.Set }

// small are the drawings that ship with the library: five alphabets to train on, three to test on.
func small() (s sets, err error) {
	all, err := images.Small(side)
	if err != nil {
		return s, err
	}
	if s.train, err = all.In("omniglot-small", "Balinese", "Early_Aramaic", "Futurama", "Hebrew", "Japanese_(katakana)"); err != nil {
		return s, err
	}
	s.test, err = all.In("omniglot-small, unseen alphabets", "Greek", "Korean", "Latin")
	return s, err
}

// omniglot is the split of its authors: 964 characters of 30 alphabets, and 659 of 20 others. It is read once.
var omniglot = sync.OnceValues(func() (s sets, err error) {
	source, err := remote.Find("omniglot")
	if err != nil {
		return s, err
	}
	if s.train, err = read(source, "images_background.zip"); err != nil {
		return s, err
	}
	s.test, err = read(source, "images_evaluation.zip")
	return s, err
})

func read(source remote.Source, file string) (*images.Set, error) {
	path, err := source.Path(file)
	if err != nil {
		return nil, err
	}
	return images.Open(path, images.Options{Size: side})
}

// nearest answers with the class of the example of the greatest cosine, in pixels, among the
// first context points of a task.
type nearest struct{ context int }

// Name is "nearest in pixels".
func (nearest) Name() string { return pixels }

// Predict implements [eval.Classifier].
func (p nearest) Predict(ctx context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	out := make([]float32, b.T*len(at)*b.C)
	for t := range b.T {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for i, n := range at {
			best, greatest := int32(0), math.Inf(-1)
			for k := range min(p.context, n) {
				if c := cosine(b.Point(t, n), b.Point(t, k)); c > greatest {
					best, greatest = b.Y[t*b.N+k], c
				}
			}
			out[(t*len(at)+i)*b.C+int(best)] = 1
		}
	}
	return out, nil
}

// cosine of two images, 0 where one is blank.
func cosine(a, b []float32) float64 {
	var dot, aa, bb float32
	for i, v := range a {
		dot, aa, bb = dot+v*b[i], aa+v*v, bb+b[i]*b[i]
	}
	return float64(dot) / math.Sqrt(max(1e-12, float64(aa)*float64(bb)))
}

var _ eval.Classifier = nearest{}
