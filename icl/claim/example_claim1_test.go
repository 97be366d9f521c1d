package claim_test

import (
	"context"
	"fmt"
	"log"
	"slices"

	"github.com/gomlx/compute"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/backend"
	"github.com/goicl/goicl/icl/claim"
	"github.com/goicl/goicl/icl/construct"
	"github.com/goicl/goicl/icl/metalearner"
)

// golang is GoMLX's backend in Go, which there is everywhere.
func golang() compute.Backend {
	b, err := backend.Shared(context.Background(), "go")
	if err != nil {
		log.Fatal(err)
	}
	return b.Backend
}

// A transformer that was written down computes what its learner does, but for rounding.
func ExampleBackendAgreement() {
	found, err := construct.Compare(metalearner.ProtoNet{}, 2, 2, 64, 0, golang(), golang())
	if err != nil {
		log.Fatal(err)
	}
	a := claim.BackendAgreement{Backend: "go", Agreement: found}
	fmt.Println(a.Learner, "on", a.Backend, "in", a.Episodes, "episodes:", a.Float64 < 1e-10, a.Float32 < 1e-5)
	// Output: ProtoNet on go in 64 episodes: true true
}

// The more steps a transformer has layers for, the closer it comes to ridge regression.
// Chebyshev's pay off when there are many. Theory bounds how far off either may be.
func ExampleExpression() {
	var e claim.Expression
	for _, r := range []construct.Ridge{{Steps: 4}, {Steps: 16}, {Steps: 4, Chebyshev: true}, {Steps: 16, Chebyshev: true}} {
		errs, err := r.Errors(golang(), 5, 64, 0)
		if err != nil {
			log.Fatal(err)
		}
		e.Depth = append(e.Depth, claim.RidgeError{Ridge: r, Worst: slices.Max(errs), Bound: r.Bound()})
	}
	for _, c := range e.DepthCurves() {
		fmt.Printf("%s: %.3f after %d steps\n", c.Learner, c.Mean, c.N)
	}
	// Output:
	// gradient descent: [0.301 0.034] after [4 16] steps
	// gradient descent, bound: [0.823 0.458] after [4 16] steps
	// Chebyshev: [0.307 0.010] after [4 16] steps
	// Chebyshev, bound: [0.525 0.013] after [4 16] steps
}

// No metric-based learner of any width can be the witness: they all obey a law that it breaks.
func ExampleMembership() {
	rng, witness := datasets.Rand(0, "laws"), construct.Witness{}
	weights, err := construct.RandomWeights(witness, 2, 2, rng)
	if err != nil {
		log.Fatal(err)
	}
	answer, err := construct.Predictor(golang(), witness, weights, 2, 2)
	if err != nil {
		log.Fatal(err)
	}
	broken, err := construct.Relabelling.Violation(answer, 2, 2, 64, rng)
	if err != nil {
		log.Fatal(err)
	}
	m := claim.Membership{Learner: "witness", Class: "metric", Kind: "impossible", Law: construct.Relabelling.Name, Bound: broken / 2}
	word, number := m.Words()
	fmt.Printf("%s as a %s-based learner: %s, %s\n", m.Learner, m.Class, word, number)
	// Output: witness as a metric-based learner: impossible, off by 0.28: relabelling
}

// An agreement proves little unless a mistake would show: even a change of 1 % in one
// matrix does, in that which shows least.
func ExampleMutant() {
	e := claim.Expression{
		Agreements: []claim.BackendAgreement{
			{Backend: "go", Agreement: construct.Agreement{Learner: "ProtoNet", Episodes: 384, Float64: 6e-16, Float32: 9e-8}},
			{Backend: "xla", Agreement: construct.Agreement{Learner: "ProtoNet", Episodes: 384, Float64: 8e-16, Float32: 7e-8}},
		},
		Mutants: []claim.Mutant{{Learner: "ProtoNet", Matrix: "layer 3 OV", Gap: 1e-3}},
	}
	header, rows := e.AgreementTable()
	for i, name := range header {
		fmt.Printf("%s: %s\n", name, rows[0][i])
	}
	// Output:
	// learner: ProtoNet
	// episodes: 768
	// float64: 8e-16
	// float32: 9e-08
	// 1 % in one matrix: 1e-03
	// which shows least: layer 3 OV
}

// A transformer that begins as a learner has a lead over one that begins at random.
func ExampleOnwards() {
	steps := []int{0, 99, 600}
	e := claim.Expression{Onwards: []claim.Onwards{
		{Learner: "ProtoNet", Start: "installed", Rate: 3e-4, Steps: steps, Loss: about(.46, .43, .40)},
		{Learner: "ProtoNet", Start: "random", Rate: 3e-3, Steps: steps, Loss: about(.73, .65, .51)},
	}}
	for _, c := range e.OnwardsCurves() {
		fmt.Printf("%s, %s: losses %.2f after %d steps\n", c.Family, c.Learner, c.Mean, c.N)
	}
	// Output:
	// ProtoNet, installed start: losses [0.46 0.43 0.40] after [0 99 600] steps
	// ProtoNet, random start: losses [0.73 0.65 0.51] after [0 99 600] steps
}

// Two steps are within the bound by far.
func ExampleRidgeError() {
	r := construct.Ridge{Steps: 2}
	errs, err := r.Errors(golang(), 5, 64, 0)
	measured := claim.RidgeError{Ridge: r, Worst: slices.Max(errs), Bound: r.Bound(), Outside: 64 - len(errs)}
	fmt.Printf("%.2f of at most %.2f, %d outside, %v\n", measured.Worst, measured.Bound, measured.Outside, err)
	// Output: 0.48 of at most 0.91, 0 outside, <nil>
}
