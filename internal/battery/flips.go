package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"github.com/adrg/xdg"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/npz"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/internal/backend"
)

// target is a kind of files, all of which one reader reads.
type target struct {
	name   string
	files  []string
	weight int // its share of the flips
	// read returns all that the library makes of the files.
	read func(ctx context.Context) (string, error)
}

// flips flips one random bit of a random file at a time. A flip is seen if reading is an
// error, and harmless if what is read is what was read before.
func flips(ctx context.Context, n int, seed uint64, out io.Writer) (held bool, err error) {
	dir, err := os.MkdirTemp("", "battery")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	targets, err := makeTargets(ctx, dir)
	if err != nil {
		return false, err
	}
	rng, total := rand.New(rand.NewPCG(seed, 1)), 0
	for _, t := range targets {
		total += t.weight
	}
	held = true
	fmt.Fprintf(out, "%-44s %6s %6s %9s %6s\n", "file", "flips", "seen", "harmless", "wrong")
	for _, t := range targets {
		seen, harmless, wrong, err := t.attack(ctx, max(1, n*t.weight/total), rng)
		if err != nil {
			return false, fmt.Errorf("%s: %w", t.name, err)
		}
		fmt.Fprintf(out, "%-44s %6d %6d %9d %6d\n", t.name, seen+harmless+len(wrong), seen, harmless, len(wrong))
		for _, w := range wrong {
			fmt.Fprintln(out, "  wrong:", w)
		}
		held = held && len(wrong) == 0
	}
	return held, nil
}

// attack flips n bits, one at a time, and lists the flips that gave something else.
func (t target) attack(ctx context.Context, n int, rng *rand.Rand) (seen, harmless int, wrong []string, err error) {
	want, err := t.read(ctx)
	if err != nil {
		return 0, 0, nil, fmt.Errorf("undamaged: %w", err)
	}
	for range n {
		if ctx.Err() != nil {
			return seen, harmless, wrong, ctx.Err()
		}
		path := t.files[rng.IntN(len(t.files))]
		restore, where, err := flip(path, rng)
		if err != nil {
			return seen, harmless, wrong, err
		}
		got, failed := t.read(ctx)
		switch {
		case failed != nil:
			seen++
		case got == want:
			harmless++
		default:
			wrong = append(wrong, fmt.Sprintf("%s, %s", filepath.Base(path), where))
		}
		if err := restore(); err != nil {
			return seen, harmless, wrong, err
		}
	}
	return seen, harmless, wrong, nil
}

// flip flips one bit of a file in its place.
func flip(path string, rng *rand.Rand) (restore func() error, where string, err error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return nil, "", fmt.Errorf("%s: %d bytes, %w", path, info.Size(), err)
	}
	at, bit := rng.Int64N(info.Size()), byte(1)<<rng.IntN(8)
	var b [1]byte
	if _, err := f.ReadAt(b[:], at); err != nil {
		return nil, "", err
	}
	was := b[0]
	_, err = f.WriteAt([]byte{was ^ bit}, at)
	return func() error {
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = f.WriteAt([]byte{was}, at)
		return err
	}, fmt.Sprintf("byte %d of %d, %q for %q", at, info.Size(), was^bit, was), err
}

