package kernels

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/goicl/goicl/internal/process"
)

//go:embed python/session.py
var sessionScript string

// Session is a running Go kernel that executes one cell after the other, as
// JupyterLab has it do. Close it.
type Session struct {
	Start time.Duration // what the start of the kernel took

	ctx      context.Context
	cmd      *exec.Cmd
	stderr   limited
	requests *json.Encoder
	answers  *json.Decoder
	end      func() error // closes standard input
	tmp      string
}

// Answer is the outcome of a cell.
type Answer struct {
	Seconds float64 `json:"seconds"` // from its sending to its end
	After   float64 `json:"after"`   // from the interrupt to its end
	Stdout  string  `json:"stdout"`
	Stderr  string  `json:"stderr"`
	Failed  bool    `json:"failed"`
}

// failure is what made the cell fail, on one line; nil for a cell that did not.
func (a Answer) failure() error {
	if !a.Failed && silentFailure.FindString(a.Stderr) == "" {
		return nil
	}
	if text := process.LastLine(silentFailure.ReplaceAllString(a.Stderr, "")); text != "" {
		return errors.New(text)
	}
	return errors.New("the cell failed without a message")
}

// Session starts the Go kernel in the folder dir. env, as "KEY=value", adds to the
// environment of the installation.
func (e *Environment) Session(ctx context.Context, dir string, env ...string) (*Session, error) {
	tmp, err := os.MkdirTemp("", "goicl-session-")
	if err != nil {
		return nil, fmt.Errorf("kernels: %w", err)
	}
	s := &Session{ctx: ctx, tmp: tmp}
	s.cmd = process.Python(ctx, e.home.python(), "-c", leftoversScript+sessionScript, dir)
	s.cmd.Env = append(e.jupyterEnv(tmp), env...)
	s.cmd.Stderr = &s.stderr
	s.cmd.WaitDelay = 3 * process.Grace
	if err := s.start(); err != nil {
		os.RemoveAll(tmp)
		return nil, err
	}
	return s, nil
}

func (s *Session) start() error {
	in, err := s.cmd.StdinPipe()
	if err != nil {
		return fmt.Errorf("kernels: %w", err)
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("kernels: %w", err)
	}
	if err := s.cmd.Start(); err != nil {
		return fmt.Errorf("kernels: cannot start Python (%w); run \"goicl doctor\"", err)
	}
	s.requests, s.answers, s.end = json.NewEncoder(in), json.NewDecoder(out), in.Close
	ready, err := s.answer()
	s.Start = time.Duration(ready.Seconds * float64(time.Second))
	return err
}

// Run executes a cell. One that fails is an error. As for [Environment.Run], a shell
// command that fails makes its cell fail.
func (s *Session) Run(code string) (Answer, error) {
	a, err := s.request(map[string]any{"code": code})
	if err == nil {
		err = a.failure()
	}
	return a, err
}

// Interrupt executes a cell and interrupts it that long after its first output. The
// answer says whether the cell failed.
func (s *Session) Interrupt(code string, after time.Duration) (Answer, error) {
	return s.request(map[string]any{"code": code, "interrupt": after.Seconds()})
}

// Restart restarts the kernel.
func (s *Session) Restart() error {
	_, err := s.request(map[string]any{"restart": true})
	return err
}

func (s *Session) request(what map[string]any) (Answer, error) {
	if err := s.requests.Encode(what); err != nil {
		return Answer{}, s.ended(err)
	}
	return s.answer()
}

func (s *Session) answer() (Answer, error) {
	var a Answer
	if err := s.answers.Decode(&a); err != nil {
		return a, s.ended(err)
	}
	return a, nil
}

// ended is the error of a kernel that ended too early.
func (s *Session) ended(err error) error {
	_ = s.end()
	_ = s.cmd.Wait()
	return fmt.Errorf("kernels: the Go kernel's session ended (%w); run \"goicl doctor\"", process.Explain(s.ctx, s.cmd, err, string(s.stderr)))
}

// Close ends the kernel and all that it has started.
func (s *Session) Close() error {
	defer os.RemoveAll(s.tmp)
	_ = s.end()
	if s.cmd.ProcessState != nil {
		return nil
	}
	return process.Explain(s.ctx, s.cmd, s.cmd.Wait(), string(s.stderr))
}

// limited keeps the end of what is written to it.
type limited []byte

func (l *limited) Write(text []byte) (int, error) {
	const most = 1 << 14
	*l = append(*l, text...)
	*l = (*l)[max(0, len(*l)-most):]
	return len(text), nil
}

// SetupCells returns the code of the first code cell of a notebook, and of the one
// that follows, which imports what the others need.
func SetupCells(notebook string) (setup, imports string, err error) {
	nb, err := readNotebook(notebook)
	if err != nil {
		return "", "", err
	}
	var code []string
	for _, c := range nb.Cells {
		if c.executed() {
			code = append(code, string(c.Source))
		}
	}
	if len(code) < 2 {
		return "", "", fmt.Errorf("kernels: %s has %d code cells, want one that sets up and one that imports", filepath.Base(notebook), len(code))
	}
	return code[0], code[1], nil
}
