package own_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/internal/own"
)

// mine is a user's curriculum.
type mine struct {
	sample func(tasks int) (*datasets.Batch, error)
}

func (mine) Name() string { return "mine" }

func (m mine) Sample(_ *rand.Rand, tasks int) (*datasets.Batch, error) { return m.sample(tasks) }

func (mine) At(int) datasets.Sampler { return (*mine)(nil) }

func (mine) MarshalJSON() ([]byte, error) { panic("unwritable") }

// TestUsersCode: what a user's sampler does wrong is an error that names it.
func TestUsersCode(t *testing.T) {
	draw := func(sample func(tasks int) (*datasets.Batch, error)) error {
		_, err := own.Tasks(mine{sample}, datasets.Rand(0, "test"), 4)
		return err
	}
	_, errAt := own.At(mine{}, 7)
	_, errJSON := own.JSON("sampler", mine{})
	for want, err := range map[string]error{
		`Sample of sampler "mine" (own_test.mine) panicked: boom (at `: draw(func(int) (*datasets.Batch, error) { panic("boom") }),
		"sampler mine: datasets: the batch is nil":                     draw(func(int) (*datasets.Batch, error) { return nil, nil }),
		"sampler mine gave 2 tasks, want 4":                            draw(func(int) (*datasets.Batch, error) { return datasets.NewBatch(2, 3, 2, 2), nil }),
		`At(7) of sampler "mine" (own_test.mine) returned no sampler`:  errAt,
		"panicked: unwritable (at ":                                    errJSON,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	if err := draw(func(tasks int) (*datasets.Batch, error) { return datasets.NewBatch(tasks, 3, 2, 2), nil }); err != nil {
		t.Error(err)
	}
}
