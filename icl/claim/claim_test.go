package claim_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/claim"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
)

// A new study is a package that exports a definition, and a line in the registry. Here the
// registry gets a tiny one; the command and the notebooks find it by its name.
func ExampleRegistry() {
	tiny := study.Definition{Name: "tiny", Title: "more steps help", New: func(string) (*study.Study, error) {
		arm := func(steps int) study.Arm {
			return study.Arm{Name: fmt.Sprint(steps, " steps"), Learner: metalearner.CNP{}, Tasks: synthetic.Amort{}, Recipe: train.Fast(steps)}
		}
		return &study.Study{
			Seeds: 3, Arms: []study.Arm{arm(50), arm(500)},
			Conditions: []study.Condition{study.On(synthetic.Amort{}, 256)},
		}, nil
	}}
	registry := append(claim.Registry(), tiny)
	fmt.Println(registry.Names())
	s, err := registry.New("tiny", "smoke")
	fmt.Println(s.Title, len(s.Arms), err)
	// Output:
	// [claim1 claim2 claim3 claim4 claim5 tiny]
	// more steps help 2 <nil>
}

// TestStudies: each study of the registry is valid in each preset, the same each time, and no
// preset has fewer seeds than smoke; its arms have names of their own.
func TestStudies(t *testing.T) {
	for _, name := range claim.Registry().Names() {
		seeds := 0
		for _, preset := range study.Presets() {
			s, err := claim.Registry().New(name, preset)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Validate(); err != nil {
				t.Errorf("%s in %s: %v", name, preset, err)
			}
			most := s.Seeds
			if len(s.Looks) > 0 {
				most = s.Looks[len(s.Looks)-1].Seeds
			}
			if s.Title == "" || s.Report == nil || s.Settings == nil || most < max(2, seeds) {
				t.Errorf("%s in %s: title %q, %d seeds; want a report, settings, and no fewer seeds than smoke", name, preset, s.Title, most)
			}
			if preset == "smoke" {
				seeds = most
			}
			again, err := claim.Registry().New(name, preset)
			if err != nil || settings(t, s) != settings(t, again) || !slices.Equal(names(s), names(again)) {
				t.Errorf("%s in %s is another study the second time, error %v", name, preset, err)
			}
		}
	}
}

func settings(t *testing.T, s *study.Study) string {
	t.Helper()
	raw, err := json.Marshal(s.Settings)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func names(s *study.Study) (all []string) {
	for _, a := range s.Arms {
		all = append(all, a.Name)
	}
	return all
}
