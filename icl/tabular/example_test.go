package tabular_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/tables"
	"github.com/goicl/goicl/icl/tabular"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// A prior of your own, a model of your own, your table. Leave the settings out for a model
// that is worth using.
func ExampleSettings() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	s := tabular.Settings{
		Learner: transformer.Tabular{Width: 16, Depth: 1, Heads: 2},
		Prior:   tables.Prior{N: 40, Columns: 4, Classes: 2, NoIrrelevant: true},
		Recipe:  tabular.Recipe(60),
	}
	m, err := tabular.Train(context.Background(), s, train.WithDir(dir), train.WithBackend("go"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.Fitted().Name(), "trained on", m.Fitted().Config.Tasks.Name())
	// Output: ICL-table trained on tables
}

// The labelled rows are read as context; nothing is fitted to them.
func ExampleModel() {
	m, err := small[false]()
	if err != nil {
		fmt.Println(err)
		return
	}
	known, _ := datasets.ReadTable(strings.NewReader("height,kind\n1.0,short\n1.1,short\n0.9,short\n3.1,tall\n2.9,tall\n3.0,tall\n"), "kind")
	test, _ := known.Like(strings.NewReader("height\n3.2\n0.8\n"))
	p, err := m.Predict(context.Background(), known, test)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Class(0), p.Class(1))
	// Output: tall short
}

// Probabilities are those of the table's classes, in their order.
func ExamplePrediction() {
	p := tabular.Prediction{Classes: []string{"no", "yes"}, P: [][]float64{{.2, .8}}}
	fmt.Println(p.Class(0))
	// Output: yes
}
