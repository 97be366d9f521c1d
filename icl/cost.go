package icl

import (
	"fmt"
	"math"
	"runtime"

	"github.com/goicl/goicl/icl/study"
)

// coreMinutes are those that a study of [Studies] takes in the preset quick; 0 if that is
// not known.
func coreMinutes(name string) float64 {
	for _, d := range Studies() {
		if d.Name == name {
			return d.CoreMinutes
		}
	}
	return 0
}

// Cost says how long a study of [Studies] takes on this machine at most in the preset quick, from
// nothing, such as "up to about 12 min here the first time, then it is loaded"; "" where that is
// not known.
func Cost(study string) string { return costNote(coreMinutes(study), runtime.GOMAXPROCS(0)) }

// costNote says how long a study of so many core-minutes takes here at most, from nothing;
// "" where that is not known.
func costNote(coreMinutes float64, cores int) string {
	if !(coreMinutes > 0) || cores < 1 {
		return ""
	}
	minutes := math.Ceil(coreMinutes / float64(cores))
	return fmt.Sprintf("up to about %.0f min here the first time, then it is loaded", minutes)
}

// announce has the bar of a study that was not made yet say what it costs: at once, and
// until the time left is known.
func announce(o study.Options, bar Bar, coreMinutes float64) study.Options {
	note := costNote(coreMinutes, runtime.GOMAXPROCS(0))
	if bar == nil || note == "" {
		return o
	}
	bar.Update(0, 1, 0, note)
	o.Progress = func(p study.Progress) {
		said := p.Note()
		if p.Left == 0 {
			said = note + "; " + said
		}
		bar.Update(p.Done, p.Total, 0, said)
	}
	return o
}
