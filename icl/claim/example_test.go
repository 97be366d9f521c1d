package claim_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/goicl/goicl/icl/claim"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/train"
)

// tiny makes every learner's run a matter of three steps.
var tiny = claim.Preset{Name: "tiny", Seeds: 2, Tasks: 16, Single: 3, Mixture: 3, Metric: 3, CNP: 3, Softmax: 3, Shift: 8, Starts: 1}

// inFolder calls f with options to run in a folder that is gone afterwards.
func inFolder(f func(o claim.Options)) {
	dir, err := os.MkdirTemp("", "runs")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	f(claim.Options{Dir: dir, Backend: "go"})
}

// about are estimates of these means, all ±.01.
func about(means ...float64) []eval.Estimate {
	var all []eval.Estimate
	for _, m := range means {
		all = append(all, eval.Estimate{Mean: m, Lo: m - .01, Hi: m + .01, SE: .005})
	}
	return all
}

// It is not enough to lie on the right side of the threshold: the first estimate might by
// chance. In the second there is no chance, so it has no interval.
func ExampleCheck() {
	r := claim.Result{Checks: []claim.Check{
		{Name: "proto: ICL − best rival", Estimate: .004, CI: [2]float64{-.002, .01}, Threshold: 0, P: .091},
		{Name: "a construction is off by", Estimate: 7e-15, CI: [2]float64{7e-15, 7e-15}, Threshold: 1e-10, Pass: true},
	}}
	_, rows := r.CheckTable()
	for _, row := range rows {
		fmt.Println(strings.Join(row, " | "))
	}
	// Output:
	// proto: ICL − best rival | +0.004 | [-0.002, +0.010] | 0 | 0.091 | no
	// a construction is off by | +7e-15 |  | 1e-10 | < .001 | yes
}

// A curve's label tells two learners apart that differ only in what they were trained on.
// Who needs no training is called by name.
func ExampleCurve() {
	r := claim.Result{Curves: []claim.Curve{
		{Curve: eval.Curve{Learner: "ICL", Family: "radius", N: []int{10, 49}, Mean: []float64{.71, .82}}, TrainedOn: "mix", Sigma: 1},
		{Curve: eval.Curve{Learner: "ICL", Family: "radius", N: []int{10, 49}, Mean: []float64{.55, .57}}, TrainedOn: "proto", Sigma: 1},
		{Curve: eval.Curve{Learner: "Bayes", Family: "radius", N: []int{10, 49}, Mean: []float64{.86, .96}}, Sigma: 1},
	}}
	for _, c := range r.Curves {
		fmt.Println(c.Label())
	}
	for _, c := range r.On("radius", "Bayes", "ICL(mix)") {
		fmt.Println(c.Learner, "after", c.N, "examples:", c.Mean)
	}
	// Output:
	// ICL(mix)
	// ICL(proto)
	// Bayes
	// Bayes after [10 49] examples: [0.86 0.96]
	// ICL(mix) after [10 49] examples: [0.71 0.82]
}

// Three decimals, or the first digit of what would be 0 with three.
func ExampleHeadline() {
	large := claim.Headline{Name: "ICL − best rival", Estimate: .0514, CI: [2]float64{.0212, .0815}}
	small := claim.Headline{Name: "ICL − Bayes", Estimate: -.0003, CI: [2]float64{-.0012, .0004}}
	for _, h := range []claim.Headline{large, small} {
		fmt.Printf("%s: %s %s\n", h.Name, h.Signed(), h.Interval())
	}
	// Output:
	// ICL − best rival: +0.051 [+0.021, +0.082]
	// ICL − Bayes: -3e-04 [-0.001, +4e-04]
}

// Long runs are read as curves by training step, one a family.
func ExampleLongRun() {
	run := claim.LongRun{Recipe: "authors", Steps: []int{1000, 100_000}, Accuracy: map[string][]eval.Estimate{
		"proto": about(.68, .79), "pair": about(.61, .93), "amort": about(.74, .95), "radius": about(.52, .74),
	}}
	for _, c := range run.Curves() {
		fmt.Println(c.Learner, "on", c.Family, "after", c.N, "steps:", c.Mean)
	}
	// Output:
	// authors on proto after [1000 100000] steps: [0.68 0.79]
	// authors on pair after [1000 100000] steps: [0.61 0.93]
	// authors on amort after [1000 100000] steps: [0.74 0.95]
	// authors on radius after [1000 100000] steps: [0.52 0.74]
}

