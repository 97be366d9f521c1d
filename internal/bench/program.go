package bench

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/goicl/goicl/internal/process"
)

// program is a program, in any language, that makes steps when it is told to. Once
// it is warm it prints "ready NAME". From then on each line of its standard input
// is a number of steps to make, and each line it prints the milliseconds they
// took. It ends with its standard input.
type program struct {
	contender
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Scanner
	stderr bytes.Buffer // its standard error
}

// startProgram starts a program of package process and waits until it is ready. The end of ctx stops it.
func startProgram(ctx context.Context, cmd *exec.Cmd) (*program, error) {
	p := &program{cmd: cmd}
	p.cmd.Stderr = &p.stderr
	in, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	p.in, p.out, p.run = in, bufio.NewScanner(out), p.make
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	line, err := p.read(ctx)
	ready, found := strings.CutPrefix(line, "ready ")
	if err == nil && !found {
		err = fmt.Errorf("printed %q, want \"ready NAME\"", line)
	}
	if err != nil {
		p.close()
		return nil, fmt.Errorf("bench: %s did not get ready: %w", filepath.Base(cmd.Path), err)
	}
	p.name = ready
	return p, nil
}

// make has the program make steps.
func (p *program) make(ctx context.Context, steps int) (time.Duration, error) {
	if _, err := fmt.Fprintln(p.in, steps); err != nil {
		return 0, p.ended(ctx)
	}
	line, err := p.read(ctx)
	if err != nil {
		return 0, err
	}
	ms, err := strconv.ParseFloat(line, 64)
	if err != nil || !(ms >= 0 && ms < 1e9) {
		return 0, fmt.Errorf("answered %q, want milliseconds", line)
	}
	return time.Duration(ms * float64(time.Millisecond)), nil
}

// read returns the next line the program prints.
func (p *program) read(ctx context.Context) (string, error) {
	if p.out.Scan() {
		return p.out.Text(), nil
	}
	return "", p.ended(ctx)
}

// ended says why the program has ended before its time.
func (p *program) ended(ctx context.Context) error {
	err := p.close()
	return process.Explain(ctx, p.cmd, cmp.Or(err, errEarly), p.stderr.String())
}

var errEarly = errors.New("it ended without an answer")

// close ends the program. It may be called more than once.
func (p *program) close() error {
	_ = p.in.Close()
	if p.cmd.ProcessState != nil {
		return nil
	}
	return p.cmd.Wait()
}
