package notebook

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// Check ends the cell (or program) with status 1 and err on standard error, if
// there is an error. A notebook that is executed without a browser stops there.
func Check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// Must returns v, or ends the cell as [Check] does.
func Must[T any](v T, err error) T {
	Check(err)
	return v
}

// Ready says that the notebook can be used, and sets the preset of all its cells: "smoke"
// (each cell takes seconds, to try something or for a lecture), "quick" or "paper" (the
// authors' budgets). The environment variable GOICL_PRESET, which "goicl run --preset" sets,
// counts more; Ready then says so.
func Ready(size string) {
	size = Must(preset(size))
	if file := presetFile(); file != "" {
		Check(os.WriteFile(file, []byte(size), 0o600))
	}
	chosen, note := Preset(), ""
	if os.Getenv("GOICL_PRESET") != "" && chosen != size {
		note = ", which GOICL_PRESET sets"
	}
	Show("Ready. This notebook runs in the preset **" + chosen + "**" + note + ".")
}

// presetFile keeps the preset for the cells that follow, which are other processes: in the
// folder of the kernel, with which it goes. "" outside of a kernel.
func presetFile() string {
	if dir := os.Getenv(protocol.GONB_TMP_DIR_ENV); dir != "" {
		return filepath.Join(dir, "goicl_preset")
	}
	return ""
}

// Preset is how long the experiments may take: "smoke", "quick" or "paper". It is the
// environment variable GOICL_PRESET, or what the notebook's [Ready] says, or "quick". Any
// other value ends the cell.
func Preset() string {
	value := os.Getenv("GOICL_PRESET")
	if file := presetFile(); value == "" && file != "" {
		if kept, err := os.ReadFile(file); err == nil {
			value = string(kept)
		}
	}
	return Must(preset(value))
}

// Steps is how many steps a small training run makes: quick in the preset of that name,
// ten times as many in "paper", a fiftieth but at least 20 in "smoke".
func Steps(quick int) int { return steps(Preset(), quick) }

func steps(preset string, quick int) int {
	switch preset {
	case "smoke":
		return max(20, quick/50)
	case "paper":
		return 10 * quick
	}
	return quick
}

func preset(value string) (string, error) {
	switch value {
	case "":
		return "quick", nil
	case "smoke", "quick", "paper":
		return value, nil
	}
	return "", fmt.Errorf("notebook: the preset is %q; choose smoke, quick or paper, in Ready or GOICL_PRESET", value)
}
