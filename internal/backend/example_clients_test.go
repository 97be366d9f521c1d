package backend_test

import (
	"context"
	"fmt"

	"github.com/goicl/goicl/internal/backend"
)

// The Go backend takes any number of calls at once, so it has one client.
func ExampleClients() {
	clients, err := backend.SideBySide(context.Background(), "go")
	if err != nil {
		fmt.Println(err)
		return
	}
	err = clients.Use(func(i int) error {
		fmt.Println("client", i, "of", len(clients.All), "is", clients.All[i].Kind())
		return nil
	})
	fmt.Println(err)
	// Output:
	// client 0 of 1 is go
	// <nil>
}
