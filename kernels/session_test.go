package kernels

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestSession(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	dir := t.TempDir()
	s, err := installed(t, &log).Session(context.Background(), dir, "COLOUR=blue")
	if err != nil {
		t.Fatal(err)
	}
	if a, err := s.Run("!echo $COLOUR in $(basename $PWD)"); err != nil || a.Stdout != "blue in "+filepath.Base(dir)+"\n" || a.Seconds <= 0 {
		t.Errorf("a shell command: %+v, %v", a, err)
	}
	if a, err := s.Run("%noautoget\n%%\nvar x int = \"text\""); err == nil || !a.Failed || !strings.Contains(a.Stderr, "string") {
		t.Errorf("a cell that does not compile: %+v", a)
	}
	if _, err := s.Run("!echo oh >&2; exit 3"); err == nil || !strings.Contains(err.Error(), "the command failed with exit status 3: !echo oh") {
		t.Errorf("a shell command that fails: %v", err)
	}
	a, err := s.Interrupt("!echo $$ > pid; echo started; exec sleep 1000", time.Millisecond)
	if err != nil || a.Stdout != "started\n" || a.After <= 0 || a.failure() == nil {
		t.Errorf("an interrupted cell: %+v, %v", a, err)
	}
	checkGone(t, filepath.Join(dir, "pid"))
	if err := s.Restart(); err != nil {
		t.Error(err)
	}
	if a, err := s.Run("%noautoget\n%%\nfmt.Print(\"again\")"); err != nil || a.Stdout != "again" {
		t.Errorf("after a restart: %+v", a)
	}
	if err := s.Close(); err != nil || s.Close() != nil {
		t.Error("closing:", err)
	}
	if _, err := s.Run("!true"); err == nil {
		t.Error("a closed session answers")
	}
}

func TestSessionEndsWithItsContext(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	ctx, cancel := context.WithCancel(context.Background())
	dir := t.TempDir()
	s, err := installed(t, &log).Session(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for !isFile(filepath.Join(dir, "pid")) {
			time.Sleep(10 * time.Millisecond)
		}
		cancel()
	}()
	if _, err := s.Run("!echo $$ > new; mv new pid; exec sleep 1000"); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled session: %v", err)
	}
	_ = s.Close()
	checkGone(t, filepath.Join(dir, "pid"))
}

func TestSetupCells(t *testing.T) {
	t.Parallel()
	setup, imports, err := SetupCells(nb(t, markdown("# T"), code("!set up", 0), code(" ", 0), code("import 1", 0)))
	if err != nil || setup != "!set up" || imports != "import 1" {
		t.Errorf("got %q, %q, %v", setup, imports, err)
	}
	_, _, err = SetupCells(nb(t, code("!set up", 0)))
	checkError(t, err, "has 1 code cells")
}
