package main

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/internal/process"
)

// reproduced is what goicl reproduce --json prints; the schema is docs/json/reproduce.json.
type reproduced struct {
	origin
	Preset  string   `json:"preset"`
	Seconds float64  `json:"seconds"`
	Claims  []report `json:"claims"`
}

// origin says what a document was made by, and where.
type origin struct {
	Version string `json:"version"`          // of the module, "(devel)" in a checkout
	Commit  string `json:"commit,omitempty"` // with "+dirty" where files differ from it
	Machine string `json:"machine"`
}

// report is a study in the document.
type report struct {
	Claim       string            `json:"claim"`
	Title       string            `json:"title"`
	Verdict     study.Verdict     `json:"verdict"`
	Seeds       int               `json:"seeds"`
	Engines     []string          `json:"engines"` // that trained its runs, by their first
	Looks       []study.Looked    `json:"looks"`
	Statements  []study.Statement `json:"statements"`
	Checks      []study.Check     `json:"checks"`
	Findings    []finding         `json:"findings,omitempty"`
	Choices     []study.Choice    `json:"choices,omitempty"`
	Runs        []study.RunInfo   `json:"runs"`
	Notes       []string          `json:"notes"`    // where inputs lie far outside those in training
	Warnings    []string          `json:"warnings"` // why the verdict is of fewer seeds than were asked for
	CoreMinutes float64           `json:"core_minutes"`
	// FailedSeeds and Short are as in [study.Result].
	FailedSeeds []uint64 `json:"failed_seeds,omitempty"`
	Short       string   `json:"short,omitempty"`
}

// finding is a finding with an ID: "claim4.finding.2" is the second of claim 4.
type finding struct {
	ID string `json:"id"`
	study.Finding
}

// newReport is the report of a result. Lists that the schema requires are never null.
func newReport(x *study.Result) report {
	r := report{
		Claim: x.Study, Title: x.Title, Verdict: x.Verdict, Seeds: x.Seeds, Looks: x.Looks, Statements: x.Statements,
		Checks: list0(x.Checks), Choices: x.Choices, Runs: list0(x.Runs), Notes: list0(x.Notes),
		CoreMinutes: x.CoreMinutes, FailedSeeds: x.FailedSeeds, Short: x.Short, Engines: []string{}, Warnings: []string{},
	}
	for i, f := range x.Findings {
		r.Findings = append(r.Findings, finding{fmt.Sprintf("%s.finding.%d", x.Study, i+1), f})
	}
	seen := map[string]bool{"": true}
	for _, run := range x.Runs {
		if !seen[run.Engine] {
			seen[run.Engine] = true
			r.Engines = append(r.Engines, run.Engine)
		}
		if run.Failed != "" {
			r.Warnings = append(r.Warnings, fmt.Sprintf("%s, seed %d, failed and its seed is left out: %s", run.Arm, run.Seed, run.Failed))
		}
		if run.Edge {
			r.Warnings = append(r.Warnings, fmt.Sprintf("%s, seed %d: the rate %g is the least or greatest of those tried, so that a better one may lie beyond", run.Arm, run.Seed, run.Rate))
		}
	}
	if x.Short != "" {
		r.Warnings = append(r.Warnings, "stopped after "+x.Short)
	}
	return r
}

// list0 is the list, empty where there is none.
func list0[T any](all []T) []T { return append([]T{}, all...) }

// thisProgram is the origin of what this program prints.
func thisProgram() origin {
	o := origin{Version: "(devel)", Machine: process.Machine()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return o
	}
	o.Version = cmp.Or(info.Main.Version, o.Version)
	dirty := ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			o.Commit = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "+dirty"
		}
	}
	if o.Commit != "" {
		o.Commit += dirty
	}
	return o
}

// versionLine is what goicl --version prints: the version, the commit if it is known, and Go's version.
func versionLine() string {
	o := thisProgram()
	line := "goicl " + o.Version
	if o.Commit != "" {
		line += ", commit " + o.Commit
	}
	return line + ", " + runtime.Version()
}
