// Package train fits a learner to a task sampler: a loop that can be interrupted
// and resumed, a validation set for every choice, and a run directory that is
// keyed by what was asked, so that asking again loads the result.
package train

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/learner"
)

// Config says what is trained, on what and how. Equal configs name the same run.
type Config struct {
	Learner learner.Learner
	Tasks   datasets.Sampler
	Recipe  Recipe
	// Seed fixes the starting weights and every task. Two seeds share nothing.
	Seed uint64
	// Try is the number of the start: another one keeps the tasks of the seed but
	// draws other starting weights. See [BestOf].
	Try int
	// From is a trained learner whose weights a run starts from where its own have the
	// same names and sizes; nil starts afresh.
	From *Fitted
}

// Recipe holds the settings of the optimization. Its zero value is the authors'
// recipe for the mixture: a million steps at a constant rate over all context
// lengths. [Fast] is the one to use.
type Recipe struct {
	Steps int     `json:"steps"` // 0 means 1,000,000
	Batch int     `json:"batch"` // tasks a step; 0 means 128
	Rate  float64 `json:"rate"`  // Adam's learning rate at its height; 0 means 3e-3
	// Warmup is the number of steps in which the rate grows linearly from 0.
	Warmup int `json:"warmup"`
	// Cosine lets the rate fall along half a cosine to 1 % at the last step.
	Cosine bool `json:"cosine"`
	// Clip bounds the Euclidean length of the gradient; 0 means no bound.
	Clip float64 `json:"clip"`
	// OnePrefix takes one context length per task and step, stratified over the
	// batch, instead of all: the same expected loss for a fraction of the work.
	OnePrefix bool `json:"one_prefix"`
	// First is the smallest context length in the loss; 0 means 2, the authors', and
	// [NoExamples] means 0.
	First int `json:"first"`
}

// NoExamples is the Recipe.First of a loss that begins with the prediction made
// before any example is seen.
const NoExamples = -1

// first is the smallest context length in the loss, of a recipe with its defaults.
func (r Recipe) first() int { return max(0, r.First) }

// Fast is our recipe: one context length per task and step, warm-up, cosine decay
// and clipping at length 1.
func Fast(steps int) Recipe {
	return Recipe{Steps: steps, Warmup: min(500, steps/10), Cosine: true, Clip: 1, OnePrefix: true}
}

// WithDefaults replaces zeros by the authors' setting.
func (r Recipe) WithDefaults() Recipe {
	r.Steps = cmp.Or(r.Steps, 1_000_000)
	r.Batch = cmp.Or(r.Batch, 128)
	r.Rate = cmp.Or(r.Rate, 3e-3)
	r.First = cmp.Or(r.First, 2)
	return r
}

// Validate reports the first setting that is out of range.
func (r Recipe) Validate() error {
	r = r.WithDefaults()
	switch {
	case r.Steps < 1:
		return fmt.Errorf("train: %d steps; want at least 1", r.Steps)
	case r.Batch < 1:
		return fmt.Errorf("train: batch of %d tasks; want at least 1", r.Batch)
	case !(r.Rate > 0) || math.IsInf(r.Rate, 0):
		return fmt.Errorf("train: learning rate %g; want a positive number", r.Rate)
	case r.Warmup < 0 || r.Warmup > r.Steps:
		return fmt.Errorf("train: warm-up of %d steps; want 0..%d", r.Warmup, r.Steps)
	case !(r.Clip >= 0):
		return fmt.Errorf("train: gradient clipped at length %g; want a positive number, or 0 for no bound", r.Clip)
	case r.First < NoExamples:
		return fmt.Errorf("train: smallest context length %d; want a positive number, 0 for the authors' 2, or NoExamples", r.First)
	}
	return nil
}

