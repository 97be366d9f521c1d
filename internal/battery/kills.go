package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// childVariable tells a process of this program that it is a child, and the folder to work
// in.
const childVariable = "GOICL_BATTERY_CHILD"

// killSteps is the length of a run that is killed: it saves its state twenty times.
const killSteps = 1000

// work trains a run and makes a study in dir, and returns all that they tell.
func work(ctx context.Context, dir string) (string, error) {
	run, err := runOf(ctx, filepath.Join(dir, "run"), killSteps)
	if err != nil {
		return "", err
	}
	result, err := resultOf(ctx, filepath.Join(dir, "study"), false)
	return run + result, err
}

// runChild works and prints what it found; it returns the exit status.
func runChild(dir string) int {
	var err error
	if limit := os.Getenv(limitVariable); limit != "" {
		err = limitFiles(limit)
	}
	var found string
	if err == nil {
		found, err = work(context.Background(), dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println(found)
	return 0
}

// child prepares a process that works in dir, with temporary files in tmp.
func child(ctx context.Context, dir, tmp string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+dir, "TMPDIR="+tmp)
	return cmd
}

// kills kills processes that train and test, again and again, until each is done; n times in
// all. What comes out must be what a process gives that was not killed.
func kills(ctx context.Context, n int, seed uint64, out io.Writer) (held bool, err error) {
	dir, err := os.MkdirTemp("", "battery")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	tmp := filepath.Join(dir, "tmp")
	if err := os.Mkdir(tmp, 0o755); err != nil {
		return false, err
	}
	start := time.Now()
	whole, err := child(ctx, filepath.Join(dir, "whole"), tmp).Output()
	if err != nil {
		return false, explain(err)
	}
	took, rng := time.Since(start), rand.New(rand.NewPCG(seed, 2))
	killed, done, left, other := 0, 0, 0, 0
	for killed < n {
		work := filepath.Join(dir, fmt.Sprint("work", done))
		found, times, err := killed1(ctx, work, tmp, took, n-killed, rng)
		if err != nil {
			return false, err
		}
		killed, done = killed+times, done+1
		if string(found) != string(whole) {
			other++
		}
		files, err := leftovers(work, tmp)
		if err != nil {
			return false, err
		}
		for _, f := range files {
			fmt.Fprintln(out, "  left:", f)
		}
		left += len(files)
		if err := os.RemoveAll(work); err != nil {
			return false, err
		}
	}
	fmt.Fprintf(out, "%d kills in %d pieces of work: %d with other weights, logs or results, %d temporary files left\n", killed, done, other, left)
	return other == 0 && left == 0, nil
}

// killed1 starts a piece of work, kills it after a random time and starts it again until it
// comes to its end, or has been killed most times. It returns what was found.
func killed1(ctx context.Context, dir, tmp string, took time.Duration, most int, rng *rand.Rand) (found []byte, times int, err error) {
	for {
		alive, cancel := context.WithCancel(ctx)
		if times < most {
			alive, cancel = context.WithTimeout(ctx, time.Duration(rng.Float64()*float64(took)/2))
		}
		found, err = child(alive, dir, tmp).Output() // SIGKILL at the end of its context
		cancel()
		switch {
		case ctx.Err() != nil:
			return nil, times, ctx.Err()
		case err == nil:
			return found, times, nil
		case alive.Err() == nil || !errors.Is(alive.Err(), context.DeadlineExceeded):
			return nil, times, explain(err)
		}
		times++
	}
}

// leftovers are the temporary files in the folders: all that begin with a dot, and all of
// tmp.
func leftovers(dir, tmp string) (files []string, err error) {
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && strings.HasPrefix(e.Name(), ".") {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(tmp)
	for _, e := range entries {
		files = append(files, filepath.Join(tmp, e.Name()))
	}
	return files, err
}

// explain adds what a failed process wrote to standard error.
func explain(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) && len(exit.Stderr) > 0 {
		return fmt.Errorf("%w: %s", err, exit.Stderr)
	}
	return err
}
