package notebook

import (
	"fmt"
	"os"
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

// Preset is how long the experiments may take, from the environment variable
// GOICL_PRESET: "smoke" (a minute, to see that all works), "quick" (the default)
// or "paper" (the authors' budgets). Any other value ends the cell.
func Preset() string { return Must(preset(os.Getenv("GOICL_PRESET"))) }

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
	return "", fmt.Errorf("notebook: GOICL_PRESET is %q; set it to smoke, quick or paper", value)
}
