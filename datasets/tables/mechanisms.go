package tables

import (
	"math"
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
)

// Linear is a linear function of correlated columns, of which some count for nothing, or all
// but one or two, with little noise or much: the tables that logistic and linear regression
// are good for.
type Linear struct{}

// Name is "linear".
func (Linear) Name() string { return "linear" }

// Draw draws the weights, how much the columns share, and the noise, from a fiftieth of the
// signal to twice as much.
func (Linear) Draw(rng *rand.Rand, rows, columns int) (x [][]float64, target []float64) {
	if !fits(rows, columns) {
		return nil, nil
	}
	weight, length := make([]float64, columns), 1e-9
	nothing, few := .7*rng.Float64(), rng.IntN(4) == 0
	for place, j := range rng.Perm(columns) {
		if rng.Float64() >= nothing && (!few || place < 2) || place == 0 {
			weight[j] = datasets.Normal(rng)
		}
		length += float64(weight[j] * weight[j])
	}
	draw := correlated(rng, columns)
	for range rows {
		row := draw(rng)
		x, target = append(x, row), append(target, datasets.Dot(weight, row))
	}
	addNoise(rng, target, datasets.LogUniform(rng, .02, 2))
	return x, target
}

// fits reports whether a table of that size can be drawn.
func fits(rows, columns int) bool {
	return datasets.CheckSize(1, rows, columns, 0) == nil
}

// addNoise adds noise to targets, share times their own deviation.
func addNoise(rng *rand.Rand, target []float64, share float64) {
	column := make([][]float64, len(target))
	for i, v := range target {
		column[i] = []float64{v}
	}
	_, sd := moments(column, 0)
	for i := range target {
		target[i] += share * sd * datasets.Normal(rng)
	}
}

// correlated draws how columns are correlated, hardly or nearly one, by up to three factors
// that they share, and returns what draws a row.
func correlated(rng *rand.Rand, columns int) func(rng *rand.Rand) []float64 {
	own := datasets.LogUniform(rng, .03, 1) // of a column's deviation
	factors, shared := 1+rng.IntN(3), math.Sqrt(1-own*own)
	loads := make([][]float64, columns)
	for j := range loads {
		var length float64
		for range factors {
			v := datasets.Normal(rng)
			loads[j], length = append(loads[j], v), length+float64(v*v)
		}
		for k := range loads[j] {
			loads[j][k] *= shared / math.Sqrt(length)
		}
	}
	return func(rng *rand.Rand) []float64 {
		row, common := make([]float64, columns), make([]float64, factors)
		for k := range common {
			common[k] = datasets.Normal(rng)
		}
		for j := range row {
			row[j] = datasets.Dot(loads[j], common) + own*datasets.Normal(rng)
		}
		return row
	}
}

// Network is a random network of causes and effects: layers of nodes, each a random function
// of some nodes of the layer before it and of noise of its own. Columns and target are nodes
// drawn at random from all layers, so that a column may be a cause of the target, an effect
// of it, or share a cause with it.
type Network struct{}

// Name is "network".
func (Network) Name() string { return "network" }

// activations are the functions of nodes.
var activations = []func(float64) float64{
	math.Tanh,
	func(v float64) float64 { return v },
	func(v float64) float64 { return max(0, v) },
	math.Sin,
	math.Abs,
	func(v float64) float64 { return math.Exp(-v * v) },
	func(v float64) float64 { return math.Copysign(1, v) },
}

// node is a function of the nodes of the layer before.
type node struct {
	from   []int
	weight []float64
	bias   float64
	act    func(float64) float64
	noise  float64
}

// Draw draws a network and runs it once for each row.
func (Network) Draw(rng *rand.Rand, rows, columns int) (x [][]float64, target []float64) {
	if !fits(rows, columns) {
		return nil, nil
	}
	layers := drawLayers(rng, columns)
	total := 0
	for _, layer := range layers {
		total += len(layer)
	}
	last := total - len(layers[len(layers)-1])
	chosen := rng.Perm(total)
	goal := last + rng.IntN(total-last) // in the last layer, or anywhere
	if rng.IntN(3) == 0 {
		goal = rng.IntN(total)
	}
	for range rows {
		values := run(rng, layers, total)
		row := make([]float64, 0, columns)
		for _, i := range chosen {
			if i != goal && len(row) < columns {
				row = append(row, values[i])
			}
		}
		x, target = append(x, row), append(target, values[goal])
	}
	addNoise(rng, target, datasets.LogUniform(rng, .01, 1))
	return x, target
}

