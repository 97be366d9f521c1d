package train

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/internal/own"
	"github.com/goicl/goicl/icl/learner"
)

// code is a hash of what a user-defined learner, curriculum, schedule of the rate and update
// rule do. It is empty where all are this module's. The code of other samplers shows in the tasks that
// they draw, see identity.Sample.
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
	rate, err := c.Recipe.scheduleCode()
	if err != nil {
		return "", err
	}
	rule, err := c.Recipe.optimizerCode()
	return code + rate + rule, err
}

// learnerCode is the learner's part of code: [engine.Code] in the shape of a training step.
func (c Config) learnerCode(probe *datasets.Batch) (string, error) {
	if !userDefined(c.Learner) || c.Recipe.first() >= probe.N { // Open reports such a First
		return "", nil
	}
	return engine.Code(context.Background(), c.Learner, probe.D, probe.C, c.Recipe.Batch, probe.N, c.Recipe.perTask(probe.N))
}

// scheduleOf is a hash of a few tasks of some of the steps of a curriculum.
func scheduleOf(s datasets.Scheduled, steps int) (string, error) {
	var drawn []byte
	for _, step := range LogSpaced(1, steps, 16) {
		at, err := own.At(s, step-1)
		if err != nil {
			return "", fmt.Errorf("train: %w", err)
		}
		b, err := sample(at, datasets.Rand(0, "probe"), 2)
		if err != nil {
			return "", err
		}
		drawn = fmt.Appendf(drawn, "%x %x %d\n", b.X, b.Z, b.Y)
	}
	return hash(drawn, 8), nil
}

// userDefined reports whether some of l's code is not this module's.
func userDefined(l learner.Learner) bool {
	if a, ok := l.(learner.Adaptive); ok && ours(l) {
		return a.Base() != nil && userDefined(a.Base())
	}
	return !ours(l)
}

// module is the path of this module, with a slash.
var module = strings.TrimSuffix(reflect.TypeFor[Config]().PkgPath(), "icl/train")

// ours reports whether v is of a type of this module, but for those of its external tests.
func ours(v any) bool {
	t := reflect.TypeOf(v)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return strings.HasPrefix(t.PkgPath(), module) && !strings.HasSuffix(t.PkgPath(), "_test")
}