// A learner of an experiment is trained when it is first asked for, and loaded from the
// folder of the options after that.
func ExampleOptions() {
	inFolder(func(o claim.Options) {
		steps := 0
		o.Train = []train.Option{train.WithProgress(func(s train.Step) {
			if s.Loss > 0 {
				steps++
			}
		})}
		for range 2 {
			f, err := claim.Model(context.Background(), "claim2", tiny, "ProtoNet", "proto", 0, o)
			if err != nil {
				log.Fatal(err)
			}
			fmt.Println(f.Name(), "of", len(f.Params), "weights,", steps, "steps made so far")
		}
	})
	// Output:
	// ProtoNet of 13 weights, 3 steps made so far
	// ProtoNet of 13 weights, 3 steps made so far
}

// A preset may be changed before it is used. Intervals are over seeds, so there must be two.
func ExamplePreset() {
	p, err := claim.PresetByName("smoke")
	if err != nil {
		log.Fatal(err)
	}
	p.Seeds = 1
	_, err = claim.Reproduce(context.Background(), "claim2", p, claim.Options{})
	fmt.Println(err)
	// Output: claim: no interval over seeds from 1 of them; want at least 2
}

// Of the 80 runs and 6 tests of a small claim 2, one process makes the fifth and leaves the
// rest to others.
func ExampleProgress() {
	inFolder(func(o claim.Options) {
		var last claim.Progress
		o.Progress = func(p claim.Progress) { last = p }
		err := claim.Shard(context.Background(), "claim2", tiny, 5, 80, o)
		fmt.Printf("%d of %d: %s %v\n", last.Done, last.Total, last.Label, err)
	})
	// Output: 1 of 86: ProtoNet(proto), seed 0 <nil>
}

// A result in one sentence.
func ExampleResult() {
	r := claim.Result{
		Claim: "claim3", Title: "ICL is not algorithm selection",
		Seeds: 5, Verdict: claim.Mixed, Checks: []claim.Check{{Pass: true}, {}, {}, {}},
	}
	fmt.Println(r.Sentence())
	// Output: claim3: ICL is not algorithm selection. mixed: 1 of 4 checks pass (5 seeds)
}

// Networks of a few units get several random starts a run. The table counts, over all
// seeds, those that got stuck.
func ExampleRun() {
	r := claim.Result{Runs: []claim.Run{
		{Learner: "ICL", TrainedOn: "proto", Seed: 0, Starts: train.Starts{Tried: 1}},
		{Learner: "ProtoNet", TrainedOn: "proto", Seed: 0, Starts: train.Starts{Tried: 4, Stuck: 1}},
		{Learner: "ProtoNet", TrainedOn: "proto", Seed: 1, Starts: train.Starts{Tried: 4, Stuck: 2}},
	}}
	fmt.Println(r.StartsTable())
	// Output: [learner starts stuck] [[ProtoNet 8 3]]
}

// A long run knows three recipes, and says which.
func ExampleTrainLong() {
	_, err := claim.TrainLong(context.Background(), "fast", 1_000_000, 2048, claim.Options{})
	fmt.Println(err)
	// Output: claim: unknown recipe "fast" for a long run; known: authors, clipped, decayed
}

// A seed that diverged takes no part in the verdict, and is told of beside it.
func ExampleVerdict() {
	for _, failed := range [][]uint64{nil, {2}} {
		r := claim.Result{Claim: "claim4", Verdict: claim.Reproduced, Seeds: 5 - len(failed), FailedSeeds: failed}
		fmt.Println(strings.Split(r.MarkdownRow(), " | ")[1])
	}
	// Output:
	// **reproduced**
	// **reproduced** (4 seeds; seeds [2] failed and are left out)
}
