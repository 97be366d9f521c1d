package claim

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/train"
)

func TestVerdict(t *testing.T) {
	yes, no := Check{Pass: true}, Check{}
	for want, checks := range map[Verdict][]Check{
		Reproduced:    {yes, yes},
		NotReproduced: {no, no},
		Mixed:         {yes, no},
	} {
		if got := verdict(checks); got != want {
			t.Errorf("%v: %s, want %s", checks, got, want)
		}
	}
}

// TestChecksNeedTheWholeInterval: an estimate on the right side is not enough.
func TestChecksNeedTheWholeInterval(t *testing.T) {
	e := eval.Estimate{Mean: .004, Lo: -.002, Hi: .012}
	for name, test := range map[string]struct{ got, want bool }{
		"above 0":       {above("", 0, e).Pass, false},
		"above -.01":    {above("", -.01, e).Pass, true},
		"below 0":       {below("", 0, e).Pass, false},
		"below .02":     {below("", .02, e).Pass, true},
		"within ±.01":   {within("", .01, e).Pass, false},
		"within ±.0125": {within("", .0125, e).Pass, true},
	} {
		if test.got != test.want {
			t.Errorf("%s: pass %v, want %v", name, test.got, test.want)
		}
	}
}

// tiny is the smallest experiment that goes the whole way.
func tiny() Preset {
	return Preset{Name: "tiny", Seeds: 2, Tasks: 16, Single: 3, Mixture: 3, Rivals: 2, Starts: 1}
}

// TestReproduce runs claim 2 end to end, loads it again, and goes on after an
// interruption.
func TestReproduce(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles every learner")
	}
	o := Options{Dir: t.TempDir(), Train: []train.Option{train.WithBackend("go")}}
	ctx, cancel := context.WithCancel(context.Background())
	o.Progress = func(p Progress) {
		if p.Done >= 5 {
			cancel()
		}
	}
	if _, err := Reproduce(ctx, "claim2", tiny(), o); err == nil {
		t.Fatal("an interrupted experiment gave a result")
	}
	o.Progress = nil
	r, err := Reproduce(context.Background(), "claim2", tiny(), o)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Checks) != 12 || len(r.Runs) != 80 || len(r.Curves) != 120 {
		t.Errorf("%d checks, %d runs, %d curves; want 12, 80, 120", len(r.Checks), len(r.Runs), len(r.Curves))
	}
	if r.Verdict != verdict(r.Checks) {
		t.Errorf("verdict %s does not follow from the checks", r.Verdict)
	}
	if got := len(r.Single("ICL", "CNP")); got != 6 {
		t.Errorf("%d curves of two learners on single families, want 6", got)
	}
	again, err := Reproduce(context.Background(), "claim2", tiny(), o)
	if err != nil || again.Verdict != r.Verdict || again.Checks[0] != r.Checks[0] {
		t.Errorf("the stored result differs (error %v)", err)
	}
	damage(t, o.Dir)
	if _, err := Reproduce(context.Background(), "claim2", tiny(), o); err == nil || !strings.Contains(err.Error(), "delete") {
		t.Errorf("a damaged result: error %v; want one that says what to delete", err)
	}
}

// damage cuts the result file short.
func damage(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "claim2-tiny-*.json"))
	if err != nil || len(files) != 1 {
		t.Fatalf("result files %v, error %v; want one", files, err)
	}
	if err := os.Truncate(files[0], 100); err != nil {
		t.Fatal(err)
	}
}

func TestReproduceRefuses(t *testing.T) {
	one := tiny()
	one.Seeds = 1
	for name, test := range map[string]struct {
		claim  string
		preset Preset
		want   string
	}{
		"unknown claim": {"claim9", tiny(), "claim9"},
		"one seed":      {"claim2", one, "1 seeds"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Reproduce(context.Background(), test.claim, test.preset, Options{Dir: t.TempDir()})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v; want one with %q", err, test.want)
			}
		})
	}
	if _, err := PresetByName("huge"); err == nil || !strings.Contains(err.Error(), "huge") {
		t.Errorf("error %v; want one with the preset's name", err)
	}
}
