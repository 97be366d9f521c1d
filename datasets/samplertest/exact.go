package samplertest

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/goicl/goicl/datasets"
)

// draw samples tasks from the stream of that seed.
func draw(s datasets.Sampler, seed uint64, tasks int) (*datasets.Batch, error) {
	b, err := s.Sample(datasets.Rand(seed, "samplertest"), tasks)
	if err != nil {
		return nil, fmt.Errorf("sampling %d tasks: %w", tasks, err)
	}
	if b == nil {
		return nil, fmt.Errorf("sampling %d tasks gave neither a batch nor an error", tasks)
	}
	return b, nil
}

// checkSizes requires valid batches of the sizes asked for, odd ones included.
func checkSizes(s datasets.Sampler, e Expect) error {
	if s.Name() == "" {
		return errors.New("the sampler has no name")
	}
	for _, tasks := range []int{1, 2, 3, 7, 64} {
		b, err := draw(s, 1, tasks)
		if err != nil {
			return err
		}
		if err := b.Validate(); err != nil {
			return err
		}
		if b.T != tasks || b.N != e.N || b.D != e.D || b.C != e.C {
			return fmt.Errorf("got %d tasks, N %d, D %d, C %d; want %d, %d, %d, %d", b.T, b.N, b.D, b.C, tasks, e.N, e.D, e.C)
		}
		for name, l := range b.Latent {
			if err := checkLatent(l, tasks); err != nil {
				return fmt.Errorf("latent variable %q: %w", name, err)
			}
		}
	}
	return nil
}

// checkLatent requires finite values, as many as the dimensions say.
func checkLatent(l datasets.Latent, tasks int) error {
	want := tasks
	for _, d := range l.Dims {
		want *= d
	}
	if len(l.Data) != want {
		return fmt.Errorf("%d values for %d tasks with dimensions %v", len(l.Data), tasks, l.Dims)
	}
	for i, v := range l.Data {
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
			return fmt.Errorf("value %d is %g", i, v)
		}
	}
	return nil
}

// checkBadTasks requires an error for a number of tasks below 1.
func checkBadTasks(s datasets.Sampler, _ Expect) error {
	for _, tasks := range []int{0, -1, math.MinInt} {
		if _, err := s.Sample(datasets.Rand(1, "samplertest"), tasks); err == nil {
			return fmt.Errorf("asking for %d tasks gave no error; return that of b.Validate() with a batch b, or of datasets.CheckSize before it is made", tasks)
		}
	}
	return nil
}

// checkSameSeed requires the same bytes from the same state of rng, whatever has
// been drawn in between.
func checkSameSeed(s datasets.Sampler, _ Expect) error {
	first, err1 := draw(s, 1, 9)
	_, err2 := draw(s, 2, 5)
	second, err3 := draw(s, 1, 9)
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	if !equal(first, second) {
		return errors.New("two batches from the same seed differ")
	}
	return nil
}

// checkOtherSeed requires other tasks from another seed, and from the same rng the
// next time.
func checkOtherSeed(s datasets.Sampler, _ Expect) error {
	rng := datasets.Rand(1, "samplertest")
	first, err1 := s.Sample(rng, 9)
	next, err2 := s.Sample(rng, 9)
	other, err3 := draw(s, 2, 9)
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	if slices.Equal(first.X, other.X) {
		return errors.New("two seeds give the same inputs")
	}
	if slices.Equal(first.X, next.X) {
		return errors.New("two calls with one rng give the same inputs")
	}
	return nil
}

// checkTasksDiffer requires no two tasks of a batch to have the same inputs.
func checkTasksDiffer(s datasets.Sampler, _ Expect) error {
	const tasks = 16
	b, err := draw(s, 1, tasks)
	if err != nil {
		return err
	}
	for i := range tasks {
		for j := range i {
			if slices.Equal(b.Slice(i, i+1).X, b.Slice(j, j+1).X) {
				return fmt.Errorf("tasks %d and %d have the same inputs", j, i)
			}
		}
	}
	return nil
}

// checkNoSharing requires a batch to stay as it is while others are drawn.
func checkNoSharing(s datasets.Sampler, _ Expect) error {
	kept, err1 := draw(s, 1, 9)
	_, err2 := draw(s, 2, 9)
	again, err3 := draw(s, 1, 9)
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	again.X[0]++
	if kept.X[0] == again.X[0] || shared(kept.Y, again.Y) || shared(kept.Z, again.Z) {
		return errors.New("two batches share memory")
	}
	return nil
}

// shared reports whether a change of a reaches b.
func shared[T int32 | float32](a, b []T) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	before := b[0]
	a[0]++
	return b[0] != before
}

// checkConcurrent requires concurrent goroutines, each with its own stream, to get what
// each gets alone. Run it with -race, too.
func checkConcurrent(s datasets.Sampler, _ Expect) error {
	const rounds = 8
	var alone [2]*datasets.Batch
	for seed := range alone {
		b, err := draw(s, uint64(seed), 5)
		if err != nil {
			return err
		}
		alone[seed] = b
	}
	found := make(chan error, len(alone))
	for seed, want := range alone {
		go func() { found <- redraw(s, uint64(seed), want, rounds) }()
	}
	return cmp.Or(<-found, <-found)
}

// redraw draws want again, that many times.
func redraw(s datasets.Sampler, seed uint64, want *datasets.Batch, rounds int) error {
	for range rounds {
		got, err := draw(s, seed, want.T)
		if err != nil {
			return err
		}
		if !equal(got, want) {
			return fmt.Errorf("seed %d gives other tasks while a second goroutine samples", seed)
		}
	}
	return nil
}

// checkRule requires the label of every point to be what the rule says.
func checkRule(b *datasets.Batch, e Expect) error {
	if e.Rule == nil {
		return nil
	}
	latent := map[string][]float32{}
	for t := range b.T {
		for name, l := range b.Latent {
			latent[name] = l.Row(t)
		}
		for n := range b.N {
			got, want := b.Y[t*b.N+n], e.Rule(latent, b.Point(t, n))
			if got != want {
				return fmt.Errorf("task %d, point %d, x %v: label %d, the rule says %d", t, n, b.Point(t, n), got, want)
			}
		}
	}
	return nil
}

func equal(a, b *datasets.Batch) bool {
	return a.T == b.T && a.N == b.N && a.D == b.D && a.C == b.C &&
		slices.Equal(a.X, b.X) && slices.Equal(a.Y, b.Y) && slices.Equal(a.Z, b.Z) &&
		maps.EqualFunc(a.Latent, b.Latent, func(l, m datasets.Latent) bool {
			return slices.Equal(l.Dims, m.Dims) && slices.Equal(l.Data, m.Data)
		})
}
