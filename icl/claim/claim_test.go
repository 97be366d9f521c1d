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

// TestChecks: an estimate on the right side is not enough, and what is enough for
// one check need not be for many.
func TestChecks(t *testing.T) {
	e := eval.Estimate{Mean: .004, Lo: -.002, Hi: .010, SE: .003}
	for name, test := range map[string]struct {
		check Check
		want  bool
	}{
		"above 0":       {above("", 0, e), false},
		"above -.01":    {above("", -.01, e), true},
		"below 0":       {below("", 0, e), false},
		"below .02":     {below("", .02, e), true},
		"within ±.005":  {within("", .005, e), false},
		"within ±.0125": {within("", .0125, e), true},
	} {
		if got := judge([]Check{test.check})[0]; got.Pass != test.want {
			t.Errorf("%s: pass %v at p = %.4f, want %v", name, got.Pass, got.P, test.want)
		}
	}
	weak := above("", -.003, e) // p = .0098
	if !judge([]Check{weak})[0].Pass || judge([]Check{weak, weak, weak, weak})[0].Pass {
		t.Error("a p-value of .01 should pass alone and fail among four")
	}
}

// tiny is the smallest experiment that goes the whole way.
func tiny() Preset {
	return Preset{Name: "tiny", Seeds: 2, Tasks: 16, Single: 3, Mixture: 3, Metric: 2, CNP: 2, Softmax: 1, Shift: 8, Starts: 1}
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
	if len(r.Checks) != 12 || len(r.Runs) != 80 || len(r.Curves) != 123 || len(r.Regret) != 18 || len(r.Inflation) != 9 {
		t.Errorf("%d checks, %d runs, %d curves, %d and %d of regret and inflation; want 12, 80, 123, 18, 9",
			len(r.Checks), len(r.Runs), len(r.Curves), len(r.Regret), len(r.Inflation))
	}
	if r.Verdict != verdict(r.Checks) {
		t.Errorf("verdict %s does not follow from the checks", r.Verdict)
	}
	if got := len(r.Single("ICL", "CNP", "Bayes")); got != 9 {
		t.Errorf("%d curves of two learners and Bayes on single families, want 9", got)
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

// TestOldResult: one that another version has judged counts as none.
func TestOldResult(t *testing.T) {
	path := filepath.Join(t.TempDir(), "claim2-quick.json")
	for format, want := range map[int]bool{resultFormat - 1: false, resultFormat: true} {
		if err := (&Result{Format: format, Claim: "claim2"}).save(path); err != nil {
			t.Fatal(err)
		}
		if r, err := loadResult(path); err != nil || (r != nil) != want {
			t.Errorf("format %d: result %v, error %v", format, r, err)
		}
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
		"one seed":      {"claim2", one, "from 1 of them"},
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