// makeTargets makes one of each file that the library writes or caches.
func makeTargets(ctx context.Context, dir string) ([]target, error) {
	if _, err := runOf(ctx, dir, 200); err != nil {
		return nil, err
	}
	runs, err := filepath.Glob(filepath.Join(dir, "CNP-*"))
	if err != nil || len(runs) != 1 {
		return nil, fmt.Errorf("runs %v, %w", runs, err)
	}
	in := func(names ...string) []string {
		for i, name := range names {
			names[i] = filepath.Join(runs[0], name)
		}
		return names
	}
	run := func(ctx context.Context) (string, error) { return runOf(ctx, dir, 200) }
	export := func(context.Context) (string, error) { return exportOf(runs[0]) }
	targets := []target{
		{name: "checkpoint.safetensors, loaded", files: in("checkpoint.safetensors"), weight: 6, read: run},
		{name: "config.json, loaded", files: in("config.json"), weight: 2, read: run},
		{name: "log.jsonl", files: in("log.jsonl"), weight: 3, read: run},
		{name: "snapshots", files: in("snapshots/00000100.safetensors"), weight: 3, read: run},
		{name: "checkpoint.safetensors, exported", files: in("checkpoint.safetensors"), weight: 3, read: export},
		{name: "config.json, exported", files: in("config.json"), weight: 2, read: export},
	}
	more, err := exported(dir, runs[0])
	if err != nil {
		return nil, err
	}
	results, err := results(ctx, dir)
	if err != nil {
		return nil, err
	}
	return append(append(append(targets, more...), results...), plugin(dir)...), nil
}

// exported are the files that are written for others: weights and tasks.
func exported(dir, run string) ([]target, error) {
	var targets []target
	for _, name := range []string{"weights.safetensors", "weights.npz"} {
		path := filepath.Join(dir, name)
		if err := train.ExportRun(run, path); err != nil {
			return nil, err
		}
		targets = append(targets, target{name: name, files: []string{path}, weight: 3,
			read: func(context.Context) (string, error) { return weightsOf(path) }})
	}
	b, err := tasks.Sample(datasets.Rand(0, "tasks"), 4)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "tasks.npz")
	return append(targets, target{name: "tasks.npz", files: []string{path}, weight: 3,
		read: func(context.Context) (string, error) { return batchOf(path) }}), npz.WriteFile(path, b)
}

// results are the result of a study, and its finished tests before there is one.
func results(ctx context.Context, dir string) ([]target, error) {
	done, half := filepath.Join(dir, "done"), filepath.Join(dir, "half")
	if _, err := resultOf(ctx, done, false); err != nil {
		return nil, err
	}
	_, _ = resultOf(ctx, half, true)
	result, err := filepath.Glob(filepath.Join(done, "*.json"))
	if err != nil || len(result) != 1 {
		return nil, fmt.Errorf("results %v, %w", result, err)
	}
	tests, err := filepath.Glob(filepath.Join(half, "*.tests", "*.json"))
	if err != nil || len(tests) != 6 {
		return nil, fmt.Errorf("tests %v, %w", tests, err)
	}
	copied := filepath.Join(dir, "copy")
	return []target{
		{name: "result of a study", files: result, weight: 4,
			read: func(ctx context.Context) (string, error) { return resultOf(ctx, done, false) }},
		{name: "tests of a study without a result", files: tests, weight: 1,
			read: func(ctx context.Context) (string, error) { // in a copy, since the tests go when the result is saved
				if err := copyTree(half, copied); err != nil {
					return "", err
				}
				return resultOf(ctx, copied, false)
			}},
	}, nil
}

func copyTree(from, to string) error {
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	return os.CopyFS(to, os.DirFS(from))
}

// plugin is the XLA plugin in the cache, if there is one.
func plugin(dir string) []target {
	found, err := backend.Find()
	if err != nil || !strings.HasPrefix(found, xdg.CacheHome) {
		return nil
	}
	cache := filepath.Join(dir, "cache")
	path := filepath.Join(cache, "goicl", "pjrt", filepath.Base(found))
	if os.MkdirAll(filepath.Dir(path), 0o755) != nil || copyFile(found, path) != nil {
		return nil
	}
	return []target{{name: "XLA plugin", files: []string{path}, weight: 1, read: func(context.Context) (string, error) {
		defer func(was string) { xdg.CacheHome = was }(xdg.CacheHome)
		xdg.CacheHome = cache
		return backend.Find()
	}}}
}

func copyFile(from, to string) error {
	raw, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, raw, fs.FileMode(0o644))
}
