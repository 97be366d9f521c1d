package study

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study/internal/kept"
)

// Result is the outcome of a study: what its report has made of the scores.
type Result struct {
	Format  int     `json:"format"`
	Study   string  `json:"study"`
	Title   string  `json:"title"`
	Preset  string  `json:"preset,omitempty"`
	Seeds   int     `json:"seeds"`
	Tasks   int     `json:"tasks,omitempty"` // test tasks of a condition and seed
	Verdict Verdict `json:"verdict,omitempty"`
	// Statements are what was tested, with their verdicts.
	Statements []Statement `json:"statements,omitempty"`
	Checks     []Check     `json:"checks"`
	Looks      []Looked    `json:"looks"` // that were made
	// Choices are what was chosen on validation data.
	Choices []Choice `json:"choices,omitempty"`
	// Headline is one number that sums the study up; it is no check.
	Headline Finding   `json:"headline"`
	Findings []Finding `json:"findings,omitempty"`
	// Groups are curves that belong in one figure, and tables, by name.
	Groups []Group      `json:"groups,omitempty"`
	Tables []eval.Table `json:"tables,omitempty"`
	// Figure is the study's main one.
	Figure Figure    `json:"figure"`
	Runs   []RunInfo `json:"runs,omitempty"`
	// FailedSeeds were left out: a run of theirs diverged.
	FailedSeeds []uint64 `json:"failed_seeds,omitempty"`
	// Short says why there are fewer seeds than were asked for, if so.
	Short string `json:"short,omitempty"`
	// Notes say where inputs of test tasks lie far outside those in training.
	Notes []string `json:"notes,omitempty"`
	// CoreMinutes are the processor time of all runs and tests, whenever they were made.
	CoreMinutes float64 `json:"core_minutes"`
}

// Group is a set of curves that belong in one figure.
type Group struct {
	Name   string       `json:"name"`
	Curves []eval.Curve `json:"curves"`
}

// Figure says which curves make a figure: rows of panels, one for each family.
type Figure struct {
	Title  string `json:"title"`
	XLabel string `json:"x_label,omitempty"`
	YLabel string `json:"y_label,omitempty"`
	LogX   bool   `json:"log_x,omitempty"`
	Rows   []Row  `json:"rows"`
}

// Row is a row of panels with the curves of a group: of the learners that are named, or of
// all. In Title, {family} stands for the name of a panel's family.
type Row struct {
	Title    string   `json:"title"`
	Group    string   `json:"group"`
	Learners []string `json:"learners,omitempty"`
	// YMin and YMax are the range of the panels; 0 and 0 leave it to the figure.
	YMin float64 `json:"y_min,omitempty"`
	YMax float64 `json:"y_max,omitempty"`
}

// Add adds curves to the group of that name.
func (r *Result) Add(group string, curves ...eval.Curve) {
	i := slices.IndexFunc(r.Groups, func(g Group) bool { return g.Name == group })
	if i < 0 {
		r.Groups, i = append(r.Groups, Group{Name: group}), len(r.Groups)
	}
	r.Groups[i].Curves = append(r.Groups[i].Curves, curves...)
}

// Curves lists the curves of a group: those of the learners that are named, in their order,
// or all of them.
func (r *Result) Curves(group string, learners ...string) []eval.Curve {
	i := slices.IndexFunc(r.Groups, func(g Group) bool { return g.Name == group })
	if i < 0 || len(learners) == 0 {
		return append([]Group{{}}, r.Groups...)[i+1].Curves
	}
	var curves []eval.Curve
	for _, name := range learners {
		for _, c := range r.Groups[i].Curves {
			if c.Learner == name {
				curves = append(curves, c)
			}
		}
	}
	return curves
}

// Table returns the table of that title; it is empty if there is none.
func (r *Result) Table(title string) eval.Table {
	for _, t := range r.Tables {
		if t.Title == title {
			return t
		}
	}
	return eval.Table{Title: title}
}

