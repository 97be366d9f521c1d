package icl_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/train"
)

// lastLine is a bar that shows nothing until the end.
type lastLine struct{ done, total int }

func (l *lastLine) Update(done, total int, _ float64, _ string) { l.done, l.total = done, total }

func (l *lastLine) Done() { fmt.Println(l.done, "of", l.total) }

// Whatever has two methods shows progress; notebook.NewProgress is one, nil is none.
func ExampleBar() {
	dir, err := os.MkdirTemp("", "runs")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	_, err = icl.Train(context.Background(), metalearner.ProtoNet{}, synthetic.Proto{N: 5}, train.Fast(20), &lastLine{}, train.WithDir(dir), train.WithBackend("go"))
	fmt.Println(err)
	// Output:
	// 20 of 20
	// <nil>
}
