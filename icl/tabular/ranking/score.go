package ranking

import (
	"cmp"
	"math"
	"slices"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
)

// AUC is the area under the ROC curve: the probability that a row of the second class gets a
// higher probability of it than one of the first; ties count half. For more than two classes
// it is the mean over classes of one against the rest.
const AUC eval.Metric = "AUC"

// score is the area under the ROC curve and the log-loss of predictions.
func score(p [][]float64, test datasets.Table) (auc, loss float64) {
	for i, row := range p {
		loss -= math.Log(max(row[test.Y[i]], eval.ProbFloor)) / float64(len(p))
	}
	classes := len(test.Classes)
	if classes == 2 {
		return area(p, test.Y, 1), loss
	}
	for c := range classes {
		auc += area(p, test.Y, c) / float64(classes)
	}
	return auc, loss
}

// area is the probability that a row of class c gets a higher probability of it than another
// row; ties count half.
func area(p [][]float64, y []int32, c int) float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(p[a][c], p[b][c]) })
	sum, positives := 0., 0.
	for lo := 0; lo < len(order); {
		hi := lo
		for hi < len(order) && p[order[hi]][c] == p[order[lo]][c] {
			hi++
		}
		for _, i := range order[lo:hi] {
			if int(y[i]) == c {
				sum += float64(lo+hi+1) / 2 // mean rank of those that tie
				positives++
			}
		}
		lo = hi
	}
	negatives := float64(len(p)) - positives
	if positives == 0 || negatives == 0 {
		return .5
	}
	return (sum - positives*(positives+1)/2) / (positives * negatives)
}
