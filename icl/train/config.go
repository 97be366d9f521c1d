// Package train fits a learner to a task sampler. Training can be interrupted and resumed,
// the weights with the lowest validation loss are kept, and the run directory is named by
// a hash of the config: training an equal config again loads the result.
package train

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/internal/own"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/internal/usercode"
)

// Config is a run: what is trained, on what and how. Equal configs are the same run.
type Config struct {
	Learner learner.Learner
	Tasks   datasets.Sampler
	Recipe  Recipe
	// Seed fixes the starting weights and every task. Two seeds share neither.
	Seed uint64
	// Try draws other starting weights for the same tasks. See [BestOf].
	Try int
	// From is a trained learner. The run starts from those of its weights that have the
	// names and sizes of the run's own; nil means random weights.
	From *Fitted
}

// resolve checks the config, fills in its defaults and draws a few tasks.
func (c Config) resolve() (_ Config, probe *datasets.Batch, err error) {
	if err := c.checkNames(); err != nil {
		return c, nil, err
	}
	c.Recipe = c.Recipe.WithDefaults()
	if err := c.Recipe.Validate(); err != nil {
		return c, nil, err
	}
	if probe, err = sample(c.Tasks, datasets.Rand(0, "probe"), 4); err != nil {
		return c, nil, err
	}
	if err := checkValues(probe, c.Tasks.Name()); err != nil {
		return c, nil, err
	}
	if err := datasets.CheckSize(c.Recipe.Batch, probe.N, probe.D, probe.C); err != nil {
		return c, nil, fmt.Errorf("train: the batch of a step: %w", err)
	}
	return c, probe, usercode.Try("a method of "+usercode.Of("learner", c.Learner)+" or "+usercode.Of("sampler", c.Tasks), c.checkDomains)
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

// format is the version of run directories. It must be raised when training an equal
// config gives other weights.
const format = 1

// identity is what the key of a run hashes, as JSON.
type identity struct {
	Format  int             `json:"format"`
	Learner string          `json:"learner"`
	Model   json.RawMessage `json:"model"`
	Tasks   string          `json:"tasks"`
	Sampler json.RawMessage `json:"sampler"`
	// Sample is a hash of a few tasks, which changes with the sampler's code.
	Sample string `json:"sample"`
	Recipe Recipe `json:"recipe"`
	Seed   uint64 `json:"seed"`
	Try    int    `json:"try"`
	From   string `json:"from,omitempty"` // the run it starts from, and a hash of the weights
	// Code is a hash of what a user-defined learner, curriculum, schedule or update rule does,
	// whose code may change under an unchanged name. Changes of this module raise format.
	Code string `json:"code,omitempty"`
}

func (c Config) identity(probe *datasets.Batch) (identity, error) {
	id := identity{
		Format:  format,
		Learner: c.Learner.Name(), Tasks: c.Tasks.Name(),
		Recipe: c.Recipe, Seed: c.Seed, Try: c.Try,
	}
	if c.From != nil {
		id.From = c.From.Key() + " " + hash(fmt.Appendf(nil, "%x", c.From.Params), 8)
	}
	var err error
	if id.Model, err = own.JSON("learner", c.Learner); err != nil {
		return id, fmt.Errorf("train: %w", err)
	}
	if id.Sampler, err = own.JSON("sampler", c.Tasks); err != nil {
		return id, fmt.Errorf("train: %w", err)
	}
	content := fmt.Appendf(nil, "%x %d", probe.X, probe.Y)
	if probe.Regression() {
		content = fmt.Appendf(nil, "%x %x", probe.X, probe.Z)
	}
	id.Sample = hash(content, 8)
	id.Code, err = c.code(probe)
	return id, err
}

// key names the run: readable, and unique by the hash of its identity.
func (id identity) key() (string, error) {
	raw, err := json.Marshal(id)
	if err != nil {
		return "", fmt.Errorf("train: %w", err)
	}
	name := strings.Map(fileSafe, fmt.Sprintf("%s-%s-seed%d", id.Learner, id.Tasks, id.Seed))
	return name + "-" + hash(raw, 6), nil
}

// hash is the beginning of the SHA-256 of data, that many bytes in hexadecimal.
func hash(data []byte, bytes int) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:bytes])
}

// fileSafe keeps letters, digits and - in file names and replaces the rest.
func fileSafe(r rune) rune {
	if r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
		return r
	}
	return '_'
}
