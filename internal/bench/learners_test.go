package bench

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/internal/backend"
	"github.com/goicl/goicl/internal/lanes"
)

// learnerRows are the rows of learner-step for steps of two tasks, with that peer.
func learnerRows(t *testing.T, peer string) map[string]string {
	t.Helper()
	all, err := trainees()
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{"first-step/own/B=2": peer + " from nothing"}
	for _, l := range all {
		rows["learner-step/"+l.name+"/B=2"] = peer
	}
	return rows
}

// TestLearners: each learner has a row, and but for first steps a share of the peak.
func TestLearners(t *testing.T) {
	b := &bench{Options: short(io.Discard)}
	b.Tasks = []int{2}
	if err := b.learnersOn(t.Context(), "go"); err != nil {
		t.Fatal(err)
	}
	checkRows(t, b.rows, learnerRows(t, "go"))
	peakIsKnown, _ := lanes.Available()
	for _, r := range b.rows {
		counted := strings.HasPrefix(r.Name, "learner-step/") && peakIsKnown
		if counted != (r.Share > 0) {
			t.Errorf("%s: %g of the peak", r.Name, r.Share)
		}
	}
}

// TestLearnersOnLanes runs what the command does.
func TestLearnersOnLanes(t *testing.T) {
	if _, err := backend.Shared(t.Context(), learnerBackend); err != nil {
		t.Skip(err)
	}
	opts := short(io.Discard)
	opts.Tasks = []int{2}
	report, err := Run(t.Context(), []string{"learner-step"}, opts)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(report.Results, func(r Row) bool { return r.Name == "learner-step/own/B=2" && r.Peer == "go" }) {
		t.Errorf("rows %v; want one of a user's learner", report.Results)
	}
}

// TestLearnersAreLeftOut: what a backend refuses costs its row, not the run.
func TestLearnersAreLeftOut(t *testing.T) {
	var log strings.Builder
	b := &bench{Options: short(&log)}
	b.Tasks = []int{2}
	if err := b.learnersOn(t.Context(), "abacus"); err != nil || len(b.rows) != 0 {
		t.Errorf("rows %v, error %v; want neither", b.rows, err)
	}
	for name := range learnerRows(t, "go") {
		if !strings.Contains(log.String(), name+" is left out: ") {
			t.Errorf("the log does not say why there is no %s", name)
		}
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.learnersOn(stopped, "abacus"); !errors.Is(err, context.Canceled) {
		t.Errorf("a stopped run: %v", err)
	}
}

// TestLearnersHavePeers: each runs against its program in PyTorch.
func TestLearnersHavePeers(t *testing.T) {
	root, python := fakePython(t, `shift 5; echo ready "$@"`)
	b := &bench{Options: short(io.Discard), python: python}
	b.Kernel.Root = root
	if err := b.learnerOn(t.Context(), "go", own, 2); err != nil {
		t.Fatal(err)
	}
	var peers []string
	for _, r := range b.rows {
		peers = append(peers, r.Peer)
	}
	want := []string{"go", "--mode eager --learner own --tasks 2", "--mode compile --learner own --tasks 2"}
	if !slices.Equal(peers, want) {
		t.Errorf("peers %q, want %q", peers, want)
	}
}
