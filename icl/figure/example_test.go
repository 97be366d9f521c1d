package figure_test

import (
	"fmt"
	"log"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/figure"
)

// Each figure says in words what it shows; PNG, SVG and Save draw it.
func ExampleTable() {
	t := eval.Table{
		Header: []string{"", "ProtoNet", "kNN"},
		Rows:   [][]string{{"ICL", "exact", "no\nviolates an invariance"}},
		Tints:  [][]float64{{1, 0}},
	}
	fmt.Println(figure.Table("Who can represent whom", t).Alt())
	// Output: Who can represent whom. ICL: ProtoNet exact; kNN no (violates an invariance).
}

// The weights of tasks from two domains.
func ExampleCloud() {
	a := figure.Cloud{Name: "domain 1", X: []float64{0, 1, 2}, Y: []float64{0, .1, .2}}
	b := figure.Cloud{Name: "domain 2", X: []float64{0, .1, .2}, Y: []float64{0, 1, 2}}
	fmt.Println(figure.Clouds("Domains", "w₁", "w₂", a, b).Alt())
	// Output: Domains. domain 1: 3 points around (1.00, 0.10). domain 2: 3 points around (0.10, 1.00).
}

// Rows and columns fall into named spans, such as the slots of a residual stream.
func ExampleHeatMap() {
	m := figure.HeatMap{
		Title: "W_V", Rows: []figure.Span{{Name: "answer", Size: 1}}, Cols: []figure.Span{{Name: "x", Size: 2}, {Name: "y", Size: 1}},
		Values: [][]float64{{0, 0, 1}},
	}
	fmt.Println(figure.HeatMaps("What a head copies", m).Alt())
	// Output: What a head copies. W_V: not zero at answer, y (largest 1).
}

// Spans name stretches of a matrix's rows and columns.
func ExampleSpan() {
	stream := []figure.Span{{Name: "x", Size: 2}, {Name: "y", Size: 4}}
	m := figure.HeatMap{Title: "stream", Rows: []figure.Span{{Name: "token", Size: 1}}, Cols: stream, Values: [][]float64{{1, 2, 3}}}
	_, err := figure.HeatMaps("Too few columns", m).PNG()
	fmt.Println(err) // what is wrong with the data is told when it is drawn
	// Output: figure: heat map "stream": row 0 has 3 values, want 6
}

// Two predictions of the same things, which should agree.
func ExampleAgreement() {
	p := figure.Cloud{Name: "ProtoNet", X: []float64{.1, .5, .9}, Y: []float64{.1, .5, .9001}}
	fmt.Println(figure.Agreement("A construction and its learner", "learner", "transformer", p).Alt())
	// Output: A construction and its learner. ProtoNet: 3 points, largest difference 1.0e-04.
}

// A panel whose zero value is labelled for accuracy; here a log-loss on its own range.
func ExamplePanel() {
	p := figure.Panel{Title: "pair", YLabel: "log-loss", LogY: true, Curves: []eval.Curve{{Learner: "Bayes", N: []int{1, 49}, Mean: []float64{.6, .1}}}}
	fmt.Println(figure.Curves("A learner", []figure.Panel{p}).Alt())
	// Output: A learner. pair, log-loss: Bayes 0.100 at n = 49.
}

// The record of a training.
func ExampleLoss() {
	r := eval.Curve{Learner: "ICL", N: []int{1, 100, 1000}, Mean: []float64{.69, .5, .3}}
	fmt.Println(figure.Loss("Training", r).Alt())
	// Output: Training. Training loss: ICL from 0.690 to 0.300 in 1000 steps.
}

// A task as a learner sees it: labelled points, and one to classify.
func ExampleScene() {
	b, err := synthetic.Proto{}.Sample(datasets.Rand(0, "test"), 1)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(figure.Tasks("A task", figure.Scene{Title: "proto", Batch: b, N: 5}).Alt())
	// Output: A task. proto: 5 labelled points, 2 of class 0, 3 of class 1; query at (1.06, 2.99).
}

// Estimates with whiskers, a dot for each learner and family.
func ExampleDots() {
	s := eval.Curve{Learner: "ICL", Mean: []float64{.92, .9}, Lo: []float64{.91, .88}, Hi: []float64{.93, .92}}
	fmt.Println(figure.Dots("Accuracy", "accuracy", []string{"proto", "pair"}, []eval.Curve{s}).Alt())
	// Output: Accuracy. Shown: accuracy. ICL: proto 0.920 ±0.010, pair 0.900 ±0.020.
}

// A function, and examples of it.
func ExamplePlane() {
	line := figure.Cloud{Name: "least squares", X: []float64{0, 4}, Y: []float64{1, 5}}
	told := figure.Cloud{Name: "examples", X: []float64{1, 2}, Y: []float64{2, 3}}
	fmt.Println(figure.Lines("A line", figure.Plane{Lines: []figure.Cloud{line}, Points: []figure.Cloud{told}}).Alt())
	// Output: A line. least squares from (0.00, 1.00) to (4.00, 5.00); 2 points, examples.
}

// A difference from the control over two seeds; half a point does not matter.
func ExampleRow() {
	row := figure.Row{Name: "two layers", Mean: eval.Estimate{Mean: -.02, Lo: -.03, Hi: -.01}, Seeds: []float64{-.015, -.025}}
	fmt.Println(figure.Forest("Do we need eight layers?", "accuracy less that of eight layers", .005, row).Alt())
	// Output: Do we need eight layers? Shown: accuracy less that of eight layers. two layers -0.020 ±0.010.
}
