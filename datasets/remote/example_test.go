package remote_test

import (
	"fmt"

	"github.com/goicl/goicl/datasets/remote"
)

// What there is, and what it may be used for.
func ExampleSources() {
	for _, s := range remote.Sources() {
		fmt.Printf("%s: %.0f MB, %s\n", s.Name, float64(s.Bytes())/1e6, s.Licence)
	}
	// Output:
	// omniglot: 16 MB, MIT
	// mnist: 12 MB, CC BY-SA 3.0
	// fashion-mnist: 31 MB, MIT
	// emoji: 84 MB, CC BY 4.0, CC BY-SA 4.0, Apache 2.0, MIT
}

// A file's URL is that of its publisher.
func ExampleFile() {
	s, err := remote.Find("omniglot")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(s.Files[0].URL)
	// Output: https://github.com/brendenlake/omniglot/raw/master/python/images_background.zip
}
