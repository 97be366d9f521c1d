package plane_test

import (
	"fmt"

	"github.com/goicl/goicl/icl/claim/internal/plane"
	"github.com/goicl/goicl/icl/transformer"
)

// An arm is named by its learner and what it is trained on; its recipe is that of the preset.
func ExampleSize_Arm() {
	size, err := plane.SizeOf("quick")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range []string{"pair", plane.Mixture} {
		arm, err := size.Arm(transformer.Paper{}, f)
		fmt.Println(arm.Name, arm.Recipe.Steps, "steps", err)
	}
	// Output:
	// ICL(pair) 9000 steps <nil>
	// ICL(mix) 30000 steps <nil>
}
