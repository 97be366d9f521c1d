package emoji_test

import (
	"fmt"
	"log"

	"github.com/goicl/goicl/datasets/images/emoji"
)

// Two vendors draw a square and a triangle.
func ExampleVendor() {
	svg := func(path string) string { return `<svg viewBox="0 0 10 10"><path d="` + path + `"/></svg>` }
	one := emoji.Vendor{Name: "one", SVG: map[string]string{"square": svg("M2 2h6v6H2z"), "triangle": svg("M5 1l4 8H1z")}}
	two := emoji.Vendor{Name: "two", SVG: map[string]string{"square": svg("M1 1h8v8H1z"), "triangle": svg("M5 3l3 5H2z")}}
	s, err := emoji.Set("shapes", 16, 2, one, two)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(s, s.Classes)
	// Output: shapes: 4 images of 16×16 pixels, 2 classes in 1 domains [square triangle]
}
