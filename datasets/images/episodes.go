package images

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/goicl/goicl/datasets"
)

// Episodes draws N-way K-shot tasks from a set of images (Vinyals et al. 2016): the first
// N·K points of a task are K images of each of N classes in random order, its context; the
// others are the queries, as many of each class, in random order. An input is the image's
// pixels, 0 for background to 1 for ink. The labels of classes are drawn anew for each task.
//
// A learner should take no query for an example of a later one: see vision.Encoded.
type Episodes struct {
	Set     *Set `json:"set"`
	Ways    int  `json:"ways,omitempty"`    // classes of a task; 0 means 5
	Shots   int  `json:"shots,omitempty"`   // examples of each class; 0 means 1
	Queries int  `json:"queries,omitempty"` // of each class; 0 means 15
	// Labels is the number of labels, of which a task's classes have Ways; 0 means Ways. So
	// tasks of 5 and of 20 classes can have one learner.
	Labels int `json:"labels,omitempty"`
	// Rotations makes further classes of each: its images turned by 90°, 180° and 270°.
	Rotations bool `json:"rotations,omitempty"`
	// Distort has Sample turn, stretch, slant and shift each image at random, by up to 20°, a
	// fifth, .3 and a tenth at 1, and so in proportion; 0 leaves images as they are. It makes more
	// drawings of few, to train on (affine distortions, Koch et al. 2015).
	Distort float64 `json:"distort,omitempty"`
	// Tasks, if it is not 0, takes all classes of a task from one domain, and that many tasks
	// of a domain one after another, see [datasets.Grouped]. The rotated images of a domain are
	// a domain of their own. Domains of fewer than Ways classes are left out.
	Tasks int `json:"tasks,omitempty"`
}

// WithDefaults replaces zeros.
func (e Episodes) WithDefaults() Episodes {
	e.Ways, e.Shots, e.Queries = cmp.Or(e.Ways, 5), cmp.Or(e.Shots, 1), cmp.Or(e.Queries, 15)
	e.Labels = cmp.Or(e.Labels, e.Ways)
	return e
}

// Name is "omniglot 5-way 1-shot".
func (e Episodes) Name() string {
	name, e := "images", e.WithDefaults()
	if e.Set != nil {
		name = e.Set.Name
	}
	return fmt.Sprintf("%s %d-way %d-shot", name, e.Ways, e.Shots)
}

// Context is the number of points of a task's context.
func (e Episodes) Context() int { e = e.WithDefaults(); return e.Ways * e.Shots }

// Group is the number of tasks of a domain, see [datasets.Grouped].
func (e Episodes) Group() int { return max(1, e.Tasks) }

// turns is the number of rotations that are classes of their own.
func (e Episodes) turns() int {
	if e.Rotations {
		return 4
	}
	return 1
}

// Validate reports the first setting that no task has.
func (e Episodes) Validate() error {
	if err := e.Set.Validate(); err != nil {
		return err
	}
	f := e.WithDefaults()
	switch {
	case f.Ways < 2 || f.Shots < 1 || f.Queries < 1 || f.Tasks < 0:
		return fmt.Errorf("images: %d-way %d-shot tasks with %d queries of each class, %d of a domain; want at least 2, 1, 1 and 0", f.Ways, f.Shots, f.Queries, f.Tasks)
	case !(f.Distort >= 0 && f.Distort <= mostDistort):
		return fmt.Errorf("images: Distort is %g; want 0 to %d", f.Distort, mostDistort)
	case f.Labels < f.Ways:
		return fmt.Errorf("images: %d labels for tasks of %d classes; want at least as many", f.Labels, f.Ways)
	case f.Rotations && f.Set.Height != f.Set.Width:
		return fmt.Errorf("images: images of %d×%d pixels cannot be turned by 90°; read them with a Size", f.Set.Height, f.Set.Width)
	case f.Ways > f.turns()*len(f.Set.Classes):
		return fmt.Errorf("images: %d-way tasks of the %d classes of %s; want at most that many", f.Ways, f.turns()*len(f.Set.Classes), f.Set.Name)
	case f.Shots > maxImages || f.Queries > maxImages:
		return fmt.Errorf("images: %d examples and %d queries of a class; want at most %d", f.Shots, f.Queries, maxImages)
	}
	for c, n := range f.Set.counts() {
		if n < f.Shots+f.Queries {
			return fmt.Errorf("images: class %q of %s has %d images, %w for %d of context and %d queries; lower Shots or Queries, or leave such classes out by Set.AtLeast(%d)",
				f.Set.Classes[c], f.Set.Name, n, ErrFewExamples, f.Shots, f.Queries, f.Shots+f.Queries)
		}
	}
	return nil
}

