// Package claim turns the paper's claims into experiments: which learners, which
// families, which checks. The verdict is computed from the checks, never typed in.
package claim

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/google/renameio/v2"

	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/train"
)

// Verdict is what the checks say about a claim.
type Verdict string

// The verdicts: all checks pass, none does, or some do.
const (
	Reproduced    Verdict = "reproduced"
	NotReproduced Verdict = "not reproduced"
	Mixed         Verdict = "mixed"
)

// Headline is a named estimate with its 95 % interval.
type Headline struct {
	Name     string     `json:"name"`
	Estimate float64    `json:"estimate"`
	CI       [2]float64 `json:"ci"`
}

func headline(name string, e eval.Estimate) Headline {
	return Headline{name, e.Mean, [2]float64{e.Lo, e.Hi}}
}

// Curve is a learner's, trained on one family ("" where it is not trained) and
// tested on another with spread Sigma.
type Curve struct {
	eval.Curve
	TrainedOn string  `json:"trained_on"`
	Sigma     float64 `json:"sigma"`
	// Overall is each metric averaged over 2 and more examples.
	Overall map[eval.Metric]eval.Estimate `json:"overall,omitempty"`
}

// Run is one trained learner of an experiment.
type Run struct {
	Learner   string       `json:"learner"`
	TrainedOn string       `json:"trained_on"`
	Seed      uint64       `json:"seed"`
	Key       string       `json:"key"` // its run directory
	Engine    string       `json:"engine"`
	Params    int          `json:"params"` // number of weights
	Score     train.Score  `json:"validation"`
	Starts    train.Starts `json:"starts"`
	Failed    string       `json:"failed,omitempty"` // why, if it diverged
}

// Result is the outcome of one claim.
type Result struct {
	Format  int     `json:"format"`
	Claim   string  `json:"claim"`
	Title   string  `json:"title"`
	Preset  string  `json:"preset"`
	Seeds   int     `json:"seeds"`
	Tasks   int     `json:"tasks"` // test tasks per family and seed
	Verdict Verdict `json:"verdict"`
	Checks  []Check `json:"checks"`
	// Headline is one number that sums the claim up; it is no check.
	Headline Headline `json:"headline"`
	// Findings are further numbers of interest.
	Findings []Headline `json:"findings"`
	// Curves are accuracies; Regret is that to the Bayes-optimal predictor, in
	// accuracy and log-loss; Inflation is the sample inflation; Closeness is the
	// distance of ICL(mix)'s predictions from those of others.
	Curves    []Curve `json:"curves"`
	Regret    []Curve `json:"regret,omitempty"`
	Inflation []Curve `json:"inflation,omitempty"`
	Closeness []Curve `json:"closeness,omitempty"`
	Runs      []Run   `json:"runs"`
	// Expression is what claim 1 has instead of curves.
	Expression *Expression `json:"expression,omitempty"`
	// Races are what claim 4 has instead of curves.
	Races []Race `json:"races,omitempty"`
	// Transfer is what claim 5 has instead of curves.
	Transfer *Transfer `json:"transfer,omitempty"`
	// FailedSeeds were left out: a run of theirs diverged.
	FailedSeeds []uint64 `json:"failed_seeds,omitempty"`
	// CoreMinutes were spent on all runs and tests, on one core each.
	CoreMinutes float64 `json:"core_minutes"`
}

// verdict sums up checks.
func verdict(checks []Check) Verdict {
	switch passed(checks) {
	case len(checks):
		return Reproduced
	case 0:
		return NotReproduced
	}
	return Mixed
}

// passed is the number of checks that pass.
func passed(checks []Check) int {
	n := 0
	for _, c := range checks {
		if c.Pass {
			n++
		}
	}
	return n
}

// Curve returns the curve of a learner trained on one family and tested on
// another; ok is false if the experiment has none.
func (r *Result) Curve(learner, trainedOn, family string) (c Curve, ok bool) {
	return r.CurveAt(learner, trainedOn, family, 1)
}

// CurveAt is [Result.Curve] for tasks of spread sigma.
func (r *Result) CurveAt(learner, trainedOn, family string, sigma float64) (c Curve, ok bool) {
	for _, c := range r.Curves {
		if c.Learner == learner && c.TrainedOn == trainedOn && c.Family == family && c.Sigma == sigma {
			return c, true
		}
	}
	return Curve{}, false
}

// resultFormat is the version of result files and of how checks are judged.
const resultFormat = 3

func (r *Result) save(path string) error {
	raw, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return fmt.Errorf("claim: %w", err)
	}
	if err := renameio.WriteFile(path, append(raw, '\n'), 0o644); err != nil {
		return fmt.Errorf("claim: cannot save the result: %w", err)
	}
	return nil
}

// loadResult reads a result file; it is nil where there is none of this version.
func loadResult(path string) (*Result, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("claim: %w", err)
	}
	var r Result
	if err := json.Unmarshal(raw, &r); err != nil {
		return nil, fmt.Errorf("claim: %s is cut short or damaged; delete it to compute it again", path)
	}
	if r.Format != resultFormat {
		return nil, nil // judged anew, from the runs that are kept
	}
	return &r, nil
}

// SeedNote tells of how many seeds the result is made, and which were left out.
func (r *Result) SeedNote() string {
	if len(r.FailedSeeds) == 0 {
		return fmt.Sprintf("%d seeds", r.Seeds)
	}
	return fmt.Sprintf("%d seeds; seeds %v failed and are left out", r.Seeds, r.FailedSeeds)
}
