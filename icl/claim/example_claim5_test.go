package claim_test

import (
	"context"
	"fmt"
	"log"
	"strings"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/claim"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/optim"
)

// drawn draws one domain and that many of its tasks.
func drawn(tasks int) (regression.Domain, *datasets.Batch) {
	rng := datasets.Rand(0, "domain")
	domain, err := regression.Domains{}.Draw(rng)
	if err != nil {
		log.Fatal(err)
	}
	b, err := domain.Sample(rng, tasks)
	if err != nil {
		log.Fatal(err)
	}
	return domain, b
}

// errorsOf are those of a predictor on tasks of a domain.
func errorsOf(r eval.Regressor, domain regression.Domain, b *datasets.Batch) claim.Errors {
	scores, err := eval.Evaluate(context.Background(), r, domain.Name(), b, eval.AllLengths(b.N), eval.WithUnit(domain.Square()))
	if err != nil {
		log.Fatal(err)
	}
	s := scores.Summarize(0)
	return claim.Errors{Error: eval.Interval([][]float64{s.Of(eval.SquaredError).PerTask}), Curve: eval.CurveOf(eval.SquaredError, s)}
}

// An arm that was adapted prints as the way it was adapted in. Its lead is by how much M²,
// adapted to as many tasks, errs less.
func ExampleAdapted() {
	a := claim.Adapted{
		Way:    claim.Way{Tasks: 64, Optimizer: optim.Adam, Rate: .003, Steps: 50},
		Errors: claim.Errors{Error: eval.Estimate{Mean: .20}},
		Lead:   eval.Estimate{Mean: .03},
	}
	fmt.Printf("%s on %d tasks: error %.2f, that of M² %.2f\n", a, a.Tasks, a.Error.Mean, a.Error.Mean-a.Lead.Mean)
	// Output: adam 0.003, 50 steps on 64 tasks: error 0.20, that of M² 0.17
}

// Who knows nothing of a domain has an error of about 1 before the first example. Without
// noise, five examples tell all about a function of five inputs.
func ExampleErrors() {
	domain, b := drawn(1000)
	pooled, err := bayes.Pooled(regression.Domains{})
	if err != nil {
		log.Fatal(err)
	}
	of := errorsOf(pooled, domain, b)
	fmt.Printf("%.1f at first, %.1f after 5 examples, %.1f on average\n", of.Curve.Mean[0], of.Curve.Mean[5], of.Error.Mean)
	// Output: 1.0 at first, 0.0 after 5 examples, 0.3 on average
}

// Arms choose the rate of their training on validation domains. One that diverged has no
// score, and the table a gap.
func ExampleRateScore() {
	t := claim.Transfer{Arms: []claim.TransferArm{
		{Name: claim.ArmM2, Tried: []claim.RateScore{{Rate: .004, Loss: .190}, {Rate: .008, Loss: .182}}},
		{Name: claim.ArmData, Tried: []claim.RateScore{{Rate: .004, Loss: .222}}},
	}}
	header, rows := t.Trials()
	for _, row := range append([][]string{header}, rows...) {
		fmt.Println(strings.Join(row, " | "))
	}
	// Output:
	// arm | rate 0.004 | rate 0.008
	// M² | 0.190 | 0.182
	// ICL, equal data | 0.222 |
}

// By how much M² errs less than another arm, by number of tasks that both are adapted to:
// what it was trained for is few of them.
func ExampleTransfer() {
	t := claim.Transfer{Support: []int{16, 64, 1024}, Arms: []claim.TransferArm{
		{Name: claim.ArmM2, Tuned: make([]claim.Adapted, 3)},
		{Name: claim.ArmCompute},
	}}
	for _, lead := range about(.137, .031, -.007) {
		t.Arms[1].Tuned = append(t.Arms[1].Tuned, claim.Adapted{Lead: lead})
	}
	for _, c := range t.Leads() {
		fmt.Println("before", c.Learner, "by", c.Mean, "with", c.N, "tasks")
	}
	// Output: before ICL, equal compute by [0.137 0.031 -0.007] with [16 64 1024] tasks
}

// M² is a start to adapt from. As it is, it is worse than ordinary training.
func ExampleTransferArm() {
	t := claim.Transfer{Support: []int{64}}
	for _, name := range []string{claim.ArmM2, claim.ArmCompute} {
		errors := about(1.85, .165)
		if name == claim.ArmCompute {
			errors = about(.416, .196)
		}
		t.Arms = append(t.Arms, claim.TransferArm{
			Name: name, Plain: claim.Errors{Error: errors[0]}, Tuned: []claim.Adapted{{Errors: claim.Errors{Error: errors[1]}}},
		})
	}
	header, rows := t.Table(false)
	for _, row := range append([][]string{header}, rows...) {
		fmt.Println(strings.TrimPrefix(strings.Join(row, " | "), " | "))
	}
	// Output:
	// not adapted | t = 64
	// M² | 1.850 ±0.010 | 0.165 ±0.010
	// ICL, equal compute | 0.416 ±0.010 | 0.196 ±0.010
}

// Empirical Bayes learns the domain from its tasks: with more of them it errs less.
func ExampleTransferOracle() {
	domain, b := drawn(564)
	o := claim.TransferOracle{Name: "empirical Bayes"}
	for _, tasks := range []int{2, 64} {
		p, err := bayes.FitLinear(context.Background(), b.Slice(0, tasks), domain.Noise)
		if err != nil {
			log.Fatal(err)
		}
		o.BySupport = append(o.BySupport, errorsOf(p, domain, b.Slice(64, 564)))
	}
	fmt.Println(o.Name, "errs less:", o.BySupport[1].Error.Mean < o.BySupport[0].Error.Mean)
	// Output: empirical Bayes errs less: true
}

// A star says that the best rate or number of steps may lie beyond those that were tried.
func ExampleWay() {
	fmt.Println(claim.Way{Tasks: 64, Optimizer: optim.Adam, Rate: .003, Steps: 50})
	fmt.Println(claim.Way{Tasks: 16, Rate: .003, Steps: 20, Edge: true})
	// Output:
	// adam 0.003, 50 steps
	// SGD 0.003, 20 steps *
}
