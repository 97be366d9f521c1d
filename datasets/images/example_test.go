package images_test

import (
	"fmt"
	"log"
	"testing/fstest"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/images"
)

// The drawings that ship with the library.
func ExampleSmall() {
	s, err := images.Small(28)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(s)
	fmt.Println(s.Domains[3], s.Classes[s.Class[200]])
	// Output:
	// omniglot-small: 288 images of 28×28 pixels, 48 classes in 8 domains
	// Greek Japanese_(katakana)/character04
}

// A task of 5 classes with one example of each, and 2 queries of each.
func ExampleEpisodes() {
	s, err := images.Small(28)
	if err != nil {
		log.Fatal(err)
	}
	e := images.Episodes{Set: s, Queries: 2}
	b, err := e.Sample(datasets.Rand(0, "test"), 1)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(e.Name(), "context", b.Y[:e.Context()], "queries", b.Y[e.Context():])
	// Output: omniglot-small 5-way 1-shot context [3 1 4 2 0] queries [0 2 3 3 1 1 4 0 4 2]
}

// A folder with something else than images.
func ExampleOptions() {
	folder := fstest.MapFS{"cat/notes.txt": {Data: []byte("meow")}}
	_, err := images.Read(folder, "pets", images.Options{Size: 28})
	fmt.Println(err)
	// Output: images: reading pets: cat/notes.txt: it is no image that can be read: want PNG, JPEG or GIF; remove it, or give the folder of the images alone
}

// Test tasks that stay the same are kept as a file; this one holds two tasks of 15 points.
func ExamplePlan() {
	s, err := images.Small(28)
	if err != nil {
		log.Fatal(err)
	}
	p, err := images.Episodes{Set: s, Queries: 2}.Plan(datasets.Rand(0, "test"), 2)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(p.Tasks), len(p.Tasks[0].Images), p.Save("/dev/null") != nil)
	// Output: 2 15 true
}

// The images of a task are places in the set, times 4, plus how often each is turned by 90°.
func ExampleTask() {
	s, err := images.Small(28)
	if err != nil {
		log.Fatal(err)
	}
	p, err := images.Episodes{Set: s, Ways: 2, Queries: 1}.Plan(datasets.Rand(0, "test"), 1)
	if err != nil {
		log.Fatal(err)
	}
	for i, image := range p.Tasks[0].Images {
		fmt.Println("label", p.Tasks[0].Labels[i], s.Classes[s.Class[image/4]])
	}
	// Output:
	// label 1 Latin/character05
	// label 0 Korean/character03
	// label 1 Latin/character05
	// label 0 Korean/character03
}
