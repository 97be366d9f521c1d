package baseline

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/internal/predict"
	"github.com/goicl/goicl/internal/usercode"
)

// Selection is algorithm selection: for each query it takes the prediction of that
// one of several predictors which does best on the context when each point of it is left
// out in turn. Classifiers are compared by their likelihood,
//
//	Σ_i log p(y_i | x_i, context without point i),
//
// with each p at least [eval.ProbFloor], and regressors by the sum of squared errors at
// those points; see [Evidence] for the likelihood. Where they tie, as they do without
// examples, the first of the set is taken.
type Selection struct {
	Of []eval.Predictor // classifiers or regressors, as the tasks ask for
}

// Name is "selection".
func (Selection) Name() string { return "selection" }

// Predict returns class probabilities [T, len(at), C].
func (s Selection) Predict(ctx context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	if err := b.WantClasses(); err != nil {
		return nil, err
	}
	return choose(ctx, s.Of, b, at, eval.AllLengths, func(p, _ float64) float64 { return math.Log(max(p, eval.ProbFloor)) })
}

// Regress returns the means [T, len(at)]. It has no variance: nil.
func (s Selection) Regress(ctx context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	if err := b.WantTargets(); err != nil {
		return nil, nil, err
	}
	mean, err = choose(ctx, s.Of, b, at, eval.AllLengths, func(answer, target float64) float64 { return -(answer - target) * (answer - target) })
	return mean, nil, err
}

// BestOf takes the best of several predictors for each task: the one with the highest
// accuracy on up to 50 points after the query, given the query's context, and of equals
// the one with the highest likelihood. It reads labels that other predictors may not read,
// but never the query's: an upper bound on the accuracy of any selection.
type BestOf struct {
	Of []eval.Predictor // classifiers
}

// Name is "best of set".
func (BestOf) Name() string { return "best of set" }

// Predict returns class probabilities [T, len(at), C]. The tasks must have points after
// each query.
func (s BestOf) Predict(ctx context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	const most = 50
	judged := func(n int) []int {
		points := make([]int, max(0, min(most, b.N-1-n)))
		for i := range points {
			points[i] = n + 1 + i
		}
		return points
	}
	if err := b.WantClasses(); err != nil {
		return nil, err
	}
	for _, n := range at {
		if n == b.N-1 {
			return nil, fmt.Errorf("baseline: no points after the query at n = %d to choose the best predictor by; sample tasks of more than %d points", n, b.N)
		}
	}
	return choose(ctx, s.Of, b, at, judged, func(p, top float64) float64 {
		right := 0.
		if p == top {
			right = 1
		}
		return right + 1e-6*math.Log(max(p, eval.ProbFloor))
	})
}

// score is how well a point is predicted: a function of the probabilities of its label and
// of the likeliest class, or of its predicted target and the target.
type score func(a, b float64) float64

// choose returns, for each task and n, the prediction of the member with the highest
// total score on the points that judged lists for n.
func choose(ctx context.Context, of []eval.Predictor, b *datasets.Batch, at []int, judged func(n int) []int, score score) ([]float32, error) {
	if len(of) == 0 {
		return nil, fmt.Errorf("baseline: selection from no predictors; name at least one")
	}
	if err := predict.CheckAt(b, at); err != nil {
		return nil, err
	}
	best, width := make([]float64, b.T*len(at)), max(1, b.C)
	var chosen []float32
	for k, p := range of {
		if usercode.Nil(p) {
			return nil, fmt.Errorf("baseline: predictor %d to select from is nil", k)
		}
		answers, err := eval.Predict(ctx, p, b, at)
		if err != nil {
			return nil, err
		}
		if k == 0 {
			chosen = make([]float32, len(answers))
		}
		for i, n := range at {
			totals, err := totalScores(ctx, p, b, n, judged(n), score)
			if err != nil {
				return nil, err
			}
			for t, total := range totals {
				if q := t*len(at) + i; k == 0 || total > best[q] {
					best[q] = total
					copy(chosen[q*width:(q+1)*width], answers[q*width:])
				}
			}
		}
	}
	return chosen, nil
}

// trialsPerCall bounds the memory of one call of a predictor.
const trialsPerCall = 1 << 14

// totalScores is the sum of a predictor's scores over points of each task. The context of
// a point before n is the rest of the first n points, of another point all n.
func totalScores(ctx context.Context, p eval.Predictor, b *datasets.Batch, n int, points []int, score score) ([]float64, error) {
	totals := make([]float64, b.T)
	if len(points) == 0 {
		return totals, nil
	}
	tasks, query := max(1, trialsPerCall/len(points)), n
	if points[0] < n {
		query = n - 1
	}
	for lo := 0; lo < b.T; lo += tasks {
		part := b.Slice(lo, min(lo+tasks, b.T))
		trials := trialsOf(part, query, points)
		answers, err := eval.Predict(ctx, p, trials, []int{query})
		if err != nil {
			return nil, err
		}
		for i := range trials.T {
			at := i*b.N + query
			if b.Regression() {
				totals[lo+i/len(points)] += score(float64(answers[i]), float64(trials.Z[at]))
				continue
			}
			q := answers[i*b.C : (i+1)*b.C]
			totals[lo+i/len(points)] += score(float64(q[trials.Y[at]]), float64(slices.Max(q)))
		}
	}
	return totals, nil
}

// trialsOf returns a task for each task and point, in which the point is the query.
func trialsOf(b *datasets.Batch, query int, points []int) *datasets.Batch {
	trials := datasets.NewBatch(b.T*len(points), b.N, b.D, b.C)
	for i := range trials.T {
		t, point := i/len(points), points[i%len(points)]
		order := make([]int, b.N)
		for n := range order {
			order[n] = n
		}
		order = slices.Insert(slices.Delete(order, point, point+1), query, point)
		for to, from := range order {
			copy(trials.Point(i, to), b.Point(t, from))
			if b.Regression() {
				trials.Z[i*b.N+to] = b.Z[t*b.N+from]
			} else {
				trials.Y[i*b.N+to] = b.Y[t*b.N+from]
			}
		}
	}
	return trials
}
