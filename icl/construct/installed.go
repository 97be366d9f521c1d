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

// Installed is the transformer of a construction as a learner to train onwards: it
// starts from the construction's weights instead of random ones.
type Installed struct {
	transformer.Circuit
	Weights string  `json:"weights"` // a hash of the weights it starts from
	Noise   float64 `json:"noise"`   // standard deviation of what is added to them

	from *Construction
}

// Learner is the construction as a learner that starts from its weights plus normal
// noise. The transformer with random starting weights is c.Circuit.
func (c *Construction) Learner(noise float64) Installed {
	sum := sha256.Sum256(fmt.Appendf(nil, "%x", c.Weights))
	return Installed{Circuit: c.Circuit, Weights: hex.EncodeToString(sum[:8]), Noise: noise, from: c}
}

// Architecture is the circuit, which computes the same.
func (l Installed) Architecture() learner.Learner { return l.Circuit }

// Params lists the circuit's weights, with the construction's to start from. It is an
// error for other tasks than those the construction is for.
func (l Installed) Params(d, c int) ([]learner.Param, error) {
	if l.from == nil {
		return nil, fmt.Errorf("construct: an Installed learner comes from Construction.Learner")
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
