// Package own calls what users of the library may have written, samplers and learners, and
// checks what comes back.
package own

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/internal/usercode"
)

// Tasks draws a batch and checks it.
func Tasks(s datasets.Sampler, rng *rand.Rand, tasks int) (b *datasets.Batch, err error) {
	err = usercode.TryOn(func() string { return "Sample of " + usercode.Of("sampler", s) }, func() (err error) {
		b, err = s.Sample(rng, tasks)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := b.Validate(); err != nil {
		return nil, fmt.Errorf("sampler %s: %w", s.Name(), err)
	}
	if b.T != tasks {
		return nil, fmt.Errorf("sampler %s gave %d tasks, want %d", s.Name(), b.T, tasks)
	}
	return b, nil
}

// At is the sampler of a step of a curriculum.
func At(s datasets.Scheduled, step int) (datasets.Sampler, error) {
	what := fmt.Sprintf("At(%d) of %s", step, usercode.Of("sampler", s))
	at, err := usercode.Get(what, func() datasets.Sampler { return s.At(step) })
	if err == nil && usercode.Nil(at) {
		err = fmt.Errorf("%s returned no sampler", what)
	}
	return at, err
}

// JSON writes the settings of a learner or a sampler, as role says.
func JSON(role string, v usercode.Named) (raw json.RawMessage, err error) {
	err = usercode.Try("MarshalJSON of "+usercode.Of(role, v), func() (err error) {
		raw, err = json.Marshal(v)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%s %s cannot be written as JSON: %w", role, v.Name(), err)
	}
	return raw, nil
}
