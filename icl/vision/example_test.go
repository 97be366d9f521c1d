package vision_test

import (
	"fmt"
	"log"

	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/vision"
)

// The features of an image of 28×28 pixels.
func ExampleConv() {
	fmt.Println(vision.Conv{}.Features(28*28), vision.Conv{Blocks: 2, Channels: 32}.Features(28*28))
	// Output: 256 1568
}

// Nearly all weights are those of the encoder. A learner that is trained on 5-way 1-shot tasks
// has a context of 5 points.
func ExampleEncoded() {
	l := vision.Encoded{Head: metalearner.ProtoNet{Width: 64}, Context: 5, Shared: true}
	layout, err := learner.NewLayout(l, 28*28, 5)
	if err != nil {
		log.Fatal(err)
	}
	head, err := metalearner.ProtoNet{Width: 64}.Params(l.Encoder.Features(28*28), 5)
	if err != nil {
		log.Fatal(err)
	}
	size := 0
	for _, p := range head {
		size += p.Size()
	}
	fmt.Printf("%s: %d weights, of which the head has %d\n", l.Name(), layout.Size, size)
	// Output: ProtoNet-64 on Conv-4-64: 132545 weights, of which the head has 20609
}
