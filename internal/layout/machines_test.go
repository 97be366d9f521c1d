package layout_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestMachines: each machine of README's table is one that .ci/run builds for, and the other way round.
func TestMachines(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	ci, err := os.ReadFile("../../.ci/run")
	if err != nil {
		t.Fatal(err)
	}
	pair := regexp.MustCompile(`(?:linux|darwin|windows)/\w+64`)
	var told []string
	for _, line := range strings.Split(string(readme), "\n") {
		if first, _, ok := strings.Cut(strings.TrimPrefix(line, "| "), " |"); ok && strings.HasPrefix(line, "| ") {
			told = append(told, pair.FindAllString(first, -1)...)
		}
	}
	built := pair.FindAllString(string(ci), -1)
	slices.Sort(told)
	slices.Sort(built)
	if len(told) < 6 || !slices.Equal(told, built) {
		t.Errorf("README has the machines %v, .ci/run builds for %v", told, built)
	}
}
