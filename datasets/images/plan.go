package images

import (
	"fmt"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/internal/bounded"
	"github.com/goicl/goicl/internal/files"
)

// Plan is a number of tasks as the places of their images in a set: test tasks that stay the
// same from run to run, and from one person to another. [Episodes.Plan] draws one, Save and
// [OpenPlan] keep it as a file.
type Plan struct {
	Set     string `json:"set"`    // its name
	SHA256  string `json:"sha256"` // its digest
	Ways    int    `json:"ways"`
	Shots   int    `json:"shots"`
	Queries int    `json:"queries"`
	Labels  int    `json:"labels"`
	Tasks   []Task `json:"tasks"`
	from    *Set
}

// Task is the points of a task: 4 times the place of each image in the set, plus how many
// times 90° it is turned, and its label.
type Task struct {
	Images []int32 `json:"images"`
	Labels []int32 `json:"labels"`
}

// maxPlan is the greatest size of a plan's file in bytes.
const maxPlan = 1 << 28

// Save writes a plan to a file, whole or not at all, with a checksum.
func (p *Plan) Save(path string) error {
	if err := p.validate(); err != nil {
		return err
	}
	if err := files.WriteJSON(path, p); err != nil {
		return fmt.Errorf("images: cannot write the plan %s: %w", path, err)
	}
	return nil
}

// OpenPlan reads a plan that was saved. The set must be the one that it was drawn from.
func OpenPlan(path string, set *Set) (*Plan, error) {
	if err := set.Validate(); err != nil {
		return nil, err
	}
	text, err := bounded.ReadFile(path, maxPlan)
	if err != nil {
		return nil, fmt.Errorf("images: cannot read the plan %s: %w", path, err)
	}
	p := &Plan{from: set}
	if err := files.OpenJSON(text, p); err != nil {
		return nil, fmt.Errorf("images: %s is no whole plan of tasks: %w", path, err)
	}
	if digest := set.Digest(); p.SHA256 != digest {
		return nil, fmt.Errorf("images: the plan %s is of the set %s with the digest %.12s, and %s has %.12s; read the images with the same options", path, p.Set, p.SHA256, set.Name, digest)
	}
	return p, p.validate()
}

func (p *Plan) validate() error {
	if p == nil || p.from == nil || len(p.Tasks) == 0 || p.Labels < 2 || p.Labels > maxImages {
		return fmt.Errorf("images: this plan has no tasks; draw one with Episodes.Plan")
	}
	n := len(p.Tasks[0].Images)
	for i, t := range p.Tasks {
		if len(t.Images) != n || len(t.Labels) != n || n == 0 {
			return fmt.Errorf("images: task %d of a plan has %d images and %d labels; want %d, as the first, and at least one", i, len(t.Images), len(t.Labels), n)
		}
		for j, image := range t.Images {
			if image < 0 || int(image)/4 >= p.from.Len() || t.Labels[j] < 0 || int(t.Labels[j]) >= p.Labels || image%2 != 0 && p.from.Height != p.from.Width {
				return fmt.Errorf("images: point %d of task %d of a plan is image %d with label %d; the set has %d images, the plan %d labels", j, i, image/4, t.Labels[j], p.from.Len(), p.Labels)
			}
		}
	}
	return nil
}

// Batch makes tasks lo to hi−1 of the plan, with latent variables as in [Episodes.Sample].
func (p *Plan) Batch(lo, hi int) (*datasets.Batch, error) {
	if err := p.validate(); err != nil {
		return nil, err
	}
	if lo < 0 || hi <= lo || hi > len(p.Tasks) {
		return nil, fmt.Errorf("images: tasks %d to %d of a plan of %d; want a part of it", lo, hi-1, len(p.Tasks))
	}
	n, d := len(p.Tasks[0].Images), p.from.Height*p.from.Width
	if err := datasets.CheckSize(hi-lo, n, d, p.Labels); err != nil {
		return nil, err
	}
	b := datasets.NewBatch(hi-lo, n, d, p.Labels)
	image, turn, domain := b.AddLatent("image", n), b.AddLatent("turn", n), b.AddLatent("domain")
	for t := range b.T {
		task := p.Tasks[lo+t]
		copy(b.Y[t*n:], task.Labels)
		domain.Data[t] = float32(p.from.Domain[p.from.Class[task.Images[0]/4]])
		for j, i := range task.Images {
			image.Data[t*n+j], turn.Data[t*n+j] = float32(i/4), float32(i%4)
			turned(b.Point(t, j), p.from.pixels(int(i/4)), p.from.Width, int(i%4))
		}
	}
	return b, nil
}

// turned writes pixels, as shares of 255, turned by that many times 90° against the clock.
func turned(to []float32, pixels []uint8, width, turn int) {
	last := width - 1
	for p, v := range pixels {
		row, column := p/width, p%width
		for range turn {
			row, column = last-column, row
		}
		to[row*width+column] = float32(v) / 255
	}
}
