package pictures_test

import (
	"fmt"
	"log"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/images"
	"github.com/goicl/goicl/icl/pictures"
)

// A task as a picture.
func ExampleSheet() {
	set, err := images.Small(28)
	if err != nil {
		log.Fatal(err)
	}
	b, err := images.Episodes{Set: set, Queries: 2}.Sample(datasets.Rand(0, "test"), 1)
	if err != nil {
		log.Fatal(err)
	}
	sheet, err := pictures.Episode(b, 0, 5)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(sheet.Alt())
	for _, row := range sheet.Rows {
		fmt.Println(row.Name, row.Notes)
	}
	// Output:
	// A task: 5 examples, and queries: 2 rows of images.
	// examples [label 3 label 1 label 4 label 2 label 0]
	// queries [label 0 label 2 label 3 label 3 label 1]
}

// An image that does not fit is an error.
func ExampleRow() {
	s := pictures.Sheet{Height: 2, Width: 2, Rows: []pictures.Row{{Name: "odd", Images: [][]float32{{1, 0, 1}}}}}
	_, err := s.PNG()
	fmt.Println(err)
	// Output: pictures: an image of 3 pixels in a sheet of 2×2; want that many, and at most 76 each way
}
