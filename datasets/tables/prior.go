// Package tables draws synthetic tables: a prior over the tables that people have, on which
// an in-context learner is trained to classify rows of real ones. The idea is that of
// TabPFN (Hollmann, Müller, Eggensperger and Hutter, 2023); the recipe here is a smaller one
// of our own.
package tables

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/goicl/goicl/datasets"
)

// Prior draws tables. A table is a task: its rows are points, with a class each, or a real
// target. Tables differ in the number of their columns and classes; the columns that a table
// does not have are 0 in all its rows, and classes that it does not have do not occur.
type Prior struct {
	N       int  `json:"n,omitempty"`       // rows; 0 means 112
	Columns int  `json:"columns,omitempty"` // at most; 0 means 16
	Classes int  `json:"classes,omitempty"` // at most; 0 means 10
	Targets bool `json:"targets,omitempty"` // real targets in place of classes
	// Mechanisms make the tables, each an equal share; none means those of [Default].
	Mechanisms []Mechanism `json:"mechanisms,omitempty"`
	// What is left out of the prior.
	NoIrrelevant bool `json:"no_irrelevant,omitempty"` // columns that say nothing
	NoWarps      bool `json:"no_warps,omitempty"`      // skewed columns
	NoCategories bool `json:"no_categories,omitempty"` // columns of a few values
	NoMissing    bool `json:"no_missing,omitempty"`    // missing values, filled by the mean, with a column that marks them
	NoImbalance  bool `json:"no_imbalance,omitempty"`  // classes of different sizes
}

// Mechanism says how the columns of a table and what is to be predicted depend on each other.
type Mechanism interface {
	Name() string
	// Draw draws a table of so many rows and columns, and a number for each row, which
	// becomes its class (by thresholds) or is its target. Units do not matter.
	Draw(rng *rand.Rand, rows, columns int) (x [][]float64, target []float64)
}

// Default are linear functions and random networks, two shares each, clusters and rules.
func Default() []Mechanism {
	return []Mechanism{Linear{}, Linear{}, Network{}, Network{}, Clusters{}, Rules{}}
}

// Name is "tables".
func (Prior) Name() string { return "tables" }

// WithDefaults replaces zeros by the default sizes and mechanisms.
func (p Prior) WithDefaults() Prior {
	p.N, p.Columns, p.Classes = cmp.Or(p.N, 112), cmp.Or(p.Columns, 16), cmp.Or(p.Classes, 10)
	if len(p.Mechanisms) == 0 {
		p.Mechanisms = Default()
	}
	return p
}

// Validate reports sizes that no table has, and a mechanism that is nil.
func (p Prior) Validate() error {
	p = p.WithDefaults()
	switch {
	case p.N < 2 || p.Columns < 1:
		return fmt.Errorf("tables: %d rows and %d columns; want at least 2 and 1", p.N, p.Columns)
	case p.Classes < 2 && !p.Targets:
		return fmt.Errorf("tables: at most %d classes; want at least 2, or Targets", p.Classes)
	case slices.Contains(p.Mechanisms, nil):
		return errors.New("tables: a mechanism is nil")
	}
	return nil
}

