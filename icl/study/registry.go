package study

import (
	"fmt"
	"slices"
	"strings"
)

// Definition is a study that is known by name, in several sizes.
type Definition struct {
	Name, Title string
	Group       string   // of studies that are asked for together, such as "claims"
	Data        []string // the data sets that it reads but for the preset smoke, see package remote
	CoreMinutes float64  // that the quick preset took from nothing; 0 where that is not known
	// New makes the study in the size of a preset, one of [Presets].
	New func(preset string) (*Study, error)
}

// Presets names the sizes of studies: smoke tries the path in a minute, quick is meant for
// a laptop, paper is the budget of the study's authors.
func Presets() []string { return []string{"smoke", "quick", "paper"} }

// Registry lists studies that can be asked for by name.
type Registry []Definition

// InGroup is the registry with all its studies in a group of that name.
func (r Registry) InGroup(name string) Registry {
	r = slices.Clone(r)
	for i := range r {
		r[i].Group = name
	}
	return r
}

// Names lists the studies' names in their order.
func (r Registry) Names() []string {
	var names []string
	for _, d := range r {
		names = append(names, d.Name)
	}
	return names
}

// New makes a study of the registry in a preset. An error names what is known.
func (r Registry) New(name, preset string) (*Study, error) {
	if !slices.Contains(Presets(), preset) {
		return nil, fmt.Errorf("study: unknown preset %q; known: %s", preset, strings.Join(Presets(), ", "))
	}
	for _, d := range r {
		if d.Name != name {
			continue
		}
		if d.New == nil {
			return nil, fmt.Errorf("study: %s of the registry has no New", name)
		}
		s, err := on("New", fmt.Sprintf("study %q", name), func() (*Study, error) { return d.New(preset) })
		if err != nil {
			return nil, err
		}
		if s == nil {
			return nil, fmt.Errorf("study: New of %s returned neither a study nor an error", name)
		}
		s.Name, s.Title, s.Preset = d.Name, d.Title, preset
		return s, nil
	}
	return nil, fmt.Errorf("study: unknown study %q; known: %s", name, strings.Join(r.Names(), ", "))
}
