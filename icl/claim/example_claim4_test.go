package claim_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goicl/goicl/icl/claim"
	"github.com/goicl/goicl/icl/eval"
)

// Only one of the two seeds of the first arm got half the way. The other counts with all its
// steps, so that more may be needed than the table says.
func ExampleArm() {
	race := claim.Race{Family: "linear", D: 10, Arms: []claim.Arm{
		{
			Name: claim.ArmNone, Rate: 1e-3, Reached: 1, Seeds: make([]map[claim.Measure]eval.Estimate, 2),
			Of: map[claim.Measure]eval.Estimate{claim.StepsToHalf: {Mean: 5000, Lo: 4500, Hi: 5500}},
		},
		{
			Name: claim.ArmRamp, Rate: 1e-3, Reached: 2, Seeds: make([]map[claim.Measure]eval.Estimate, 2),
			Of:      map[claim.Measure]eval.Estimate{claim.StepsToHalf: {Mean: 4000, Lo: 3900, Hi: 4100}},
			Against: map[claim.Measure]eval.Estimate{claim.StepsToHalf: {Mean: .2, Lo: .11, Hi: .29}},
		},
	}}
	header, rows := race.Table()
	for _, row := range rows {
		fmt.Printf("%s, %s: %s\n", strings.TrimSpace(row[0]), header[2], row[2])
	}
	// Output:
	// none, steps to half: ≥ 5000 ±500
	// ramp, steps to half: 4000 ±100
	// against none, steps to half: saves 20 % [11, 29]
}

// What measures speed is compared by the share that is saved, the rest by a difference.
func ExampleMeasure() {
	ramp := claim.Arm{Name: claim.ArmRamp, Against: map[claim.Measure]eval.Estimate{
		claim.AreaUnder: {Mean: .18, Lo: .12, Hi: .24}, claim.FinalAtD: {Mean: -.01, Lo: -.03, Hi: .01},
	}}
	race := claim.Race{Arms: []claim.Arm{{Name: claim.ArmNone}, ramp}}
	header, rows := race.Table()
	for _, m := range []claim.Measure{claim.AreaUnder, claim.FinalAtD} {
		fmt.Printf("%s: %s\n", m, rows[2][slices.Index(header, string(m))])
	}
	// Output:
	// area: saves 18 % [12, 24]
	// final at n = d: -0.010 [-0.030, +0.010]
}

// Who knows nothing has an excess error of 1. Here the ramp learns earlier, and both end
// alike.
func ExampleRace() {
	race := claim.Race{Family: "linear", D: 10, Start: "wide start", Steps: []int{0, 2000, 4000}, Arms: []claim.Arm{
		{Name: claim.ArmNone, AtD: about(1, .97, .42)},
		{Name: claim.ArmRamp, AtD: about(1, .61, .43)},
	}}
	fmt.Println(race.Name())
	for _, c := range race.AtD() {
		fmt.Println(c.Learner, c.Mean, "after", c.N, "steps")
	}
	// Output:
	// linear, d = 10, wide start
	// none [1 0.97 0.42] after [0 2000 4000] steps
	// ramp [1 0.61 0.43] after [0 2000 4000] steps
}

// Errors by number of examples are kept for a few steps; asked for another, a race answers
// with the nearest. For linear functions the Bayes line is drawn beside them.
func ExampleStepCurve() {
	race := claim.Race{Family: "linear", D: 2, Points: 4, Arms: []claim.Arm{{Name: claim.ArmRamp, Shown: []claim.StepCurve{
		{Step: 400, Curve: eval.Curve{Learner: claim.ArmRamp, Mean: []float64{1, .8, .7, .6}}},
		{Step: 4000, Curve: eval.Curve{Learner: claim.ArmRamp, Mean: []float64{1, .6, .2, .1}}},
	}}}}
	fmt.Println(race.Looks())
	for _, c := range race.ByExamples(3000) {
		fmt.Printf("%s: %g\n", c.Learner, c.Mean)
	}
	// Output:
	// [400 4000]
	// ramp: [1 0.6 0.2 0.1]
	// max(1 − n/d, 0): [1 0.5 0 0]
}
