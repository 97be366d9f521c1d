package plane_test

import (
	"fmt"

	"github.com/goicl/goicl/icl/claim/internal/plane"
	"github.com/goicl/goicl/icl/transformer"
)

// An arm is named by its learner and what it is trained on; its recipe is that of the preset. On
// a family it has a third of the steps, and so as many tasks of the family.
func ExampleSize_Arm() {
	size, err := plane.SizeOf("quick")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range []string{"pair", plane.Mixture} {
		arm, err := size.Arm(transformer.Paper{}, f)
		fmt.Printf("%s: %.2f of the steps, error %v\n", arm.Name, float64(arm.Recipe.Steps)/float64(size.Mixture), err)
	}
	// Output:
	// ICL(pair): 0.33 of the steps, error <nil>
	// ICL(mix): 1.00 of the steps, error <nil>
}
