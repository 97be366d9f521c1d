package claim

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goicl/goicl/icl/train"
)

// study is what is done about a claim.
type study interface {
	// prepare gets it ready to run, before anything else is called.
	prepare(o Options) error
	// identify writes down all that its result depends on.
	identify(w io.Writer) error
	// work makes the training runs i for which mine(i), or loads them.
	work(ctx context.Context, mine func(i int) bool) error
	// conclude does all that is left and returns the result, but for its verdict.
	conclude(ctx context.Context) (*Result, error)
}

// claims lists what Reproduce knows.
var claims = map[string]func(Preset) study{
	"claim1": claim1, "claim2": claim2, "claim3": claim3, "claim4": claim4, "claim5": claim5,
}

// Names lists the claims that can be reproduced.
func Names() []string { return slices.Sorted(maps.Keys(claims)) }

// define returns the study of a claim, in the size of a preset.
func define(name string, p Preset) (study, error) {
	of := claims[name]
	if of == nil {
		return nil, fmt.Errorf("claim: unknown claim %q; known: %s", name, strings.Join(Names(), ", "))
	}
	return of(p), nil
}

// Options are the run-time matters of an experiment.
type Options struct {
	Dir      string         // where runs and results are kept; "" means [train.DefaultDir]
	Backend  string         // the GoMLX backend, as [backend.Open] reads it
	Train    []train.Option // engine
	Progress func(Progress) // called now and then, never from two goroutines at once
}

// manyRuns are the options of training runs that are made side by side.
func (o Options) manyRuns() []train.Option {
	return append([]train.Option{train.ManyRuns()}, o.Train...)
}

// Reproduce runs the experiment of a claim, or loads its result if it was run
// before with the same preset. An interrupted experiment goes on where it was.
func Reproduce(ctx context.Context, name string, p Preset, o Options) (*Result, error) {
	study, err := open(name, p, &o)
	if err != nil {
		return nil, err
	}
	path, err := resultPath(study, name, p, o.Dir)
	if err != nil {
		return nil, err
	}
	if r, err := loadResult(path); err != nil || r != nil {
		return r, err
	}
	r, err := study.conclude(ctx)
	if err != nil {
		return nil, err
	}
	r.Format, r.Claim, r.Preset = resultFormat, name, p.Name
	r.Checks = judge(r.Checks)
	r.Verdict = verdict(r.Checks)
	return r, r.save(path)
}

// open gets the study of a claim ready to run; it fills in o.
func open(name string, p Preset, o *Options) (study, error) {
	study, err := define(name, p)
	if err != nil {
		return nil, err
	}
	if p.Seeds < 2 {
		return nil, fmt.Errorf("claim: no interval over seeds from %d of them; want at least 2", p.Seeds)
	}
	if o.Dir == "" {
		o.Dir = train.DefaultDir()
	}
	o.Train = append([]train.Option{train.WithDir(o.Dir), train.WithBackend(o.Backend)}, o.Train...)
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	return study, study.prepare(*o)
}

// Shard makes a part of a claim's runs: those whose number leaves the remainder
// part − 1 when divided by of, with 1 ≤ part ≤ of. It gives no result; a call of
// [Reproduce] on the same directory, when all parts are done or before, makes what
// is left and judges. Several processes may work on one directory at once.
func Shard(ctx context.Context, name string, p Preset, part, of int, o Options) error {
	if part < 1 || part > of {
		return fmt.Errorf("claim: part %d of %d; want 1..%d", part, of, max(1, of))
	}
	study, err := open(name, p, &o)
	if err != nil {
		return err
	}
	return study.work(ctx, func(i int) bool { return i%of == part-1 })
}

// resultPath names the result by a hash of what it depends on: the preset and all that
// the study names.
func resultPath(study study, name string, p Preset, dir string) (string, error) {
	sum := sha256.New()
	raw, err := json.Marshal(p)
	if err != nil {
		return "", fmt.Errorf("claim: %w", err)
	}
	sum.Write(raw)
	if err := study.identify(sum); err != nil {
		return "", err
	}
	return filepath.Join(dir, fmt.Sprintf("%s-%s-%s.json", name, p.Name, hex.EncodeToString(sum.Sum(nil)[:6]))), nil
}

// Model returns a learner of a claim's experiment as it was trained for a seed:
// Model(ctx, "claim2", p, "ICL", "mix", 0, o). It trains it where that was not
// done yet.
func Model(ctx context.Context, name string, p Preset, learner, trainedOn string, seed uint64, o Options) (*train.Fitted, error) {
	study, err := define(name, p)
	if err != nil {
		return nil, err
	}
	x, ok := study.(*experiment)
	if !ok {
		return nil, fmt.Errorf("claim: %s has no learner of its own to load", name)
	}
	for _, c := range x.cells {
		if c.learner.Name() != learner || c.trained != trainedOn {
			continue
		}
		cfg, err := x.config(c, seed)
		if err != nil {
			return nil, err
		}
		opts := append([]train.Option{train.WithBackend(o.Backend)}, o.Train...)
		if o.Dir != "" {
			opts = append([]train.Option{train.WithDir(o.Dir)}, opts...)
		}
		f, _, err := train.BestOf(ctx, cfg, p.starts(c.learner), opts...)
		return f, err
	}
	return nil, fmt.Errorf("claim: %s trains no %q on %q", name, learner, trainedOn)
}
