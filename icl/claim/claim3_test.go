package claim

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // the house dot-imports graph in graph files
	"golang.org/x/sync/errgroup"

	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/train"
)

// TestClaim3 runs claim 3 end to end, in parts: two shards, of which the second
// is interrupted, and the call that merges them.
func TestClaim3(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles every learner")
	}
	o := Options{Dir: t.TempDir(), Train: []train.Option{train.WithBackend("go")}}
	trained := func(o *Options) *[]string { // the runs of which steps were made
		var seen []string
		o.Progress = func(p Progress) {
			if p.Step.Loss != 0 && (len(seen) == 0 || seen[len(seen)-1] != p.Label) {
				seen = append(seen, p.Label)
			}
		}
		return &seen
	}
	first := trained(&o)
	if err := Shard(t.Context(), "claim3", tiny(), 1, 2, o); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	o.Progress = func(p Progress) {
		if p.Done >= 4 {
			cancel()
		}
	}
	if err := Shard(ctx, "claim3", tiny(), 2, 2, o); !errors.Is(err, context.Canceled) && !errors.Is(err, train.ErrInterrupted) {
		t.Fatalf("error %v of an interrupted shard", err)
	}
	rest := trained(&o)
	r, err := Reproduce(t.Context(), "claim3", tiny(), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, again := range *first {
		if strings.Contains(strings.Join(*rest, "\n"), again) {
			t.Errorf("%s was trained by the first shard and again", again)
		}
	}
	if len(r.Checks) != 4 || len(r.Runs) != 24 || len(r.Findings) != 21 || r.Seeds != 2 {
		t.Errorf("%d checks, %d runs, %d findings, %d seeds; want 4, 24, 21, 2", len(r.Checks), len(r.Runs), len(r.Findings), r.Seeds)
	}
	// Bayes knows the rule: nothing else is right in nearly all discs.
	if c, ok := r.Curve("Bayes", "", "radius"); !ok || c.Mean[len(c.Mean)-1] < .9 {
		t.Errorf("Bayes on radius: %+v", c)
	}
	if c, ok := r.CurveAt("ICL", mixture, "pair", 5); !ok || len(c.Mean) != len(authorsAt) {
		t.Errorf("ICL on pair at σ = 5: %+v", c)
	}
	if len(r.Closeness) == 0 || r.Closeness[0].Metric != eval.Distance {
		t.Error("no closeness")
	}
}

// fragile has a single weight, of which it takes the logarithm: half of its random
// starts are NaN.
type fragile struct{}

func (fragile) Name() string { return "fragile" }

func (fragile) Params(_, _ int) ([]learner.Param, error) {
	return []learner.Param{{Name: "w", Dims: []int{1}, Init: learner.FanIn(1)}}, nil
}

func (fragile) Logits(w learner.Weights, ep learner.Episode) *Node {
	one := Reshape(Log(w.Get("w")), 1, 1, 1)
	return BroadcastToDims(one, ep.B(), ep.M(), ep.C())
}

// TestAFailedSeedIsLeftOutAndShown trains the fragile learner: a seed that starts
// with NaN must not take the others down, nor count.
func TestAFailedSeedIsLeftOutAndShown(t *testing.T) {
	p := tiny()
	p.Seeds = 8
	x := &experiment{
		preset: p, cells: []cell{{fragile{}, "amort"}}, conditions: at1("amort"), at: []int{2, 5}, tasks: 4,
		derive: func(condition, func(subject) *train.Fitted) ([]eval.Predictor, error) {
			return []eval.Predictor{bayes.Amort{}}, nil
		},
		keep: func(condition) bool { return false },
		fill: func(*Result) {},
	}
	if err := x.prepare(Options{Train: []train.Option{train.WithDir(t.TempDir()), train.WithBackend("go")}, Progress: func(Progress) {}}); err != nil {
		t.Fatal(err)
	}
	r, err := x.conclude(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if n := len(x.failures()); n < 1 || n > 6 {
		t.Fatalf("%d of 8 seeds failed; the test wants some, not all", n)
	}
	if r.Seeds+len(r.FailedSeeds) != 8 || len(r.FailedSeeds) != len(x.failures()) {
		t.Errorf("%d seeds and %v failed", r.Seeds, r.FailedSeeds)
	}
	if got := len(x.summaries(subject{"fragile", "amort"}, on("amort"))); got != r.Seeds {
		t.Errorf("%d seeds count, want %d", got, r.Seeds)
	}
	if why := x.failures()[0].Failed; !strings.Contains(why, "diverged at step 1") {
		t.Errorf("the reason is %q", why)
	}
	if note := r.SeedNote(); !strings.Contains(note, "failed") {
		t.Errorf("the note on seeds is %q", note)
	}
}

func TestShardsThatDoNotExist(t *testing.T) {
	for _, part := range []int{0, 3, -1} {
		if err := Shard(t.Context(), "claim3", tiny(), part, 2, Options{Dir: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "want 1..2") {
			t.Errorf("part %d of 2: error %v", part, err)
		}
	}
}

func TestFamilyPosterior(t *testing.T) {
	curves, err := FamilyPosterior(t.Context(), "amort", 40)
	if err != nil || len(curves) != 3 {
		t.Fatalf("%d curves, error %v", len(curves), err)
	}
	last := len(curves[0].Mean) - 1
	if own := curves[2]; own.Learner != "amort" || own.Mean[last] < .9 || own.Mean[0] > .7 {
		t.Errorf("on amort tasks the posterior of amort goes from %.2f to %.2f", own.Mean[0], own.Mean[last])
	}
	for i := range curves[0].Mean {
		if sum := curves[0].Mean[i] + curves[1].Mean[i] + curves[2].Mean[i]; sum < .999 || sum > 1.001 {
			t.Errorf("probabilities sum to %g", sum)
		}
	}
}

// TestTwoAtOnceShareTheRuns: two calls on one directory make every step once.
func TestTwoAtOnceShareTheRuns(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles every learner")
	}
	dir := t.TempDir()
	var mu sync.Mutex
	made := map[string]int{}
	group, ctx := errgroup.WithContext(t.Context())
	for range 2 {
		o := Options{Dir: dir, Train: []train.Option{train.WithBackend("go")}, Progress: func(p Progress) {
			if p.Step.Loss == 0 {
				return // loaded
			}
			mu.Lock()
			defer mu.Unlock()
			made[fmt.Sprintf("%s, step %d", p.Step.Run, p.Step.Step)]++
		}}
		group.Go(func() error { return Shard(ctx, "claim3", tiny(), 1, 3, o) })
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	if len(made) < 8 {
		t.Errorf("only %d steps were made", len(made))
	}
	for step, times := range made {
		if times != 1 {
			t.Errorf("%s was made %d times", step, times)
		}
	}
}
