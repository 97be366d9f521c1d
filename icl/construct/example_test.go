package construct_test

import (
	"context"
	"fmt"
	"log"
	"math"
	"slices"

	"github.com/gomlx/compute"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/construct"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/transformer"
	"github.com/goicl/goicl/internal/backend"
)

// pureGo is the backend that is everywhere.
func pureGo() compute.Backend {
	b, err := backend.Shared(context.Background(), "go")
	if err != nil {
		log.Fatal(err)
	}
	return b.Backend
}

// answered traces a construction on the last point of the one task.
func answered(c *construct.Construction, b *datasets.Batch) *construct.Trace {
	trace, err := c.Trace(b, 0, b.N-1)
	if err != nil {
		log.Fatal(err)
	}
	return trace
}

// ProtoNet as a transformer answers as ProtoNet does, whatever its weights are.
func ExampleAgreement() {
	on := pureGo()
	a, err := construct.Compare(metalearner.ProtoNet{}, 2, 3, 32, 0, on, on)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(a.Learner, "on", a.Episodes, "episodes")
	fmt.Println("within 1e-10 in float64:", a.Float64 < 1e-10)
	fmt.Println("within 1e-5 in float32:", a.Float32 < 1e-5)
	// Output:
	// ProtoNet on 32 episodes
	// within 1e-10 in float64: true
	// within 1e-5 in float32: true
}

// Kernel regression knows nothing without examples. With one it is sure, however far
// away that is.
func ExamplePredictor() {
	predict, err := construct.Predictor(pureGo(), metalearner.Kernel{}, []float64{0}, 1, 2)
	if err != nil {
		log.Fatal(err)
	}
	b := datasets.NewBatch(1, 2, 1, 2) // 1 task of 2 points
	copy(b.X, []float32{0, 5})
	for n := range int32(2) {
		p, err := predict(b, []int32{n})
		fmt.Printf("after %d examples %.2f %v\n", n, p[0], err)
	}
	// Output:
	// after 0 examples [0.50 0.50] <nil>
	// after 1 examples [1.00 0.00] <nil>
}

// Attention that scores all examples alike takes the mean of their labels: a transformer
// that answers with the share of each class.
func ExampleBuilder() {
	b := construct.New("shares")
	y := b.Slot("y", "y", 2)
	share := b.Slot("share", "", 2)
	b.Attend(transformer.Attention{Kind: "softmax", Keys: "examples"},
		construct.Head{Q: construct.Nothing(1), K: construct.Nothing(1), V: y.Copy(), Out: share.Copy()})
	written, err := b.Build(share.Copy(), true, 1, 2)
	if err != nil {
		log.Fatal(err)
	}
	task := datasets.NewBatch(1, 5, 1, 2)
	copy(task.Y, []int32{1, 0, 1, 1})
	fmt.Printf("%.2f\n", answered(written, task).Prediction)
	// Output: [0.25 0.75]
}

// The attention of kernel regression writes the labels of examples into the slot of the
// answer.
func ExampleConstruction_OV() {
	written, err := construct.Of(metalearner.Kernel{}, []float64{0}, 1, 2)
	if err != nil {
		log.Fatal(err)
	}
	for _, slot := range written.Circuit.Slots {
		fmt.Printf("%s %d, ", slot.Name, slot.Width)
	}
	fmt.Println("in all", written.Circuit.Width(), "channels")
	for to, row := range written.OV(1) {
		for from, w := range row {
			if w != 0 {
				fmt.Println("channel", from, "to", to, "times", w)
			}
		}
	}
	// Output:
	// x 1, y 2, one 1, ‖x‖² 1, a 2, in all 7 channels
	// channel 1 to 5 times 1
	// channel 2 to 6 times 1
}

