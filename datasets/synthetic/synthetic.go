// Package synthetic draws the few-shot classification tasks of "Why In-Context
// Learning Models are Good Few-Shot Learners?" (Wu, Wang and Yao, ICLR 2025):
// [Proto], [Pair], [Amort] and [Radius], each a struct whose zero value is the
// paper's setting (50 points in 2 dimensions, 2 classes, σ = 1). [Mixture] mixes
// the first three; [ByName] builds any of them. [Domains] draws linear maps of
// their inputs.
//
// The field Sigma shifts a family: train at σ = 1, test at σ = 2..5.
//
// Labels follow from the stored float32 inputs and latent variables in float64
// arithmetic that rounds alike on every machine, so Label applied to a stored
// point gives its stored label, always.
package synthetic

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/goicl/goicl/datasets"
)

// Families lists the names that [ByName] knows.
func Families() []string { return []string{"proto", "pair", "amort", "radius", "mix"} }

// ByName returns the sampler of a family (see [Families]). Sigma scales the
// inputs (the paper: 1), n is the number of points a task (the paper: 50). It is
// an error if the family is unknown, sigma is not positive or n < 1.
func ByName(family string, sigma float64, n int) (datasets.Sampler, error) {
	var s datasets.Sampler
	switch family {
	case "proto":
		s = Proto{N: n, Sigma: sigma}
	case "pair":
		s = Pair{N: n, Sigma: sigma}
	case "amort":
		s = Amort{N: n, Sigma: sigma}
	case "radius":
		s = Radius{N: n, Sigma: sigma}
	case "mix":
		s = Mixture(sigma, n)
	default:
		return nil, fmt.Errorf("synthetic: unknown family %q; known: %s", family, strings.Join(Families(), ", "))
	}
	// Here a zero is a value the caller chose, not a field left out.
	if err := cmp.Or(checkSigma(sigma), checkCount("points", n, 1)); err != nil {
		return nil, err
	}
	return s, nil
}

// Mixture is the paper's mixture: a third each of [Proto], [Pair] and [Amort],
// with n points a task and inputs scaled by sigma; 0 stands for the paper's
// values, as in the samplers themselves.
func Mixture(sigma float64, n int) datasets.Mix {
	return datasets.Mix{Samplers: []datasets.Sampler{
		Proto{N: n, Sigma: sigma},
		Pair{N: n, Sigma: sigma},
		Amort{N: n, Sigma: sigma},
	}}
}

// The paper's settings.
const (
	paperN     = 50
	paperD     = 2
	paperC     = 2
	paperSigma = 1
)

// maxSigma keeps inputs finite in float32.
const maxSigma = 1e30

func checkSigma(sigma float64) error {
	if !(sigma > 0 && sigma <= maxSigma) { // also catches NaN
		return fmt.Errorf("synthetic: sigma is %g; want > 0 and at most %g", sigma, maxSigma)
	}
	return nil
}

func checkCount(what string, n, least int) error {
	if n < least {
		return fmt.Errorf("synthetic: %d %s; want at least %d", n, what, least)
	}
	return nil
}

// newBatch allocates a batch once its sampler, size and rng have been found usable.
func newBatch(of interface{ Validate() error }, rng *rand.Rand, tasks, n, d, c int) (*datasets.Batch, error) {
	if err := of.Validate(); err != nil {
		return nil, err
	}
	if rng == nil {
		return nil, errors.New("synthetic: rng is nil; make one with datasets.Rand")
	}
	if err := datasets.CheckSize(tasks, n, d, c); err != nil {
		return nil, err
	}
	return datasets.NewBatch(tasks, n, d, c), nil
}

// gaussian fills x with draws from N(mean, sigma²I). The conversion of the
// product keeps the compiler from fusing it with the sum, which rounds otherwise.
func gaussian(rng *rand.Rand, x, mean []float32, sigma float64) {
	for i := range x {
		x[i] = float32(float64(mean[i]) + float64(sigma*datasets.Normal(rng)))
	}
}

// centred fills x with draws from N(0, sigma²I).
func centred(rng *rand.Rand, x []float32, sigma float64) {
	for i := range x {
		x[i] = float32(sigma * datasets.Normal(rng))
	}
}
