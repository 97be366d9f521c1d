package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/goicl/goicl/datasets/remote"
	"github.com/goicl/goicl/icl/study"
)

// groups are the names of the registry's groups of studies, in their order.
func groups(registry study.Registry) (names []string) {
	for _, d := range registry {
		if d.Group != "" && !slices.Contains(names, d.Group) {
			names = append(names, d.Group)
		}
	}
	return names
}

// named are the studies that are asked for: "all" and groups stand for theirs.
func (r *reproduction) named(names []string) (all []string, err error) {
	for _, name := range names {
		var of []string
		for _, d := range r.registry {
			if d.Name == name || name == "all" || name != "" && d.Group == name {
				of = append(of, d.Name)
			}
		}
		if of == nil {
			return nil, usagef("unknown study %q; known: %s, and for several %s or all", name, strings.Join(r.registry.Names(), ", "), strings.Join(groups(r.registry), ", "))
		}
		all = append(all, of...)
	}
	if len(slices.Compact(slices.Sorted(slices.Values(all)))) < len(all) {
		return nil, usagef("a study is named twice: %s", strings.Join(names, ", "))
	}
	return all, nil
}

// list prints the studies with what they cost, and the verdicts of those that were made before.
func (r *reproduction) list(cmd *cobra.Command) error {
	for _, flag := range []string{"seeds", "engine", "shard", "budget", "json", "markdown", "figure"} {
		if cmd.Flags().Changed(flag) {
			return usagef("--%s without a study; name one, such as: goicl reproduce %s --%s", flag, r.registry[0].Name, flag)
		}
	}
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "study\tcore-minutes\tverdict, preset %s\t\n", r.preset)
	for _, d := range r.registry {
		if missing := remote.Missing(d.Data...); len(missing) > 0 && r.preset != "smoke" {
			fmt.Fprintf(w, "%s\t\tneeds goicl data get %s\t%s\n", d.Name, strings.Join(missing, " "), d.Title)
			continue
		}
		s, err := r.registry.New(d.Name, r.preset)
		if err != nil {
			return usageError{err}
		}
		kept, err := study.Kept(cmd.Context(), s, study.Options{Dir: r.dir, Backend: backendFlag(cmd)})
		if err != nil {
			return err
		}
		cost, verdict := "", "not made yet"
		if d.CoreMinutes > 0 && r.preset == "quick" {
			cost = fmt.Sprintf("%.0f", d.CoreMinutes)
		}
		if kept != nil {
			cost, verdict = fmt.Sprintf("%.0f", kept.CoreMinutes), string(kept.Verdict)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", d.Name, cost, verdict, d.Title)
	}
	fmt.Fprintf(w, "\ngoicl reproduce NAME makes one; %s or all make several.\n", strings.Join(groups(r.registry), ", "))
	return w.Flush()
}