// Sample draws that many tasks. Latent variables: "image" [N], the number of each point's
// image in the set; "turn" [N], how many times 90° it is turned; "domain", that of the first
// class, its number in the set.
func (e Episodes) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	plan, err := e.plan(rng, tasks)
	if err != nil {
		return nil, err
	}
	b, err := plan.Batch(0, tasks)
	if err == nil && e.Distort > 0 {
		distort(rng, b, e.Set.Height, e.Set.Width, e.Distort)
	}
	return b, err
}

// mostDistort is the greatest Distort.
const mostDistort = 2

// Plan draws that many tasks and notes the images of each, which takes a thousandth of the
// memory of the tasks themselves. It can be kept as a file.
func (e Episodes) Plan(rng *rand.Rand, tasks int) (*Plan, error) {
	if e.Distort > 0 {
		return nil, errors.New("images: a plan names images, and does not keep how they are distorted; set Distort to 0")
	}
	p, err := e.plan(rng, tasks)
	if err == nil {
		p.SHA256 = e.Set.Digest()
	}
	return p, err
}

// plan is Plan without the digest of the set, which takes longer than the tasks of a training step.
func (e Episodes) plan(rng *rand.Rand, tasks int) (*Plan, error) {
	if err := e.Validate(); err != nil {
		return nil, err
	}
	if rng == nil {
		return nil, errors.New("images: rng is nil; make one with datasets.Rand")
	}
	e = e.WithDefaults()
	d, err := e.drawer()
	if err != nil {
		return nil, err
	}
	if err := datasets.CheckSize(tasks, e.Ways*(e.Shots+e.Queries), 1, e.Labels); err != nil {
		return nil, err
	}
	p := &Plan{Ways: e.Ways, Shots: e.Shots, Queries: e.Queries, Labels: e.Labels, Set: e.Set.Name, from: e.Set}
	var pool []int32
	for t := range tasks {
		if t%e.Group() == 0 {
			pool = d.pools[rng.IntN(len(d.pools))]
		}
		p.Tasks = append(p.Tasks, d.draw(rng, pool))
	}
	return p, nil
}

// drawer draws tasks. A class and its turn are one number: class·4 + turn; so are an image
// and its turn.
type drawer struct {
	Episodes
	pools  [][]int32 // of classes that may be in one task
	images [][]int32 // by class
}

func (e Episodes) drawer() (*drawer, error) {
	d := &drawer{Episodes: e, images: make([][]int32, len(e.Set.Classes))}
	for i, c := range e.Set.Class {
		d.images[c] = append(d.images[c], int32(i))
	}
	pools := make([][]int32, 1)
	if e.Tasks > 0 {
		pools = make([][]int32, len(e.Set.Domains)*e.turns())
	}
	for c, domain := range e.Set.Domain {
		for turn := range e.turns() {
			at := (int(domain)*e.turns() + turn) % len(pools)
			pools[at] = append(pools[at], int32(4*c+turn))
		}
	}
	d.pools = slices.DeleteFunc(pools, func(p []int32) bool { return len(p) < e.Ways })
	if len(d.pools) == 0 {
		return nil, fmt.Errorf("images: no domain of %s has the %d classes of a task; lower Ways, or set Tasks to 0 to mix domains", e.Set.Name, e.Ways)
	}
	return d, nil
}

// draw draws a task from the classes of a pool.
func (d *drawer) draw(rng *rand.Rand, pool []int32) Task {
	labels := rng.Perm(d.Labels)
	var context, queries []point
	for way, at := range choose(rng, len(pool), d.Ways) {
		class, turn := pool[at]/4, pool[at]%4
		of := d.images[class]
		for k, i := range choose(rng, len(of), d.Shots+d.Queries) {
			p := point{4*of[i] + turn, int32(labels[way])}
			if k < d.Shots {
				context = append(context, p)
			} else {
				queries = append(queries, p)
			}
		}
	}
	var t Task
	for _, part := range [][]point{context, queries} {
		rng.Shuffle(len(part), func(i, j int) { part[i], part[j] = part[j], part[i] })
		for _, p := range part {
			t.Images, t.Labels = append(t.Images, p.image), append(t.Labels, p.label)
		}
	}
	return t
}

type point struct{ image, label int32 }

// choose draws k of the numbers 0..n-1, all different, in random order.
func choose(rng *rand.Rand, n, k int) []int {
	if 4*k > n {
		return rng.Perm(n)[:k]
	}
	chosen := make([]int, 0, k)
	for len(chosen) < k {
		if i := rng.IntN(n); !slices.Contains(chosen, i) {
			chosen = append(chosen, i)
		}
	}
	return chosen
}
