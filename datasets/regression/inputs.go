package regression

import (
	"cmp"
	"fmt"
	"slices"
)

// Inputs is how the inputs of a task are drawn, whatever its function. The zero
// value is x ~ N(0, I).
//
// Several strategies relate a query to its context. They hold for one query, the
// last point: with N = n + 1 points a task, that is the query after n examples, and
// the points before it are an ordinary context. Ask for predictions at n = N − 1
// alone, and draw anew for another n.
type Inputs struct {
	// Strategy is a prompting strategy of Garg et al. (2022), §4, which test what becomes
	// of a learner off its training distribution. Bases and orthants are random and each
	// task's own.
	//
	//	""                   x ~ N(0, I)
	//	"random-quadrants"   the context in one orthant, the query from N(0, I)
	//	"opposite-quadrants" the context in one orthant, the query in the opposite one
	//	"orthogonal"         the query orthogonal to all of the context, its length kept;
	//	                     needs fewer examples than dimensions
	//	"overlapping"        the query repeats an example, each with the same probability
	//	"half-subspace"      all inputs in a subspace of Rank dimensions, with the expected
	//	                     squared length of N(0, I)
	//	"skewed"             all inputs from N(0, Σ) where eigenvalue i = 1, 2, … of Σ is in
	//	                     proportion to 1/i² and the trace is that of I
	Strategy string `json:"strategy,omitempty"`
	// Rank is the number of dimensions of the subspace of "half-subspace";
	// 0 means half of them, rounded down.
	Rank int `json:"rank,omitempty"`
	// Uniform, if it isn't 0, draws each coordinate uniformly from −Uniform to Uniform, not from
	// N(0, 1): √3 gives inputs of variance 1, and 1 those of von Oswald et al. (2023). Not
	// for "half-subspace" and "skewed".
	Uniform float64 `json:"uniform,omitempty"`
	// Scale multiplies every input: x ~ N(0, Scale² I). 0 means 1.
	Scale float64 `json:"scale,omitempty"`
	// Dims is the number of dimensions that are drawn; in the others inputs are 0.
	// 0 means all. The strategies act within those that are drawn.
	Dims int `json:"dims,omitempty"`
	// Least, if it isn't 0, has each task draw its own number of dimensions,
	// uniform on Least..Dims.
	Least int `json:"least,omitempty"`
}

const (
	standard          = ""
	randomQuadrants   = "random-quadrants"
	oppositeQuadrants = "opposite-quadrants"
	orthogonal        = "orthogonal"
	overlapping       = "overlapping"
	halfSubspace      = "half-subspace"
	skewed            = "skewed"
)

// Strategies lists the values of [Inputs.Strategy] but "".
func Strategies() []string {
	return []string{randomQuadrants, oppositeQuadrants, orthogonal, overlapping, halfSubspace, skewed}
}

// maxScale bounds factors so that inputs, targets and their squares stay finite in
// float32, 1/maxScale so that they stay above 0.
const maxScale = 1e6

func checkScale(what string, scale float64) error {
	if !(scale >= 1/maxScale && scale <= maxScale) { // also catches NaN
		return fmt.Errorf("regression: %s is %g; want %g to %g", what, scale, 1/maxScale, float64(maxScale))
	}
	return nil
}

// validate reports what is out of range for tasks of n points in d dimensions.
func (in Inputs) validate(n, d int) error {
	if in.Dims < 0 || in.Dims > d {
		return fmt.Errorf("regression: inputs of %d non-zero dimensions of %d; want 1..%d, or 0 for all", in.Dims, d, d)
	}
	most := cmp.Or(in.Dims, d)
	if in.Least < 0 || in.Least > most {
		return fmt.Errorf("regression: inputs of at least %d non-zero dimensions of %d; want 1..%d, or 0 to draw no number", in.Least, most, most)
	}
	if err := cmp.Or(checkScale("the scale of inputs", cmp.Or(in.Scale, 1)), checkScale("the half width of uniform inputs", cmp.Or(in.Uniform, 1))); err != nil {
		return err
	}
	return in.validateStrategy(n, cmp.Or(in.Least, most))
}

// validateStrategy takes the smallest number of dimensions that a task may have.
func (in Inputs) validateStrategy(n, dims int) error {
	if in.Strategy != standard && !slices.Contains(Strategies(), in.Strategy) {
		return fmt.Errorf("regression: unknown strategy %q; known: %q", in.Strategy, Strategies())
	}
	switch rank := in.rank(dims); {
	case in.Uniform != 0 && (in.Strategy == halfSubspace || in.Strategy == skewed):
		return fmt.Errorf("regression: uniform inputs with the strategy %q, whose inputs are normal along random axes; leave one of the two out", in.Strategy)
	case in.Strategy == orthogonal && n > dims:
		return fmt.Errorf("regression: a query orthogonal to %d examples in %d dimensions; want fewer examples than dimensions, so at most %d points", n-1, dims, dims)
	case in.Strategy == overlapping && n < 2:
		return fmt.Errorf("regression: a query that repeats one of %d examples; want at least 2 points", n-1)
	case in.Strategy == halfSubspace && (rank < 1 || rank > dims):
		return fmt.Errorf("regression: a subspace of %d dimensions of %d; want 1..%d", rank, dims, dims)
	}
	return nil
}

func (in Inputs) rank(dims int) int { return cmp.Or(in.Rank, dims/2) }
