package e2e

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goicl/goicl/kernels"
)

// fakeKernel plays a kernel in whose cells a learner trains, and records what it ran.
type fakeKernel struct {
	dir     string
	env     []string
	ran     []string
	step    int  // at which the training stopped
	forgets bool // does not resume
	fails   string
	closed  bool
}

func (k *fakeKernel) Run(code string) (kernels.Answer, error) {
	k.ran = append(k.ran, code)
	if k.fails != "" && strings.Contains(code, k.fails) {
		return kernels.Answer{Failed: true}, errors.New("no such package")
	}
	if strings.Contains(code, "// 1") && !k.forgets {
		return kernels.Answer{Stdout: "loaded ICL after 100 steps"}, nil
	}
	return kernels.Answer{Stdout: "trained ICL for 100 steps"}, nil
}

func (k *fakeKernel) Interrupt(code string, after time.Duration) (kernels.Answer, error) {
	k.ran = append(k.ran, code)
	if k.forgets {
		k.step = 0
	}
	k.step += int(after / time.Millisecond)
	return kernels.Answer{Failed: true, Stderr: fmt.Sprintf("error: train: stopped at step %d of 10000000; run again to go on\n", k.step)}, nil
}

func (k *fakeKernel) Restart() error { k.ran = append(k.ran, "restart"); return nil }
func (k *fakeKernel) Close() error   { k.closed = true; return nil }

// with is a suite whose kernels are all made from k; the list gets them.
func with(root string, k fakeKernel) (*suite, *[]*fakeKernel) {
	var opened []*fakeKernel
	s := &suite{Options: Options{Kernel: kernels.Options{Root: root}, Out: io.Discard}, notebooks: []string{filepath.Join(root, "notebooks", "1.ipynb")},
		setupCell: "!set up", importing: "import ()"}
	s.open = func(_ context.Context, dir string, env ...string) (kernel, error) {
		one := k
		one.dir, one.env = dir, env
		opened = append(opened, &one)
		return &one, nil
	}
	return s, &opened
}

// TestTraining: each learner is interrupted, resumed after a restart, and what was trained
// is loaded; the kernel is closed.
func TestTraining(t *testing.T) {
	s, opened := with("/checkout", fakeKernel{})
	var out strings.Builder
	s.Out = &out
	if err := s.run(t.Context(), []string{"training"}); err != nil {
		t.Fatal(err)
	}
	k := (*opened)[0]
	if len(*opened) != 1 || !k.closed || k.dir != "/checkout/notebooks" {
		t.Errorf("%d kernels; the first in %s, closed %t", len(*opened), k.dir, k.closed)
	}
	if n := strings.Count(strings.Join(k.ran, "|"), "restart"); n != 2*len(learners) {
		t.Errorf("%d restarts, want two for each learner", n)
	}
	for _, want := range []string{"transformer.Paper: stopped at step 6000", "metalearner.ProtoNet: stopped", `the next one loads: "loaded ICL`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the output lacks %q:\n%s", want, out.String())
		}
	}
}

func TestTrainingFails(t *testing.T) {
	s, opened := with("/checkout", fakeKernel{forgets: true})
	checkError(t, s.run(t.Context(), []string{"training"}), "e2e: training: transformer.Paper: stopped at step 3000, then at step 3000; want the second run to have resumed")
	if !(*opened)[0].closed {
		t.Error("a failure leaves the kernel open")
	}
	checkError(t, s.loads(&fakeKernel{forgets: true}), `printed "trained ICL for 100 steps", want that it was loaded`)
	s, _ = with("/checkout", fakeKernel{fails: "alive"})
	checkError(t, s.run(t.Context(), []string{"training"}), "after the interrupt: no such package")
	s.open = func(context.Context, string, ...string) (kernel, error) { return nil, errors.New("no kernel") }
	checkError(t, s.run(t.Context(), []string{"training"}), "e2e: training: no kernel")
}

// TestSetup: the first cells run in the checkout, in a module that knows it, and in an empty
// folder whose proxy has it as a version.
func TestSetup(t *testing.T) {
	root := checkout(t)
	for _, args := range [][]string{{"init", "--quiet"}, {"add", "."}, {"-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "-m", "Begin"}} {
		if out, err := exec.Command("git", append([]string{"-C", root}, args...)...).CombinedOutput(); err != nil {
			t.Skipf("no git: %v: %s", err, out)
		}
	}
	t.Setenv("GOMODCACHE", t.TempDir())
	s, opened := with(root, fakeKernel{})
	s.tmp = t.TempDir()
	if err := s.run(t.Context(), []string{"setup"}); err != nil {
		t.Fatal(err)
	}
	if len(*opened) != 3 {
		t.Fatalf("%d kernels, want 3", len(*opened))
	}
	for i, folder := range []string{"notebooks", "own", "empty"} {
		k := (*opened)[i]
		if filepath.Base(k.dir) != folder || strings.Join(k.ran, "|") != "!set up|import ()" || !k.closed {
			t.Errorf("kernel %d in %s ran %q, closed %t; want the first cells in %s", i, k.dir, k.ran, k.closed, folder)
		}
	}
	if data, err := os.ReadFile(filepath.Join((*opened)[1].dir, "go.mod")); err != nil || !strings.Contains(string(data), root) {
		t.Errorf("the user's module is %s, %v", data, err)
	}
	proxy, _, _ := strings.Cut(strings.Join((*opened)[2].env, " "), ",")
	if !strings.HasPrefix(proxy, "GOPROXY=file://"+s.tmp) {
		t.Errorf("the empty folder's environment is %q", (*opened)[2].env)
	}
	checkModuleServed(t, strings.TrimPrefix(proxy, "GOPROXY="))
}

// checkModuleServed asks the go command what the proxy has.
func checkModuleServed(t *testing.T, proxy string) {
	t.Helper()
	cmd := exec.Command("go", "list", "-m", "-versions", modulePath)
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "GOPROXY="+proxy, "GOSUMDB=off", "GOFLAGS=-mod=mod", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), modulePath+" v0.0.1-h") {
		t.Errorf("go list: %s, %v", out, err)
	}
}

func TestSetupFails(t *testing.T) {
	s, _ := with(t.TempDir(), fakeKernel{})
	s.tmp = t.TempDir()
	checkError(t, s.run(t.Context(), []string{"setup"}), "e2e: setup: ", "go.mod")
}
