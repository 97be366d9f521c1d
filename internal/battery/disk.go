package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// limitVariable tells a child the number of bytes after which writing to a file fails.
const limitVariable = "GOICL_BATTERY_LIMIT"

// disk has processes work where files cannot grow beyond a random number of bytes. Each must
// fail with a message, leave nothing half-written, and go on where there is room.
func disk(ctx context.Context, n int, seed uint64, out io.Writer) (held bool, err error) {
	dir, err := os.MkdirTemp("", "battery")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	whole, err := child(ctx, filepath.Join(dir, "whole"), dir).Output()
	if err != nil {
		return false, explain(err)
	}
	largest, err := largestFile(filepath.Join(dir, "whole"))
	if err != nil {
		return false, err
	}
	rng := rand.New(rand.NewPCG(seed, 3))
	silent, other, stuck := 0, 0, 0
	for i := range n {
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		work, limit := filepath.Join(dir, fmt.Sprint("work", i)), rng.Int64N(largest)
		full := child(ctx, work, dir)
		full.Env = append(full.Env, fmt.Sprintf("%s=%d", limitVariable, limit))
		if _, err := full.Output(); err == nil || !strings.Contains(explain(err).Error(), "file too large") {
			silent++
			fmt.Fprintf(out, "  files of at most %d bytes: %v\n", limit, explain(err))
		}
		found, err := child(ctx, work, dir).Output()
		switch {
		case err != nil:
			stuck++
			fmt.Fprintf(out, "  with room again after %d bytes: %v\n", limit, explain(err))
		case string(found) != string(whole):
			other++
		}
		if err := os.RemoveAll(work); err != nil {
			return false, err
		}
	}
	fmt.Fprintf(out, "%d full disks: %d without an error, %d that did not go on, %d with other weights, logs or results\n", n, silent, stuck, other)
	return silent+stuck+other == 0, nil
}

// largestFile is the size of the largest file in a folder.
func largestFile(dir string) (size int64, err error) {
	err = filepath.Walk(dir, func(_ string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().IsRegular() {
			size = max(size, info.Size())
		}
		return err
	})
	return size, err
}
