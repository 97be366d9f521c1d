package npz_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/npz"
	"github.com/goicl/goicl/datasets/synthetic"
)

func Example() {
	tasks, err := synthetic.Proto{}.Sample(datasets.Rand(1, "example"), 100)
	if err != nil {
		fmt.Println(err)
		return
	}
	dir, err := os.MkdirTemp("", "npz")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "tasks.npz")
	if err := npz.WriteFile(path, tasks); err != nil {
		fmt.Println(err)
		return
	}
	again, err := npz.ReadFile(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(again.T, again.N, again.D, again.C, again.Latent["w"].Dims)
	// Output: 100 50 2 2 [2 2]
}
