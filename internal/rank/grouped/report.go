package grouped

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat"

	"github.com/goicl/goicl/icl/eval"
)

// reference is the method that others are compared with.
const reference = "mixed model"

// pairs are the comparisons of one method with another.
var pairs = [][2]string{
	{"ICL, as it is", "least squares, own rows"}, {"ICL, adapted", "ICL, as it is"},
	{"ICL, adapted", reference}, {"M²-ICL, adapted", reference}, {"M²-ICL, adapted", "ICL, adapted"},
}

// errors are those of the groups of a table; nil if there are none.
func (r *Report) errors(table, method string, given int) []float64 {
	for _, c := range r.Cells {
		if c.Table == table && c.Method == method && c.Given == given {
			return c.Errors
		}
	}
	return nil
}

// Markdown is the ranking as tables: of all tables of groups, of those that were not looked at
// when the transformers were made, of differences of two methods, and the errors table by table.
func (r *Report) Markdown() string {
	var b strings.Builder
	for _, given := range r.Given {
		r.ranking(&b, r.Tables, given, "")
	}
	rest := slices.DeleteFunc(slices.Clone(r.Tables), func(t string) bool { return slices.Contains(LookedAt, t) })
	if len(rest) > 0 && len(rest) < len(r.Tables) {
		for _, given := range r.Given {
			r.ranking(&b, rest, given, ", without those that were looked at in the making ("+strings.Join(LookedAt, ", ")+")")
		}
		r.differences(&b, rest)
	} else {
		r.differences(&b, r.Tables)
	}
	r.byTable(&b, r.Given[len(r.Given)/2])
	return b.String()
}

// ranking writes the methods in the order of their mean rank. Tables with less error, or with more, are
// those on which the interval of the difference over groups leaves out 0.
func (r *Report) ranking(b *strings.Builder, tables []string, given int, note string) {
	groups := 0
	for _, t := range tables {
		groups += len(r.errors(t, r.Methods[0].Name(), given))
	}
	fmt.Fprintf(b, "%d given rows: %d groups of %d tables%s\n\n| method | learns from other groups | mean rank | error, mean of groups | error, median of tables | error − %s, over tables | over groups | share of groups with less | tables with less | with more |\n|---|---|---|---|---|---|---|---|---|---|\n",
		given, groups, len(tables), note, reference)
	ranks, order := r.ranks(tables, given), slices.Clone(r.Methods)
	slices.SortStableFunc(order, func(x, y Method) int {
		return cmp.Compare(stat.Mean(ranks[x.Name()], nil), stat.Mean(ranks[y.Name()], nil))
	})
	for _, m := range order {
		sees, name := map[bool]string{true: "yes", false: "no"}[m.Sees()], m.Name()
		all, means := r.pooled(tables, name, given)
		fmt.Fprintf(b, "| %s | %s | %s | %s | %.3g |", name, sees, interval(ranks[name]), interval(all), median(means))
		if name == reference || r.errors(tables[0], reference, given) == nil {
			b.WriteString(" | | | | |\n")
			continue
		}
		d := r.difference(tables, name, reference, given)
		fmt.Fprintf(b, " %s | %s | %s | %d | %d |\n", interval(d.tables), interval(d.groups), interval(d.lower), d.below, d.above)
	}
	b.WriteString("\n")
}

// ranks are, for each method, its rank among all by the mean error on each table; ties share
// a rank.
func (r *Report) ranks(tables []string, given int) map[string][]float64 {
	ranks := map[string][]float64{}
	for _, t := range tables {
		for _, m := range r.Methods {
			rank, own := .5, stat.Mean(r.errors(t, m.Name(), given), nil)
			for _, other := range r.Methods {
				switch v := stat.Mean(r.errors(t, other.Name(), given), nil); {
				case v < own:
					rank++
				case v == own:
					rank += .5
				}
			}
			ranks[m.Name()] = append(ranks[m.Name()], rank)
		}
	}
	return ranks
}

// pooled are the errors of a method on all groups, and its means on tables.
func (r *Report) pooled(tables []string, method string, given int) (all, means []float64) {
	for _, t := range tables {
		errs := r.errors(t, method, given)
		all, means = append(all, errs...), append(means, stat.Mean(errs, nil))
	}
	return all, means
}

// difference are the errors of one method less those of another, paired by group.
type difference struct {
	tables, groups []float64 // means of tables, and of all groups
	lower          []float64 // share of a table's groups in which the first is lower
	below, above   int       // tables on which the interval over groups is below and above 0
}

func (r *Report) difference(tables []string, a, b string, given int) (d difference) {
	for _, t := range tables {
		of, other := r.errors(t, a, given), r.errors(t, b, given)
		gaps, lower := make([]float64, len(of)), 0.
		for i := range of {
			if gaps[i] = of[i] - other[i]; gaps[i] < 0 {
				lower++
			}
		}
		d.lower = append(d.lower, lower/float64(len(of)))
		d.tables, d.groups = append(d.tables, stat.Mean(gaps, nil)), append(d.groups, gaps...)
		switch e := eval.OfSeeds(gaps); {
		case e.Hi < 0:
			d.below++
		case e.Lo > 0:
			d.above++
		}
	}
	return d
}

// differences writes what two methods differ by: means, in which one wild group may weigh more
// than all others, and in which share of the groups of a table the first errs less.
func (r *Report) differences(b *strings.Builder, tables []string) {
	fmt.Fprintf(b, "Differences of errors paired by group, %d tables\n\n| difference | given rows | over tables | over groups | median of tables | share of groups with less | tables with less | with more |\n|---|---|---|---|---|---|---|---|\n", len(tables))
	for _, p := range pairs {
		for _, given := range r.Given {
			if r.errors(tables[0], p[0], given) == nil || r.errors(tables[0], p[1], given) == nil {
				continue
			}
			d := r.difference(tables, p[0], p[1], given)
			fmt.Fprintf(b, "| %s − %s | %d | %s | %s | %.3g | %s | %d | %d |\n", p[0], p[1], given, interval(d.tables), interval(d.groups), median(d.tables), interval(d.lower), d.below, d.above)
		}
	}
	b.WriteString("\n")
}

// byTable writes the mean errors on each table.
func (r *Report) byTable(b *strings.Builder, given int) {
	fmt.Fprintf(b, "Errors by table, %d given rows\n\n| table | groups |", given)
	for _, m := range r.Methods {
		b.WriteString(" " + m.Name() + " |")
	}
	b.WriteString("\n|---|---|" + strings.Repeat("---|", len(r.Methods)) + "\n")
	for _, t := range r.Tables {
		fmt.Fprintf(b, "| %s | %d |", t, len(r.errors(t, r.Methods[0].Name(), given)))
		for _, m := range r.Methods {
			fmt.Fprintf(b, " %.3g |", stat.Mean(r.errors(t, m.Name(), given), nil))
		}
		b.WriteString("\n")
	}
	b.WriteString("\n")
}

// median is the middle one of numbers, or the mean of the two in the middle.
func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

// interval writes a mean with Student's 95 % interval.
func interval(v []float64) string {
	e := eval.OfSeeds(v)
	if len(v) < 2 {
		return fmt.Sprintf("%.3g", e.Mean)
	}
	return fmt.Sprintf("%.3g [%.3g, %.3g]", e.Mean, e.Lo, e.Hi)
}
