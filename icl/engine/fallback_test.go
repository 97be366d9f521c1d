package engine_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/gomlx/compute"

	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/learnertest"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/transformer"
	"github.com/goicl/goicl/internal/lanes"
)

// fallbackVariable says to TestFallbackChild that it is a child.
const fallbackVariable = "ENGINE_FALLBACK"

// TestFallbackChild makes engines twice and prints their names.
func TestFallbackChild(t *testing.T) {
	if os.Getenv(fallbackVariable) == "" {
		t.Skip("runs as the child of TestFallsBackToGo")
	}
	for range 2 {
		for _, l := range []learner.Learner{sorting{}, filling{}, metalearner.CNP{}, transformer.Paper{Depth: 1}} {
			e, err := engine.New(t.Context(), l, inputs, 2, "", engine.Options{})
			if err != nil {
				t.Fatal(err)
			}
			layout, err := learner.NewLayout(l, inputs, 2)
			if err != nil {
				t.Fatal(err)
			}
			logitsOf(t, e, weightsOf(l, layout), learnertest.Noise(1, 3, 5, inputs, 2), []int32{4, 2, 0})
			fmt.Printf("%s on %s;", l.Name(), e.Name())
		}
	}
}

// TestFallsBackToGo: on a machine without XLA, Go computes what lanes cannot, a learner with
// an operation that lanes lacks or all where there are no lanes. The user is told so once.
func TestFallsBackToGo(t *testing.T) {
	needLanes(t)
	for set, want := range map[string]struct {
		engines []string
		told    []string
	}{
		"":     {[]string{"sorting on gomlx/go", "filling on gomlx/go", "CNP on gomlx/lanes", "ICL on lanes"}, []string{"sorting is computed by gomlx/go: ", "no operation Sort"}},
		"none": {[]string{"sorting on gomlx/go", "CNP on gomlx/go", "ICL on gomlx/go"}, []string{"CNP is computed by gomlx/go: ", `GOICL_LANES is "none"`}},
	} {
		empty := t.TempDir()
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFallbackChild$", "-test.v")
		cmd.Env = append(os.Environ(), fallbackVariable+"=1", lanes.Variable+"="+set, compute.ConfigEnvVar+"=", "HOME="+empty,
			"XDG_CACHE_HOME="+empty, "PJRT_PLUGIN_LIBRARY_PATH="+empty, "GOMLX_NO_AUTO_INSTALL=1")
		var out, told bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &told
		if err := cmd.Run(); err != nil {
			t.Fatalf("%v\n%s\n%s", err, &out, &told)
		}
		for _, e := range want.engines {
			if strings.Count(out.String(), e+";") != 2 {
				t.Errorf("%s=%s: not twice %q in %s", lanes.Variable, set, e, &out)
			}
		}
		for _, part := range want.told {
			if !strings.Contains(told.String(), part) {
				t.Errorf("%s=%s: no %q in %s", lanes.Variable, set, part, &told)
			}
		}
		if n := strings.Count(told.String(), want.told[0]); n != 1 {
			t.Errorf("%s=%s: told %d times: %s", lanes.Variable, set, n, &told)
		}
	}
}