// Queries of a greater size make a head look more sharply: at last only at the example
// whose input points where the query's does.
func ExampleHead() {
	task := datasets.NewBatch(1, 4, 2, 0)
	copy(task.X, []float32{1, 0, 0, 1, -1, 0, .9, .1}) // 3 examples and a query
	for _, size := range []float64{1, 3, 30} {
		b := construct.New("look")
		x, y := b.Slot("x", "x", 2), b.Slot("y", "y", 1)
		b.Attend(transformer.Attention{Kind: "softmax", Keys: "examples"},
			construct.Head{Q: x.Scale(size), K: x.Copy(), V: y.Copy(), Out: y.Copy()})
		written, err := b.Build(y.Copy(), false, 2, 0)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%.2f\n", answered(written, task).Attention[0][3][:3])
	}
	// Output:
	// [0.62 0.28 0.10]
	// [0.91 0.08 0.00]
	// [1.00 0.00 0.00]
}

// Fine-tuning starts from the weights of a construction, on the tasks that it is for.
func ExampleWarmStart() {
	written, err := construct.Ridge{Steps: 1}.Construct(2, 0)
	if err != nil {
		log.Fatal(err)
	}
	start := written.WarmStart(0)
	layout, err := learner.NewLayout(start, 2, 0)
	if err != nil {
		log.Fatal(err)
	}
	different := 0
	for i, w := range layout.Init(datasets.Rand(0, "start")) {
		if w != float32(written.Weights[i]) {
			different++
		}
	}
	fmt.Println(different, "weights differ")
	_, err = start.Params(3, 0)
	fmt.Println(err)
	// Output:
	// 0 weights differ
	// construct: ridge as a transformer is for tasks with 2 inputs and 0 classes, not 3 and 0
}

// smoothed answers with the share of each class, one imagined example of each included.
func smoothed(b *datasets.Batch, at []int32) ([][]float64, error) {
	answers := make([][]float64, b.T)
	for t := range answers {
		answers[t] = make([]float64, b.C)
		for k := range answers[t] {
			answers[t][k] = 1 / float64(int(at[t])+b.C)
		}
		for _, k := range b.Y[t*b.N : t*b.N+int(at[t])] {
			answers[t][k] += 1 / float64(int(at[t])+b.C)
		}
	}
	return answers, nil
}

// An imagined example of each class weighs less the more examples there are, so such shares
// are no function of averages. Ridge regression is one.
func ExampleInvariance() {
	for _, invariance := range []construct.Invariance{construct.Repetition, construct.Relabelling} {
		for _, predict := range []construct.PredictFunc{smoothed, construct.Ridge{}.Exact} {
			violation, err := invariance.Violation(predict, 2, 2, 64, datasets.Rand(0, "law"))
			fmt.Printf("%s: violation %.3f %v\n", invariance.Name, violation, err)
		}
	}
	// Output:
	// repetition: violation 0.083 <nil>
	// repetition: violation 0.000 <nil>
	// relabelling: violation 0.000 <nil>
	// relabelling: violation 0.000 <nil>
}

// The last label of a task is drawn from the teacher's probabilities. This teacher repeats the
// first label of the task, and is sure of it.
func ExampleDistillation() {
	parrot := func(b *datasets.Batch, _ []int32) ([][]float64, error) {
		answers := make([][]float64, b.T)
		for t := range answers {
			answers[t] = make([]float64, b.C)
			answers[t][b.Y[t*b.N]] = 1
		}
		return answers, nil
	}
	tasks, err := construct.NewDistillation("parrot", nil, 10, parrot)
	if err != nil {
		log.Fatal(err)
	}
	b, err := tasks.Sample(datasets.Rand(0, "lessons"), 50)
	if err != nil {
		log.Fatal(err)
	}
	repeated := 0
	for t := range b.T {
		if b.Y[t*b.N+9] == b.Y[t*b.N] {
			repeated++
		}
	}
	fmt.Println(tasks.Name()+":", repeated, "of", b.T, "queries have the first label")
	// Output: lessons by parrot: 50 of 50 queries have the first label
}

// The derivative of the activation jumps at 0. The sharper its approximation, the fewer
// episodes are wrong; the different are exact.
func ExampleMAML() {
	for _, sharp := range []float64{1, 10, 100} {
		errs, err := construct.MAML{Width: 4, Sharp: sharp}.Errors(pureGo(), 2, 128, 0)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("sharpness %g: %.0f of 128 episodes are wrong\n", sharp, 128*wrong(errs))
	}
	// Output:
	// sharpness 1: 81 of 128 episodes are wrong
	// sharpness 10: 10 of 128 episodes are wrong
	// sharpness 100: 2 of 128 episodes are wrong
}