// drawLayers draws 2 to 4 layers with more nodes in all than columns and a target need.
func drawLayers(rng *rand.Rand, columns int) [][]node {
	depth := 2 + rng.IntN(3)
	width := 1 + (columns+1)/depth + rng.IntN(4)
	layers := make([][]node, depth)
	act := activations[rng.IntN(3)] // mostly one of the tame ones
	for l := range layers {
		for range width {
			n := node{noise: .1 * rng.ExpFloat64(), act: act}
			if rng.IntN(5) == 0 {
				n.act = activations[rng.IntN(len(activations))]
			}
			if l > 0 {
				n.from = rng.Perm(width)[:1+rng.IntN(min(width, 5))]
				for range n.from {
					n.weight = append(n.weight, 2*datasets.Normal(rng)/math.Sqrt(float64(len(n.from))))
				}
				n.bias = .5 * datasets.Normal(rng)
			}
			layers[l] = append(layers[l], n)
		}
	}
	return layers
}

// run computes the values of all nodes, those of the first layer from noise alone.
func run(rng *rand.Rand, layers [][]node, total int) []float64 {
	values := make([]float64, 0, total)
	var before []float64
	for l, layer := range layers {
		for _, n := range layer {
			if l == 0 {
				values = append(values, datasets.Normal(rng))
				continue
			}
			v := n.bias
			for k, from := range n.from {
				v += float64(n.weight[k] * before[from])
			}
			values = append(values, n.act(v)+n.noise*datasets.Normal(rng))
		}
		before = values[len(values)-len(layer):]
	}
	return values
}

// Clusters are Gaussian clusters, two to eight, of which each has a target of its own: the
// tables that nearest means are good for.
type Clusters struct{}

// Name is "clusters".
func (Clusters) Name() string { return "clusters" }

// Draw draws the means and deviations of the clusters, and a cluster for each row.
func (Clusters) Draw(rng *rand.Rand, rows, columns int) (x [][]float64, target []float64) {
	if !fits(rows, columns) {
		return nil, nil
	}
	k := 2 + rng.IntN(7)
	means, sds, goals := make([][]float64, k), make([][]float64, k), make([]float64, k)
	apart := .3 + 1.5*rng.Float64()/math.Sqrt(float64(columns))
	for c := range k {
		goals[c] = datasets.Normal(rng)
		for range columns {
			means[c], sds[c] = append(means[c], apart*datasets.Normal(rng)), append(sds[c], math.Exp(.4*datasets.Normal(rng)))
		}
	}
	for range rows {
		c, row := rng.IntN(k), make([]float64, columns)
		for j := range row {
			row[j] = means[c][j] + sds[c][j]*datasets.Normal(rng)
		}
		x, target = append(x, row), append(target, goals[c]+.05*datasets.Normal(rng))
	}
	return x, target
}

// Rules are random decision trees over correlated columns: the tables that trees are good
// for.
type Rules struct{}

// Name is "rules".
func (Rules) Name() string { return "rules" }

// Draw draws a tree of two to four levels, whose leaves have targets of their own.
func (Rules) Draw(rng *rand.Rand, rows, columns int) (x [][]float64, target []float64) {
	if !fits(rows, columns) {
		return nil, nil
	}
	depth := 2 + rng.IntN(3)
	features, bounds := make([]int, 1<<depth), make([]float64, 1<<depth)
	for i := range features {
		features[i], bounds[i] = rng.IntN(columns), .7*datasets.Normal(rng)
	}
	leaves := make([]float64, 1<<depth)
	for i := range leaves {
		leaves[i] = datasets.Normal(rng)
	}
	draw := correlated(rng, columns)
	for range rows {
		row := draw(rng)
		at := 1
		for at < 1<<depth {
			at *= 2
			if row[features[at/2]] > bounds[at/2] {
				at++
			}
		}
		x, target = append(x, row), append(target, leaves[at-1<<depth])
	}
	addNoise(rng, target, datasets.LogUniform(rng, .01, 1))
	return x, target
}