// Sample draws that many tables. Latent variables: "columns" and "classes", how many of them
// the table has.
func (p Prior) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if rng == nil {
		return nil, errors.New("tables: rng is nil; make one with datasets.Rand")
	}
	p = p.WithDefaults()
	c := p.Classes
	if p.Targets {
		c = 0
	}
	if err := datasets.CheckSize(tasks, p.N, p.Columns, c); err != nil {
		return nil, err
	}
	b := datasets.NewBatch(tasks, p.N, p.Columns, c)
	b.AddLatent("columns")
	b.AddLatent("classes")
	for t := range tasks {
		if err := p.draw(rng, b, t); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// draw draws table t of b.
func (p Prior) draw(rng *rand.Rand, b *datasets.Batch, t int) error {
	columns := 1 + rng.IntN(p.Columns)
	m := p.Mechanisms[rng.IntN(len(p.Mechanisms))]
	x, target := m.Draw(rng, p.N, columns)
	if err := check(m, x, target, p.N, columns); err != nil {
		return err
	}
	p.disturb(rng, x)
	x = p.lose(rng, x)
	standardize(x)
	order := rng.Perm(len(x[0]))
	for i, row := range x {
		point := b.Point(t, i)
		for j, from := range order {
			point[j] = float32(row[from])
		}
	}
	b.Latent["columns"].Data[t] = float32(len(x[0]))
	if p.Targets {
		standardizeTargets(b.Z[t*p.N:(t+1)*p.N], target)
		return nil
	}
	b.Latent["classes"].Data[t] = float32(p.classify(rng, b.Y[t*p.N:(t+1)*p.N], target))
	return nil
}

// check reports what a user's mechanism has drawn wrongly.
func check(m Mechanism, x [][]float64, target []float64, rows, columns int) error {
	if len(x) != rows || len(target) != rows {
		return fmt.Errorf("tables: mechanism %s drew %d rows and %d targets; want %d of each", m.Name(), len(x), len(target), rows)
	}
	for i, row := range x {
		if len(row) != columns {
			return fmt.Errorf("tables: mechanism %s drew %d columns in row %d; want %d", m.Name(), len(row), i, columns)
		}
		for _, v := range append(slices.Clone(row), target[i]) {
			if !(math.Abs(v) < 1e15) {
				return fmt.Errorf("tables: mechanism %s drew %g in row %d; want a finite number", m.Name(), v, i)
			}
		}
	}
	return nil
}

// disturb makes some columns irrelevant, skewed or of few values.
func (p Prior) disturb(rng *rand.Rand, x [][]float64) {
	share := func(off bool, most float64) float64 { // of the columns; half of the tables have none
		if off || rng.IntN(2) == 0 {
			return 0
		}
		return most * rng.Float64()
	}
	irrelevant, warped, coarse := share(p.NoIrrelevant, .6), share(p.NoWarps, .6), share(p.NoCategories, .8)
	for j := range x[0] {
		if rng.Float64() < irrelevant {
			for i := range x {
				x[i][j] = datasets.Normal(rng)
			}
		}
		if rng.Float64() < warped {
			warp(rng, x, j)
		}
		if rng.Float64() < coarse {
			cut(rng, x, j)
		}
	}
}

// warp skews a column: exp of its standard score, or its signed square.
func warp(rng *rand.Rand, x [][]float64, j int) {
	mean, sd := moments(x, j)
	scale, square := .3+rng.Float64(), rng.IntN(2) == 0
	for i := range x {
		z := scale * min(max((x[i][j]-mean)/sd, -5), 5)
		if square {
			x[i][j] = z * math.Abs(z)
		} else {
			x[i][j] = math.Exp(z)
		}
	}
}

// cut replaces a column by 2 to 6 values: its bins, numbered in order or at random.
func cut(rng *rand.Rand, x [][]float64, j int) {
	levels := 2 + rng.IntN(5)
	bounds := make([]float64, levels-1)
	for k := range bounds {
		bounds[k] = x[rng.IntN(len(x))][j]
	}
	slices.Sort(bounds)
	codes := rng.Perm(levels)
	if rng.IntN(2) == 0 {
		slices.Sort(codes)
	}
	for i := range x {
		bin, _ := slices.BinarySearch(bounds, x[i][j])
		x[i][j] = float64(codes[bin])
	}
}

// lose takes values from some columns, in a fifth of the tables: the mean stands in for them,
// and a column that marks them is added where there is room.
func (p Prior) lose(rng *rand.Rand, x [][]float64) [][]float64 {
	if p.NoMissing || rng.IntN(5) > 0 {
		return x
	}
	share := .3 * rng.Float64()
	for j := range len(x[0]) {
		if rng.IntN(2) == 0 || len(x[0]) == p.Columns {
			continue
		}
		mean, _ := moments(x, j)
		for i := range x {
			lost := 0.
			if rng.Float64() < share {
				x[i][j], lost = mean, 1
			}
			x[i] = append(x[i], lost)
		}
	}
	return x
}

// classify cuts the targets into classes, numbered at random, and returns how many.
func (p Prior) classify(rng *rand.Rand, y []int32, target []float64) int {
	classes := 2
	if p.Classes > 2 && rng.IntN(4) == 0 {
		classes = 2 + rng.IntN(p.Classes-1)
	}
	shares, sum := make([]float64, classes), 0.
	for k := range shares {
		shares[k] = 1
		if !p.NoImbalance {
			shares[k] = .2 + rng.ExpFloat64()
		}
		sum += shares[k]
	}
	order := make([]int, len(target))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(target[a], target[b]) })
	labels, k, bound := rng.Perm(classes), 0, shares[0]/sum
	for place, i := range order {
		for k < classes-1 && float64(place)+.5 > bound*float64(len(order)) {
			k++
			bound += shares[k] / sum
		}
		y[i] = int32(labels[k])
	}
	return classes
}

// moments are the mean and the standard deviation of a column; 1 for a constant one.
func moments(x [][]float64, j int) (mean, sd float64) {
	for i := range x {
		mean += x[i][j] / float64(len(x))
	}
	for i := range x {
		d := x[i][j] - mean
		sd += float64(d*d) / float64(len(x))
	}
	if sd = math.Sqrt(sd); sd < 1e-9*(1+math.Abs(mean)) {
		return mean, 1
	}
	return mean, sd
}

// standardize shifts and scales each column to mean 0 and deviation 1.
func standardize(x [][]float64) {
	for j := range x[0] {
		mean, sd := moments(x, j)
		for i := range x {
			x[i][j] = (x[i][j] - mean) / sd
		}
	}
}

func standardizeTargets(z []float32, target []float64) {
	x := make([][]float64, len(target))
	for i, v := range target {
		x[i] = []float64{v}
	}
	standardize(x)
	for i := range z {
		z[i] = float32(x[i][0])
	}
}
