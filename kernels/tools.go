package kernels

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/goicl/goicl/internal/files"
	"github.com/goicl/goicl/internal/gonb"
	"github.com/goicl/goicl/internal/process"
)

// installTools builds the Go kernel, goimports and gopls, which completes code, from
// the pinned tools module.
func (e *Environment) installTools(ctx context.Context, g goTool) error {
	if isFile(e.home.gonb()) && isFile(e.home.goimports()) && isFile(e.home.gopls()) {
		return nil
	}
	name := fmt.Sprintf("Go kernel (gonb %s, gopls %s)", toolVersion(gonbModule), toolVersion(goplsModule))
	return e.log.step(name, func() error {
		return place(e.home.bin(), func(tmp string) error { return e.buildTools(ctx, g, tmp) })
	})
}

// buildTools compiles the tools into dir, without symbols for debuggers. GOOS and GOARCH are the
// machine's own, whatever the user cross-compiles for. The build cache is one of its own that is
// removed: nothing else is built so, and it would stay in the user's for nothing.
func (e *Environment) buildTools(ctx context.Context, g goTool, dir string) error {
	module, remove, err := files.TempDir("", "goicl-tools-")
	if err != nil {
		return fmt.Errorf("kernels: %w", err)
	}
	defer remove()
	for file, pinned := range map[string]string{"go.mod": "tools.mod.txt", "go.sum": "tools.sum.txt"} {
		if err := os.WriteFile(filepath.Join(module, file), pin(pinned), 0o644); err != nil {
			return fmt.Errorf("kernels: %w", err)
		}
	}
	cache, err := os.MkdirTemp(e.home.installed(), newPrefix+"cache-*")
	if err != nil {
		return fmt.Errorf("kernels: cannot write to %s: %w", e.home.installed(), cause(err))
	}
	defer os.RemoveAll(cache)
	command := func(args ...string) *exec.Cmd {
		cmd := process.Command(ctx, filepath.Join(g.bin(), "go"), args...)
		cmd.Dir = module
		cmd.Env = append(os.Environ(), "GOBIN="+dir, "GOFLAGS="+g.flags("-mod=readonly", "'-ldflags=-s -w'"), "GOCACHE="+cache,
			"GOWORK=off", "GOOS=", "GOARCH=", "CGO_ENABLED=0")
		return cmd
	}
	err = process.RunLogged(ctx, command("mod", "download", gonbModule), e.log)
	if err == nil {
		err = changeGonb(ctx, module, command("list", "-m", "-f", "{{.Dir}}", gonbModule))
	}
	if err == nil {
		err = process.RunLogged(ctx, command("install", "tool"), e.log)
	}
	if err != nil {
		return fmt.Errorf("kernels: building the Go kernel failed (%w); check the network and the free space, then try again", err)
	}
	return nil
}

// changeGonb has the tools module use GoNB with the changes of package gonb. The command
// locate prints where the pinned source code is, which go has checked.
func changeGonb(ctx context.Context, module string, locate *exec.Cmd) error {
	source, err := process.Output(ctx, locate)
	if err != nil {
		return err
	}
	if err := gonb.Prepare(strings.TrimSpace(string(source)), filepath.Join(module, "gonb")); err != nil {
		return err
	}
	mod := append(pin("tools.mod.txt"), "\nreplace "+gonbModule+" => ./gonb\n"...)
	return os.WriteFile(filepath.Join(module, "go.mod"), mod, 0o644)
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
