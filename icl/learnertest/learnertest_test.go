package learnertest_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/learnertest"
)

// faulty is a linear classifier of the query with one fault each.
type faulty struct{ Fault string }

func (f faulty) Name() string { return "faulty" }

func (f faulty) Params(d, c int) ([]learner.Param, error) {
	params := learner.LinearParams("w", d, c, true)
	if strings.Contains(f.Fault, "kink") {
		params = append(params, learner.Param{Name: "kink", Init: learner.Constant(0)})
	}
	return params, nil
}

func (f faulty) Logits(w learner.Weights, ep learner.Episode) *Node {
	logits := learner.Linear(w, "w", ep.Queries)
	switch f.Fault {
	case "reads the query's label":
		return Add(logits, Einsum("bmn,bnc->bmc", ep.IsQuery, ep.Y))
	case "reads later points":
		return Add(logits, InsertAxes(ReduceSum(ep.Y, 1), 1))
	case "minds the order":
		first := Slice(ep.Y, AxisRange(), AxisRange(0, 1)) // the label of point 0
		context := ReduceAndKeep(Slice(ep.Context, AxisRange(), AxisRange(), AxisRange(0, 1)), ReduceMax, -1)
		return Add(logits, Mul(first, context))
	case "is not finite without examples":
		return Div(logits, ReduceAndKeep(ep.Context, ReduceSum, -1))
	case "hides a gradient":
		return Add(logits, StopGradient(logits))
	case "has a kink next to the start", "has a kink at the start", "hides a gradient behind a kink":
		at := map[string]float64{"has a kink next to the start": 3e-7}[f.Fault]
		bent := Mul(logits, AddScalar(Max(AddScalar(w.Get("kink"), -at), Scalar(w.Get("kink").Graph(), logits.DType(), 0)), 1))
		if f.Fault == "hides a gradient behind a kink" {
			return Add(bent, StopGradient(bent))
		}
		return bent
	}
	return logits
}

// faultVariable tells the child process of TestBatteryCanFail which fault to have.
const faultVariable = "LEARNERTEST_FAULT"

func TestFaultyChild(t *testing.T) {
	fault, ok := os.LookupEnv(faultVariable)
	if !ok {
		t.Skip("runs as the child of TestBatteryCanFail")
	}
	learnertest.Run(t, faulty{fault}, learnertest.Expect{Permutation: true})
}

// TestBatteryCanFail runs the battery on faulty learners, each in its own
// process, and wants the check that is meant for the fault to fail.
func TestBatteryCanFail(t *testing.T) {
	for fault, check := range map[string]string{
		"":                               "",
		"has a kink next to the start":   "",
		"has a kink at the start":        "",
		"hides a gradient behind a kink": "gradient",
		"reads the query's label":        "later_points",
		"reads later points":             "later_points",
		"minds the order":                "order_of_the_context",
		"is not finite without examples": "finite",
		"hides a gradient":               "gradient",
	} {
		t.Run(fault, func(t *testing.T) {
			cmd := exec.Command(os.Args[0], "-test.run=^TestFaultyChild$", "-test.v")
			cmd.Env = append(os.Environ(), faultVariable+"="+fault)
			out, err := cmd.CombinedOutput()
			if failed := err != nil; failed != (check != "") {
				t.Fatalf("failed: %v\n%s", failed, out)
			}
			if check != "" && !failedCheck(string(out), check) {
				t.Errorf("the check %q did not fail:\n%s", check, out)
			}
		})
	}
}

// failedCheck reports whether the child reported that check as failed.
func failedCheck(output, check string) bool {
	for line := range strings.Lines(output) {
		if strings.Contains(line, "--- FAIL: TestFaultyChild/") && strings.Contains(line, check) {
			return true
		}
	}
	return false
}
