package docs_test

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/claim"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

func moreSteps() *study.Study {
	tasks := synthetic.Amort{N: 20}
	arm := func(name string, steps int) study.Arm {
		return study.Arm{Name: name, Learner: transformer.Paper{Depth: 2}, Tasks: tasks, Recipe: train.Fast(steps)}
	}
	return &study.Study{
		Name: "more-steps", Title: "ten times as many steps help", Seeds: 4,
		Arms:       []study.Arm{arm("short", 30), arm("long", 300)},
		Conditions: []study.Condition{study.On(tasks, 500)},
		Report: func(_ context.Context, d *study.Data, r *study.Result) error {
			gain := d.Difference(eval.Accuracy, "long", "short", "amort")
			r.Checks = []study.Check{study.Above("accuracy: long − short", .01, gain)}
			r.Add("accuracy", d.Curve(eval.Accuracy, "short", "amort"), d.Curve(eval.Accuracy, "long", "amort"))
			return nil
		},
	}
}

var Claim = study.Definition{
	Name: "more-steps", Title: "ten times as many steps help",
	New: func(string) (*study.Study, error) { return moreSteps(), nil },
}

func Example_study() {
	result, err := study.Run(context.Background(), moreSteps(), study.Options{Dir: dir})
	check(err)
	fmt.Println(result.Sentence())
	// Output: more-steps: ten times as many steps help. reproduced: 1 of 1 checks pass (4 seeds)
}

// TestNewStudyPage: the Go code of the page stands in this file, so it compiles, runs and
// prints what it says; the definition can join the registry.
func TestNewStudyPage(t *testing.T) {
	page, err := os.ReadFile("new_study.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("new_study_test.go")
	if err != nil {
		t.Fatal(err)
	}
	quoted := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	if len(quoted) != 3 {
		t.Fatalf("%d pieces of Go on the page, want 3", len(quoted))
	}
	code := strings.ReplaceAll(string(source), "\n\t", "\n")
	for _, q := range quoted {
		if !strings.Contains(code, strings.ReplaceAll(q[1], "\n\t", "\n")) {
			t.Errorf("not in the tested code:\n%s", q[1])
		}
	}
	s, err := append(claim.Registry(), Claim).New("more-steps", "smoke")
	if err != nil || len(s.Arms) != 2 || s.Preset != "smoke" {
		t.Errorf("%+v, error %v", s, err)
	}
}