// conclude has the study's report fill in the result from the seeds that are finished.
func (x *runner) conclude(ctx context.Context) (*Result, error) {
	d, s := x.data, x.study
	r := &Result{
		Format: resultFormat, Study: s.Name, Title: s.Title, Preset: s.Preset,
		Seeds: len(d.seeds), FailedSeeds: d.failed, Statements: s.statements(), Notes: d.Notes(), CoreMinutes: x.coreMinutes(),
	}
	if s.most() > 1 && len(d.seeds) < 2 {
		return nil, x.tooFew()
	}
	if err := x.addRuns(ctx, r); err != nil {
		return nil, err
	}
	if s.Report != nil {
		if err := s.report(ctx, d, r); err != nil {
			return nil, fmt.Errorf("study: report of %s: %w", s.Name, err)
		}
	}
	if s.most() < 2 && len(r.Checks) > 0 {
		return nil, fmt.Errorf("study: no check of %s from one seed, which tells nothing about chance; want Seeds of at least 2", s.Name)
	}
	return r, s.number(r.Checks)
}

// tooFew says why there are not two seeds.
func (x *runner) tooFew() error {
	if d := x.data; len(d.failed) > 0 {
		return fmt.Errorf("study: fewer than 2 seeds of %s are left, which gives no interval; the first failure: %s", x.study.Name, d.failure)
	}
	return fmt.Errorf("study: the budget of %s is too short for 2 seeds of %d arms, which give the least interval; what was trained is kept: run it again to go on, or raise Budget or lower the steps", x.opts.Budget, len(x.study.Arms))
}

// addRuns lists the runs seed by seed, and the rates that were chosen.
func (x *runner) addRuns(ctx context.Context, r *Result) error {
	for _, a := range x.study.Arms {
		c, err := x.choice(ctx, a)
		if err != nil {
			return err
		}
		if c.Tried != nil {
			r.Choices = append(r.Choices, c)
		}
	}
	for seed := range uint64(x.data.planned) {
		for i, a := range x.study.Arms {
			if !a.has(seed) || (x.opts.Budget > 0 && !slices.Contains(x.data.seeds, seed) && !slices.Contains(x.data.failed, seed)) {
				continue
			}
			o, err := x.chosen(ctx, i, seed)
			if err != nil {
				return err
			}
			r.Runs = append(r.Runs, o.run)
		}
	}
	return nil
}

// resultFormat is the version of result files and of how checks are judged. It is in their
// names: a study is judged anew, from the runs that are kept, by another version.
const resultFormat = 6

// resultPath names the result by a hash of what it depends on; it is empty for a study that
// keeps none.
func (x *runner) resultPath(ctx context.Context) (string, error) {
	s := x.study
	if s.Settings == nil {
		return "", nil
	}
	sum := sha256.New()
	raw, err := json.Marshal([]any{resultFormat, s.Preset, s.looks(), s.Settings})
	if err != nil {
		return "", fmt.Errorf("study: the Settings of %s cannot be written as JSON: %w", s.Name, err)
	}
	sum.Write(raw)
	for i, a := range s.Arms {
		fmt.Fprintln(sum, a.name(), a.Starts, a.Rates, a.TestAt, a.RateSeeds, a.Seeds, a.Last)
		for seed := range uint64(s.most()) {
			if a.Make != nil {
				continue // its other runs are in here, and how it uses them in Settings
			}
			cfg, err := x.config(ctx, i, seed, 0)
			if err != nil {
				return "", err
			}
			key, err := cfg.Key()
			if err != nil {
				return "", err
			}
			fmt.Fprintln(sum, key)
		}
	}
	for _, c := range s.Conditions {
		fmt.Fprintln(sum, c.Name, c.Family, c.At, c.First, c.Unit, c.Arms)
	}
	return filepath.Join(x.opts.Dir, fmt.Sprintf("%s-%s-%s.json", s.Name, s.Preset, hex.EncodeToString(sum.Sum(nil)[:6]))), nil
}

func (r *Result) save(path string) error {
	if path == "" || r.Short != "" {
		return nil
	}
	return kept.SaveResult(path, r)
}

// loadResult reads a result file; it is nil where there is none.
func loadResult(path string) (*Result, error) {
	var r Result
	if found, err := kept.LoadResult(path, &r); err != nil || !found {
		return nil, err
	}
	return &r, nil
}

// SeedNote says of how many seeds the result is made, and which were left out.
func (r *Result) SeedNote() string {
	note := counted(r.Seeds, "seed")
	if len(r.FailedSeeds) > 0 {
		note += fmt.Sprintf("; seeds %v failed and are left out", r.FailedSeeds)
	}
	if r.Short != "" {
		note += "; stopped after " + r.Short
	}
	return note
}