// Maps are matrices over the stream. Joined they read one number more for each row, summed
// they read as many.
func ExampleMap() {
	b := construct.New("maps")
	x, y := b.Slot("x", "x", 2), b.Slot("y", "y", 1)
	fmt.Println(construct.Join(x.Copy(), y.Scale(2)))
	fmt.Println(construct.Sum(x.Row(1, -1), y.Copy().Times(3)))
	// Output:
	// [[1 0] [0 1] [0 0 2]]
	// [[1 -1 3]]
}

// Chebyshev's iteration comes as close to ridge regression in 47 layers of attention as
// gradient descent does in 284.
func ExampleRidge_Bound() {
	for _, chebyshev := range []bool{false, true} {
		r := construct.Ridge{Steps: 1, Chebyshev: chebyshev}
		for r.Bound() > 1e-6 {
			r.Steps++
		}
		fmt.Println(r.Steps, "steps")
	}
	// Output:
	// 284 steps
	// 47 steps
}

// The measured errors are within the bound.
func ExampleRidge_Errors() {
	r := construct.Ridge{Steps: 3, Chebyshev: true}
	errs, err := r.Errors(pureGo(), 2, 64, 0)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d contexts within the bound of %.2f: %v\n", len(errs), r.Bound(), slices.Max(errs) <= r.Bound())
	// Output:
	// 64 contexts within the bound of 0.68: true
}

// Slots lie one after the other in the stream. A channel that a slot does not have is an
// error when all is built.
func ExampleSlot() {
	b := construct.New("mine")
	x := b.Slot("x", "x", 2)
	y := b.Slot("y", "y", 1)
	fmt.Println(y.Name, "starts at channel", y.Offset)
	b.Linear(x.Channel(2), y.Copy())
	_, err := b.Build(y.Copy(), false, 2, 0)
	fmt.Println(err)
	// Output:
	// y starts at channel 2
	// construct: mine, layer 0: slot "x" has channels 0 to 1, not 2
}

// Two steps of gradient descent on ŷ = wx, from w = 0 with the rate ½: each halves what is
// left of the example's target, 1.
func ExampleTrace() {
	written, err := construct.Of(metalearner.GradientDescent{Steps: 2}, []float64{0, .5, .5}, 1, 0)
	if err != nil {
		log.Fatal(err)
	}
	task := datasets.NewBatch(1, 2, 1, 0)
	copy(task.X, []float32{1, 2})
	copy(task.Z, []float32{1})
	trace := answered(written, task)
	for layer, tokens := range trace.Streams[1:] {
		fmt.Printf("%s after layer %d: r = %.2f\n", trace.Tokens[0], layer, tokens[0][2]) // of x, y, r
	}
	fmt.Printf("for x = 2 it answers %.2f\n", trace.Output[0])
	// Output:
	// example 1 after layer 0: r = 1.00
	// example 1 after layer 1: r = 0.50
	// example 1 after layer 2: r = 0.25
	// for x = 2 it answers 1.50
}

// The witness counts: the more examples of class 1 it sees, the less its bent for class 0
// weighs. No average of the examples tells it that there is more than one.
func ExampleWitness() {
	weights := []float64{math.Log(.3), math.Ln2, -math.Ln2} // bandwidth and priors
	written, err := construct.Of(construct.Witness{}, weights, 1, 2)
	if err != nil {
		log.Fatal(err)
	}
	for n := range 3 {
		task := datasets.NewBatch(1, n+1, 1, 2)
		for i := range task.X {
			task.X[i], task.Y[i] = 1, 1 // the same point every time
		}
		fmt.Printf("after %d examples %.2f\n", n, answered(written, task).Prediction)
	}
	// Output:
	// after 0 examples [0.80 0.20]
	// after 1 examples [0.57 0.43]
	// after 2 examples [0.44 0.56]
}
