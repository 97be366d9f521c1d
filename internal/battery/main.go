// Command battery attacks what the library writes and reads, and prints how often it held:
//
//	go run ./internal/battery            # everything, about ten minutes
//	go run ./internal/battery flips -n 3400
//
// docs/reliability.md has the promises and the figures last measured.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/goicl/goicl/internal/process"
)

// attack is one kind of attack: n times, with random numbers of a seed.
type attack struct {
	name, about string
	n           int // times, unless -n says otherwise
	do          func(ctx context.Context, n int, seed uint64, out io.Writer) (held bool, err error)
}

var attacks = []attack{
	{"flips", "one bit is flipped in a file that the library has written or cached, which is then read", 3400, flips},
	{"kills", "a process that trains and tests is killed and started again, until it is done", 200, kills},
	{"disk", "the disk is full after a number of bytes, and then has room again", 60, disk},
}

func main() {
	if child := os.Getenv(childVariable); child != "" {
		os.Exit(runChild(child))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout)
	stop()
	os.Exit(code)
}

// run makes the attacks that args name, or all, and returns the exit status: 1 if one got
// through, 2 for a wrong call.
func run(ctx context.Context, args []string, out io.Writer) int {
	flags := flag.NewFlagSet("battery", flag.ContinueOnError)
	n := flags.Int("n", 0, "times; 0 means as often as is usual for each attack")
	seed := flags.Uint64("seed", 0, "of the random numbers")
	flags.Usage = func() { usage(flags) }
	names := []string{}
	for len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		names, args = append(names, args[0]), args[1:]
	}
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 || *n < 0 {
		return 2
	}
	for _, name := range names {
		if !slices.ContainsFunc(attacks, func(a attack) bool { return a.name == name }) {
			fmt.Fprintf(os.Stderr, "battery: no attack is called %q\n", name)
			usage(flags)
			return 2
		}
	}
	fmt.Fprintf(out, "%s, seed %d\n", process.Machine(), *seed)
	code := 0
	for _, a := range attacks {
		if len(names) > 0 && !slices.Contains(names, a.name) {
			continue
		}
		times, start := a.n, time.Now()
		if *n > 0 {
			times = *n
		}
		fmt.Fprintf(out, "\n%s: %s\n", a.name, a.about)
		held, err := a.do(ctx, times, *seed, out)
		verdict := "held"
		if !held || err != nil {
			verdict, code = "DID NOT HOLD", 1
		}
		if err != nil {
			fmt.Fprintln(out, "error:", err)
		}
		fmt.Fprintf(out, "%s: %s (%s)\n", a.name, verdict, time.Since(start).Round(time.Second))
	}
	return code
}

func usage(flags *flag.FlagSet) {
	fmt.Fprintln(os.Stderr, "usage: battery [ATTACK …] [flags]")
	for _, a := range attacks {
		fmt.Fprintf(os.Stderr, "  %-6s  %s (%d times)\n", a.name, a.about, a.n)
	}
	flags.PrintDefaults()
}
