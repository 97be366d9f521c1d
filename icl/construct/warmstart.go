package construct

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/transformer"
)

// WarmStart is the transformer of a construction as a learner to fine-tune: its initial
// weights are the construction's instead of random ones.
type WarmStart struct {
	transformer.Circuit
	Weights string  `json:"weights"` // a hash of the construction's weights
	Noise   float64 `json:"noise"`   // standard deviation of the noise added to them

	from *Construction
}

// WarmStart returns the construction as a learner whose initial weights are its own plus
// N(0, noise²). The same transformer with random initial weights is c.Circuit.
func (c *Construction) WarmStart(noise float64) WarmStart {
	sum := sha256.Sum256(fmt.Appendf(nil, "%x", c.Weights))
	return WarmStart{Circuit: c.Circuit, Weights: hex.EncodeToString(sum[:8]), Noise: noise, from: c}
}

// Architecture is the circuit, which computes the same.
func (l WarmStart) Architecture() learner.Learner { return l.Circuit }

// Params lists the circuit's parameters, initialised from the construction. It returns an
// error for other d and c than those of the construction.
func (l WarmStart) Params(d, c int) ([]learner.Param, error) {
	if l.from == nil {
		return nil, fmt.Errorf("construct: a WarmStart without a construction; make it with Construction.WarmStart")
	}
	if d != l.from.D || c != l.from.C {
		return nil, fmt.Errorf("construct: %s is for tasks with %d inputs and %d classes, not %d and %d", l.Label, l.from.D, l.from.C, d, c)
	}
	params, err := l.Circuit.Params(d, c)
	if err != nil {
		return nil, err
	}
	offset := 0
	for i, p := range params {
		values := l.from.Weights[offset : offset+p.Size()]
		offset += p.Size()
		params[i].Init = func(rng *rand.Rand, w []float32) {
			for j, v := range values {
				w[j] = float32(v + l.Noise*datasets.Normal(rng))
			}
		}
	}
	return params, nil
}
