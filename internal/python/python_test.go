package python

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// hostile makes a folder with modules that leave a file behind when they are imported, and
// the programs that Python starts with. It is the current folder and on PYTHONPATH.
func hostile(t *testing.T) (trace string) {
	t.Helper()
	dir := t.TempDir()
	trace = filepath.Join(t.TempDir(), "trace")
	for _, name := range []string{"pip", "json", "site", "sitecustomize", "usercustomize", "venv", "runpy", "encodings", "argparse", "os", "torch"} {
		code := "open(" + `r"` + trace + `"` + ", 'a').write('" + name + " ')\n"
		if err := os.WriteFile(filepath.Join(dir, name+".py"), []byte(code), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	t.Setenv("PYTHONPATH", dir+":.:")
	t.Setenv("PYTHONSTARTUP", filepath.Join(dir, "site.py"))
	return trace
}

// TestCurrentFolderIsNotImported: neither what is imported nor what Python starts with
// comes from the current folder. Without -I it does, or the test would show nothing.
func TestCurrentFolderIsNotImported(t *testing.T) {
	interpreter, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no Python on this machine")
	}
	trace := hostile(t)
	for _, args := range [][]string{{"-c", "import json, argparse, venv"}, {"-m", "pip", "--version"}, {"-m", "json.tool", "--help"}} {
		_ = Command(t.Context(), interpreter, args...).Run() // pip may be missing
		if ran, err := os.ReadFile(trace); err == nil {
			t.Fatalf("python3 %s ran %s of the current folder", strings.Join(args, " "), ran)
		}
	}
	t.Setenv("PYTHONPATH", "")
	_ = exec.CommandContext(t.Context(), interpreter, "-m", "pip", "--version").Run()
	if _, err := os.Stat(trace); err != nil {
		t.Error("even without -I nothing ran; the test shows nothing")
	}
}

// TestScript: it sees its arguments, and imports from its folder, not from the current one.
func TestScript(t *testing.T) {
	interpreter, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no Python on this machine")
	}
	trace, dir := hostile(t), t.TempDir()
	main := filepath.Join(dir, "main.py")
	for name, code := range map[string]string{main: "import sys, friend\nif __name__ == '__main__':\n    print(sys.argv, friend.name)\n", filepath.Join(dir, "friend.py"): "import json\nname = 'friend'\n"} {
		if err := os.WriteFile(name, []byte(code), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := Command(t.Context(), interpreter, Script(main, "--tasks", "2")...).CombinedOutput()
	if want := "['" + main + "', '--tasks', '2'] friend\n"; err != nil || string(out) != want {
		t.Errorf("printed %q, error %v; want %q", out, err, want)
	}
	if ran, err := os.ReadFile(trace); err == nil {
		t.Errorf("ran %s of the current folder", ran)
	}
}
