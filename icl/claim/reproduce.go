package claim

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goicl/goicl/icl/train"
)

// definition is a claim as data: what to train and test, and how to judge it.
type definition struct {
	name, title string
	experiment  *experiment
	fill        func(r *Result) // checks, headline and whatever else the claim tells
}

// claims lists what Reproduce knows.
var claims = map[string]func(Preset) definition{"claim2": claim2, "claim3": claim3}

// Names lists the claims that can be reproduced.
func Names() []string { return slices.Sorted(maps.Keys(claims)) }

// define returns a claim by its name, in the size of a preset.
func define(name string, p Preset) (definition, error) {
	of := claims[name]
	if of == nil {
		return definition{}, fmt.Errorf("claim: unknown claim %q; known: %s", name, strings.Join(Names(), ", "))
	}
	return of(p), nil
}

// Options are the run-time matters of an experiment.
type Options struct {
	Dir      string         // where runs and results are kept; "" means [train.DefaultDir]
	Train    []train.Option // engine, backend
	Progress func(Progress) // called now and then, never from two goroutines at once
}

// Reproduce runs the experiment of a claim, or loads its result if it was run
// before with the same preset. An interrupted experiment goes on where it was.
func Reproduce(ctx context.Context, name string, p Preset, o Options) (*Result, error) {
	d, err := open(name, p, &o)
	if err != nil {
		return nil, err
	}
	path, err := d.resultPath(o.Dir)
	if err != nil {
		return nil, err
	}
	if r, err := loadResult(path); err != nil || r != nil {
		return r, err
	}
	if err := d.experiment.run(ctx); err != nil {
		return nil, err
	}
	r := d.result()
	return r, r.save(path)
}

// open defines a claim and gets its experiment ready to run; it fills in o.Dir.
func open(name string, p Preset, o *Options) (definition, error) {
	d, err := define(name, p)
	if err != nil {
		return d, err
	}
	if p.Seeds < 2 {
		return d, fmt.Errorf("claim: %d seeds give no interval over seeds; want at least 2", p.Seeds)
	}
	if o.Dir == "" {
		o.Dir = train.DefaultDir()
	}
	d.experiment.opts = append([]train.Option{train.WithDir(o.Dir)}, o.Train...)
	d.experiment.progress = func(Progress) {}
	if o.Progress != nil {
		d.experiment.progress = o.Progress
	}
	return d, d.experiment.prepare()
}

// Shard makes a part of a claim's runs: those whose number leaves the remainder
// part − 1 when divided by of, with 1 ≤ part ≤ of. It gives no result; a call of
// [Reproduce] on the same directory, when all parts are done or before, makes what
// is left and judges. Several processes may work on one directory at once.
func Shard(ctx context.Context, name string, p Preset, part, of int, o Options) error {
	if part < 1 || part > of {
		return fmt.Errorf("claim: part %d of %d; want 1..%d", part, of, max(1, of))
	}
	d, err := open(name, p, &o)
	if err != nil {
		return err
	}
	mine := func(i int) bool { return i%of == part-1 }
	nothing := func(context.Context, *train.Fitted, cell, uint64) error { return nil }
	return d.experiment.train(ctx, mine, nothing)
}

func (d definition) result() *Result {
	x := d.experiment
	r := &Result{
		Format: resultFormat, Claim: d.name, Title: d.title,
		Preset: x.preset.Name, Seeds: len(x.seeds()), Tasks: x.tasks,
		Curves: x.curves(), Runs: x.runs, CoreMinutes: x.coreMinutes(),
	}
	for _, run := range x.failures() {
		if !slices.Contains(r.FailedSeeds, run.Seed) {
			r.FailedSeeds = append(r.FailedSeeds, run.Seed)
		}
	}
	d.fill(r)
	r.Checks = judge(r.Checks)
	r.Verdict = verdict(r.Checks)
	return r
}

// resultPath names the result by a hash of what it depends on: the preset, the
// keys of all runs and their numbers of starts.
func (d definition) resultPath(dir string) (string, error) {
	sum := sha256.New()
	raw, err := json.Marshal(d.experiment.preset)
	if err != nil {
		return "", fmt.Errorf("claim: %w", err)
	}
	sum.Write(raw)
	fmt.Fprintln(sum, d.experiment.conditions, d.experiment.at, d.experiment.tasks)
	for s := range d.experiment.preset.Seeds {
		for _, c := range d.experiment.cells {
			cfg, err := d.experiment.config(c, uint64(s))
			if err != nil {
				return "", err
			}
			key, err := cfg.Key()
			if err != nil {
				return "", err
			}
			fmt.Fprintln(sum, key, d.experiment.preset.starts(c.learner))
		}
	}
	name := fmt.Sprintf("%s-%s-%s.json", d.name, d.experiment.preset.Name, hex.EncodeToString(sum.Sum(nil)[:6]))
	return filepath.Join(dir, name), nil
}

// Model returns a learner of a claim's experiment as it was trained for a seed:
// Model(ctx, "claim2", p, "ICL", "mix", 0, o). It trains it where that was not
// done yet.
func Model(ctx context.Context, name string, p Preset, learner, trainedOn string, seed uint64, o Options) (*train.Fitted, error) {
	d, err := define(name, p)
	if err != nil {
		return nil, err
	}
	x := d.experiment
	for _, c := range x.cells {
		if c.learner.Name() != learner || c.trained != trainedOn {
			continue
		}
		cfg, err := x.config(c, seed)
		if err != nil {
			return nil, err
		}
		opts := o.Train
		if o.Dir != "" {
			opts = append([]train.Option{train.WithDir(o.Dir)}, opts...)
		}
		f, _, err := train.BestOf(ctx, cfg, p.starts(c.learner), opts...)
		return f, err
	}
	return nil, fmt.Errorf("claim: %s trains no %q on %q", name, learner, trainedOn)
}
