package datasets

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/goicl/goicl/internal/usercode"
)

// Mix draws each task from one of several samplers, in equal shares: the numbers
// of tasks of any two members in a batch differ by at most one, and the order is
// random. All members must agree in points, dimensions and classes; regression
// and classification do not mix.
//
// A member that is listed twice has two shares. Losses of regression families are weighted
// against each other by the scale of their targets, see Weighted of package regression; a
// loss has no weights by task, since every engine would have to know them.
//
// A batch's latent variables are "family" (no dimensions), the index of the
// task's member in Samplers, and the members' own, named "member.latent"
// ("proto.w"). A row is zero in the tasks of other members.
type Mix struct {
	Samplers []Sampler
}

// Name is "mix".
func (m Mix) Name() string { return "mix" }

// MarshalJSON writes every member's name and settings, so that two mixtures have
// the same JSON only if they draw the same tasks.
func (m Mix) MarshalJSON() ([]byte, error) {
	type member struct {
		Name    string  `json:"name"`
		Sampler Sampler `json:"sampler"`
	}
	members := make([]member, len(m.Samplers))
	for i, s := range m.Samplers {
		if usercode.Nil(s) {
			return nil, fmt.Errorf("datasets: member %d of the mixture is nil", i)
		}
		members[i] = member{s.Name(), s}
	}
	return json.Marshal(map[string][]member{"mix": members})
}

// Validate reports a mixture without members, and the first member that is nil
// or invalid.
func (m Mix) Validate() error {
	if len(m.Samplers) == 0 {
		return errors.New("datasets: a mixture of no samplers; list at least one in Mix.Samplers")
	}
	for i, s := range m.Samplers {
		if usercode.Nil(s) {
			return fmt.Errorf("datasets: member %d of the mixture is nil", i)
		}
		if v, ok := s.(interface{ Validate() error }); ok {
			if err := v.Validate(); err != nil {
				return fmt.Errorf("datasets: member %d of the mixture: %w", i, err)
			}
		}
	}
	return nil
}

// Sample draws that many tasks, in equal shares; where the members do not
// divide tasks, members chosen at random get one task more.
func (m Mix) Sample(rng *rand.Rand, tasks int) (*Batch, error) {
	if err := m.Validate(); err != nil {
		return nil, err
	}
	if tasks < 1 {
		return nil, fmt.Errorf("datasets: asked for %d tasks; want at least 1", tasks)
	}
	if rng == nil {
		return nil, errors.New("datasets: rng is nil; make one with datasets.Rand")
	}
	parts := make([]*Batch, len(m.Samplers))
	for i, share := range m.shares(rng, tasks) {
		if share == 0 {
			continue
		}
		part, err := m.part(rng, i, share, tasks)
		if err != nil {
			return nil, err
		}
		parts[i] = part
	}
	return m.merge(rng, parts, tasks)
}

// part draws the share of a member, which may be a user's, of that many tasks.
func (m Mix) part(rng *rand.Rand, i, share, tasks int) (part *Batch, err error) {
	s := m.Samplers[i]
	err = usercode.TryOn(func() string {
		return fmt.Sprintf("Sample of member %d of the mixture, %s", i, usercode.Of("sampler", s))
	}, func() (err error) {
		part, err = s.Sample(rng, share)
		return err
	})
	if err != nil {
		return nil, err
	}
	if part == nil {
		return nil, fmt.Errorf("datasets: member %d of the mixture, %s, gave no batch", i, s.Name())
	}
	// Shares that fit one by one may be too large together.
	if err := CheckSize(tasks, part.N, part.D, part.C); err != nil {
		return nil, err
	}
	if part.T != share || len(part.X) != part.T*part.N*part.D || len(part.Y)+len(part.Z) != part.T*part.N {
		return nil, fmt.Errorf("datasets: member %d of the mixture, %s, gave %d tasks, with %d inputs and %d labels or targets for %d points in %d dimensions; want %d tasks",
			i, s.Name(), part.T, len(part.X), len(part.Y)+len(part.Z), part.N, part.D, share)
	}
	return part, nil
}

// shares divides tasks among the members.
func (m Mix) shares(rng *rand.Rand, tasks int) []int {
	k := len(m.Samplers)
	shares := make([]int, k)
	for rank, i := range rng.Perm(k) {
		shares[i] = tasks / k
		if rank < tasks%k {
			shares[i]++
		}
	}
	return shares
}

// merge copies the members' batches into one, in random order. A part is nil
// where a member has no task.
func (m Mix) merge(rng *rand.Rand, parts []*Batch, tasks int) (*Batch, error) {
	b, err := m.alloc(parts, tasks)
	if err != nil {
		return nil, err
	}
	family := b.AddLatent("family")
	place := rng.Perm(tasks)
	for i, part := range parts {
		if part == nil {
			continue
		}
		for t := range part.T {
			copyTask(b, place[t], part, t)
			family.Data[place[t]] = float32(i)
		}
		if err := scatter(b, m.Samplers[i].Name(), part, place); err != nil {
			return nil, err
		}
		place = place[part.T:]
	}
	return b, nil
}

// alloc makes the batch of a mixture, after a check that the parts fit together.
func (m Mix) alloc(parts []*Batch, tasks int) (*Batch, error) {
	var b *Batch
	var first string
	for i, p := range parts {
		if p == nil {
			continue
		}
		if b == nil {
			b, first = NewBatch(tasks, p.N, p.D, p.C), m.Samplers[i].Name()
		}
		if p.N != b.N || p.D != b.D || p.C != b.C {
			return nil, fmt.Errorf("datasets: cannot mix %s (N %d, D %d, C %d) with %s (N %d, D %d, C %d); give the members the same sizes",
				first, b.N, b.D, b.C, m.Samplers[i].Name(), p.N, p.D, p.C)
		}
	}
	return b, nil
}

// copyTask copies the points of task t of src to task to of dst.
func copyTask(dst *Batch, to int, src *Batch, t int) {
	nd := dst.N * dst.D
	copy(dst.X[to*nd:(to+1)*nd], src.X[t*nd:])
	if dst.Regression() {
		copy(dst.Z[to*dst.N:(to+1)*dst.N], src.Z[t*dst.N:])
	} else {
		copy(dst.Y[to*dst.N:(to+1)*dst.N], src.Y[t*dst.N:])
	}
}

// scatter copies the latent variables of a member's tasks to their places.
func scatter(b *Batch, member string, part *Batch, place []int) error {
	for name, from := range part.Latent {
		name = member + "." + name
		to, ok := b.Latent[name]
		if !ok {
			to = b.AddLatent(name, from.Dims...)
		}
		if !slices.Equal(to.Dims, from.Dims) {
			return fmt.Errorf("datasets: two members of the mixture have latent variables %q, of dimensions %v and %v; give them different names", name, to.Dims, from.Dims)
		}
		for t := range part.T {
			copy(to.Row(place[t]), from.Row(t))
		}
	}
	return nil
}