// RateAt is the learning rate of step 0 ≤ s < Steps.
func (r Recipe) RateAt(s int) float64 {
	rate := r.Rate
	if s < r.Warmup {
		rate *= float64(s+1) / float64(r.Warmup)
	}
	if r.Cosine {
		rate *= .01 + .99*(1+math.Cos(math.Pi*float64(s)/float64(r.Steps)))/2
	}
	return rate
}

// resolve checks the config, fills in its defaults and draws a few tasks.
func (c Config) resolve() (_ Config, probe *datasets.Batch, err error) {
	if c.Learner == nil || c.Tasks == nil {
		return c, nil, errors.New("train: the config needs a Learner and Tasks")
	}
	c.Recipe = c.Recipe.WithDefaults()
	if err := c.Recipe.Validate(); err != nil {
		return c, nil, err
	}
	if probe, err = sample(c.Tasks, datasets.Rand(0, "probe"), 4); err != nil {
		return c, nil, err
	}
	return c, probe, c.checkDomains()
}

// Key is the name of the run directory: equal configs have equal keys.
func (c Config) Key() (string, error) {
	c, probe, err := c.resolve()
	if err != nil {
		return "", err
	}
	id, err := c.identity(probe)
	if err != nil {
		return "", err
	}
	return id.key()
}

// format is the version of run directories; a change of what is trained for an
// equal config must raise it.
const format = 1

// identity is what the key of a run is the hash of.
type identity struct {
	Format  int             `json:"format"`
	Learner string          `json:"learner"`
	Model   json.RawMessage `json:"model"`
	Tasks   string          `json:"tasks"`
	Sampler json.RawMessage `json:"sampler"`
	// Sample is a hash of a few tasks: a sampler whose code changed under an
	// unchanged name names another run.
	Sample string `json:"sample"`
	Recipe Recipe `json:"recipe"`
	Seed   uint64 `json:"seed"`
	Try    int    `json:"try"`
	From   string `json:"from,omitempty"` // the run it starts from, and a hash of the weights
	// Code is a hash of what a learner or sampler of the user's own does: its code may
	// change under an unchanged name and unchanged settings. That of this module is left
	// out; where it changes what is trained, format is raised.
	Code string `json:"code,omitempty"`
}

func (c Config) identity(probe *datasets.Batch) (identity, error) {
	id := identity{
		Format:  format,
		Learner: c.Learner.Name(), Tasks: c.Tasks.Name(),
		Recipe: c.Recipe, Seed: c.Seed, Try: c.Try,
	}
	if c.From != nil {
		sum := sha256.Sum256(fmt.Appendf(nil, "%x", c.From.Params))
		id.From = c.From.Key() + " " + hex.EncodeToString(sum[:8])
	}
	var err error
	if id.Model, err = json.Marshal(c.Learner); err != nil {
		return id, fmt.Errorf("train: learner %s cannot be written as JSON: %w", id.Learner, err)
	}
	if id.Sampler, err = json.Marshal(c.Tasks); err != nil {
		return id, fmt.Errorf("train: sampler %s cannot be written as JSON: %w", id.Tasks, err)
	}
	content := fmt.Appendf(nil, "%x %d", probe.X, probe.Y)
	if probe.Regression() {
		content = fmt.Appendf(nil, "%x %x", probe.X, probe.Z)
	}
	sum := sha256.Sum256(content)
	id.Sample = hex.EncodeToString(sum[:8])
	id.Code, err = c.code(probe)
	return id, err
}

// key names the run: readable, and unique by the hash of its identity.
func (id identity) key() (string, error) {
	raw, err := json.Marshal(id)
	if err != nil {
		return "", fmt.Errorf("train: %w", err)
	}
	sum := sha256.Sum256(raw)
	name := strings.Map(fileSafe, fmt.Sprintf("%s-%s-seed%d", id.Learner, id.Tasks, id.Seed))
	return name + "-" + hex.EncodeToString(sum[:6]), nil
}

// fileSafe keeps letters, digits and - in file names and replaces the rest.
func fileSafe(r rune) rune {
	if r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
		return r
	}
	return '_'
}
