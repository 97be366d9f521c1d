package regression

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/goicl/goicl/datasets"
)

// Domains is the distribution of domains of claim 5: µ ~ N(0, I), and Σ as Shape says.
// A batch has Tasks tasks of one domain, then as many of another, and so on; the last
// group may be smaller.
//
// The paper does not give the distribution of Σ, nor do domains differ, in the authors'
// code, in any way that a learner could adapt to. Variances that differ tenfold and more,
// on average, are a difference to adapt to.
type Domains struct {
	N int `json:"n,omitempty"` // points a task; 0 means 11
	D int `json:"d,omitempty"` // input dimensions; 0 means 5
	// Shape is where the axes of a domain's Σ lie; the variances along them are drawn
	// log-uniform from Least to Most.
	//
	//	""        along the coordinates
	//	"rotated" random orthogonal axes
	//	"lowrank" Rank random orthogonal axes and no variance outside of their span:
	//	          without noise, Rank examples determine a task of a known domain
	Shape  string  `json:"shape,omitempty"`
	Rank   int     `json:"rank,omitempty"`  // of Σ if it is "lowrank"; 0 means half of D, and at least 1
	Least  float64 `json:"least,omitempty"` // least variance along an axis of Σ; 0 means .01
	Most   float64 `json:"most,omitempty"`  // greatest one; 0 means 1
	Tasks  int     `json:"tasks,omitempty"` // tasks of one domain in a batch; 0 means 128
	Noise  float64 `json:"noise,omitempty"` // standard deviation of a target about w·x
	Inputs Inputs  `json:"inputs,omitzero"` // how inputs are drawn; x ~ N(0, I)
}

const (
	diagonal = ""
	rotated  = "rotated"
	lowRank  = "lowrank"
)

// Name is "domains".
func (Domains) Name() string { return "domains" }

func (s Domains) setting() setting {
	return newSetting(cmp.Or(s.N, domainN), cmp.Or(s.D, domainD), s.Noise, s.Inputs)
}

func (s Domains) variances() (least, most float64) { return cmp.Or(s.Least, .01), cmp.Or(s.Most, 1) }

func (s Domains) tasks() int { return cmp.Or(s.Tasks, 128) }

// Group is the number of tasks of a domain, see [datasets.Grouped].
func (s Domains) Group() int { return s.tasks() }

// rank is the number of axes of Σ.
func (s Domains) rank() int {
	d := s.setting().d
	if s.Shape != lowRank {
		return d
	}
	return cmp.Or(s.Rank, max(1, d/2))
}

// Space returns the input dimensions and how inputs are drawn.
func (s Domains) Space() (d int, inputs Inputs) { return s.setting().d, s.Inputs }

// WithInputs returns the family with inputs drawn as said.
func (s Domains) WithInputs(inputs Inputs) Family { s.Inputs = inputs; return s }

// Validate reports the first setting that is out of range.
func (s Domains) Validate() error {
	set := s.setting()
	if err := set.validate(); err != nil {
		return err
	}
	least, most := s.variances()
	switch rank := s.rank(); {
	case !slices.Contains([]string{diagonal, rotated, lowRank}, s.Shape):
		return fmt.Errorf("regression: unknown shape %q of domains; want %q, %q or %q", s.Shape, diagonal, rotated, lowRank)
	case s.Rank != 0 && s.Shape != lowRank:
		return fmt.Errorf("regression: domains of rank %d with the shape %q; leave Rank at 0, or set Shape to %q", s.Rank, s.Shape, lowRank)
	case rank < 1 || rank > set.d:
		return fmt.Errorf("regression: domains of rank %d in %d dimensions; want 1..%d", rank, set.d, set.d)
	case !(least <= most):
		return fmt.Errorf("regression: variances of domains from %g to %g; want the least first", least, most)
	}
	return cmp.Or(
		checkScale("the least variance of domains", least),
		checkScale("the greatest variance of domains", most),
		checkCount("tasks of a domain", s.tasks()),
	)
}

// Variance is the expectation of tr Σ / D over domains.
func (s Domains) Variance() float64 {
	least, most := s.variances()
	mean := least
	if least < most {
		mean = (most - least) / math.Log(most/least)
	}
	return mean * float64(s.rank()) / float64(s.setting().d)
}

// Square is the mean of squared targets over domains, at inputs x ~ N(0, I).
func (s Domains) Square() float64 {
	return float64(s.setting().d)*(1+s.Variance()) + s.Noise*s.Noise
}

// Draw draws one domain, whose tasks have the sizes, noise and inputs of s.
func (s Domains) Draw(rng *rand.Rand) (Domain, error) {
	if err := s.Validate(); err != nil {
		return Domain{}, err
	}
	if rng == nil {
		return Domain{}, errors.New("regression: rng is nil; make one with datasets.Rand")
	}
	if err := datasets.CheckSize(1, s.setting().d, s.setting().d, 0); err != nil {
		return Domain{}, err
	}
	return s.draw(rng), nil
}

// draw rounds what it draws to float32, so that latent variables hold it exactly.
func (s Domains) draw(rng *rand.Rand) Domain {
	set := s.setting()
	mean := make([]float32, set.d)
	normal(rng, mean)
	domain := Domain{N: set.n, D: set.d, Mean: widen(mean), Noise: s.Noise, Inputs: s.Inputs}
	if s.Shape == diagonal {
		domain.Axes = domain.axes()
	} else {
		domain.Axes = datasets.Frame(rng, set.d, s.rank())
	}
	least, most := s.variances()
	for _, axis := range domain.Axes {
		length := math.Sqrt(datasets.LogUniform(rng, least, most))
		for i, v := range axis {
			axis[i] = float64(float32(length * v))
		}
	}
	return domain
}

// Sample draws that many tasks. The latent variables are "w" [D], the domain's "mean"
// [D] and "cov" [D, D], and "domain", the number of the domain in the batch.
func (s Domains) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	set := s.setting()
	if err := datasets.CheckSize(tasks, set.d, set.d, 0); err != nil {
		return nil, fmt.Errorf("regression: a covariance for each task: %w", err)
	}
	b, err := set.newBatch(rng, tasks, 0)
	if err != nil {
		return nil, err
	}
	weights, of := b.AddLatent("w", set.d), newOrigin(b)
	var domain Domain
	set.fill(rng, b, func(t, _ int) func(x []float32) float64 {
		if t%s.tasks() == 0 {
			domain = s.draw(rng)
		}
		of.record(t, t/s.tasks(), domain)
		w := weights.Row(t)
		combine(rng, domain.Mean, domain.Axes, w)
		return func(x []float32) float64 { return target(w, x) }
	})
	return b, nil
}

// origin is the domain that each task is from, as latent variables.
type origin struct{ mean, cov, index datasets.Latent }

func newOrigin(b *datasets.Batch) origin {
	return origin{b.AddLatent("mean", b.D), b.AddLatent("cov", b.D, b.D), b.AddLatent("domain")}
}

func (o origin) record(t, index int, domain Domain) {
	o.index.Data[t] = float32(index)
	mean, cov := o.mean.Row(t), o.cov.Row(t)
	for i, row := range domain.Cov() {
		mean[i] = float32(domain.Mean[i])
		for j, v := range row {
			cov[i*len(row)+j] = float32(v)
		}
	}
}
