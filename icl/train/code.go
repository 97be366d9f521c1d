package train

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/backend"
	"github.com/goicl/goicl/icl/learner"
)

// code is a hash of what the learner and a curriculum do, as far as they are not this
// module's. It is empty where both are. A sampler's code is known by the tasks that it
// draws.
func (c Config) code(probe *datasets.Batch) (string, error) {
	code, err := c.learnerCode(probe)
	if err != nil {
		return "", err
	}
	if s, ok := c.Tasks.(datasets.Scheduled); ok && !ours(s) {
		schedule, err := scheduleOf(s, c.Recipe.Steps)
		if err != nil {
			return "", err
		}
		code += schedule
	}
	return code, nil
}

// learnerCode is the learner's part of code, see [learner.Engine.Code].
func (c Config) learnerCode(probe *datasets.Batch) (string, error) {
	if !foreign(c.Learner) {
		return "", nil
	}
	return c.graph(probe)
}

// graph is the hash of the learner's graph in the shape of a training step. Go's backend
// serves for that; what it does not have is built on the default one.
func (c Config) graph(probe *datasets.Batch) (string, error) {
	if c.Recipe.first() >= probe.N {
		return "", nil // an error that is told elsewhere
	}
	var failed error
	for _, spec := range []string{"go", ""} {
		b, err := backend.Shared(context.Background(), spec, backend.WithProgress(os.Stderr))
		if err != nil {
			return "", errors.Join(failed, err)
		}
		e, err := learner.NewEngine[float32](b.Backend, c.Learner, probe.D, probe.C)
		if err != nil {
			return "", err
		}
		var code string
		if code, failed = e.Code(c.Recipe.Batch, probe.N, c.Recipe.perTask(probe.N)); failed == nil {
			return code, nil
		}
	}
	return "", failed
}

// scheduleOf is a hash of a few tasks of some of the steps of a curriculum.
func scheduleOf(s datasets.Scheduled, steps int) (string, error) {
	sum := sha256.New()
	for _, step := range LogSpaced(1, steps, 16) {
		b, err := sample(s.At(step-1), datasets.Rand(0, "probe"), 2)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(sum, "%x %x %d\n", b.X, b.Z, b.Y)
	}
	return hex.EncodeToString(sum.Sum(nil)[:8]), nil
}

// foreign tells whether some of l's code is not this module's.
func foreign(l learner.Learner) bool {
	if a, ok := l.(learner.Adaptive); ok && ours(l) {
		return a.Base() != nil && foreign(a.Base())
	}
	return !ours(l)
}

// module is the path of this module, with a slash.
var module = strings.TrimSuffix(reflect.TypeFor[Config]().PkgPath(), "icl/train")

// ours tells whether v is of a type of this module, but for those of its outer tests.
func ours(v any) bool {
	t := reflect.TypeOf(v)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return strings.HasPrefix(t.PkgPath(), module) && !strings.HasSuffix(t.PkgPath(), "_test")
}
