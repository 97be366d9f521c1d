package ranking

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/tables"
	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/tabular"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/internal/usercode"
)

// InContext is a model that was trained on synthetic tables.
type InContext struct {
	Label string // "" means "ICL"
	Model *tabular.Model
}

// Name is the label.
func (m InContext) Name() string { return cmp.Or(m.Label, "ICL") }

// Predict reads the table in context.
func (m InContext) Predict(ctx context.Context, known, test datasets.Table) ([][]float64, error) {
	if m.Model == nil {
		return nil, errors.New("ranking: no model; make one with tabular.Train")
	}
	p, err := m.Model.Predict(ctx, known, test)
	if err != nil {
		return nil, err
	}
	return p.P, nil
}

// Fitted is a predictor that is fitted to the labelled rows, whose inputs it gets as
// [datasets.Table.Query] has them.
type Fitted struct{ Of eval.Classifier }

// Name is that of the predictor.
func (m Fitted) Name() string {
	if usercode.Nil(m.Of) {
		return "nothing"
	}
	return m.Of.Name()
}

// Predict fits the predictor to the labelled rows.
func (m Fitted) Predict(ctx context.Context, known, test datasets.Table) ([][]float64, error) {
	if usercode.Nil(m.Of) {
		return nil, errors.New("ranking: no predictor to fit; name one in Fitted.Of")
	}
	b, err := Query(known, test)
	if err != nil {
		return nil, err
	}
	return answers(ctx, m.Of, b, len(known.X), b.C)
}

// answers are the probabilities of the first classes of point n of each task, which add up to 1.
func answers(ctx context.Context, of eval.Classifier, b *datasets.Batch, n, classes int) ([][]float64, error) {
	p, err := eval.Predict(ctx, of, b, []int{n})
	if err != nil {
		return nil, err
	}
	out := make([][]float64, b.T)
	for i := range out {
		sum := 0.
		for _, v := range p[i*b.C : i*b.C+classes] {
			out[i], sum = append(out[i], float64(v)), sum+float64(v)
		}
		for c := range out[i] {
			if classes < b.C { // a learner of more classes
				out[i][c] = max(out[i][c], eval.ProbFloor) / max(sum, eval.ProbFloor*float64(classes))
			}
		}
	}
	return out, nil
}

// Pretrained is a learner that was trained on synthetic tables, such as a ProtoNet. It gets the
// labelled rows as the examples of a task, filled and standardised; columns that the table does
// not have are 0, and those that the learner does not know are left out.
type Pretrained struct{ Of *train.Fitted }

// Name is that of the learner.
func (m Pretrained) Name() string {
	if m.Of == nil {
		return "nothing"
	}
	return m.Of.Name()
}

// Predict has the learner read the labelled rows.
func (m Pretrained) Predict(ctx context.Context, known, test datasets.Table) ([][]float64, error) {
	if m.Of == nil {
		return nil, errors.New("ranking: no learner; train one by train.Train")
	}
	prior, ok := m.Of.Config.Tasks.(tables.Prior)
	if !ok || prior.Targets {
		return nil, errors.New("ranking: the learner was not trained on classes of a tables.Prior; train it on one")
	}
	prior = prior.WithDefaults()
	if len(known.Classes) > prior.Classes {
		return nil, fmt.Errorf("ranking: the table has %d classes and %s takes %d; train it with more Prior.Classes", len(known.Classes), m.Name(), prior.Classes)
	}
	from, err := Query(known, test)
	if err != nil {
		return nil, err
	}
	b := datasets.NewBatch(from.T, from.N, prior.Columns, prior.Classes)
	copy(b.Y, from.Y)
	for t := range b.T {
		for i := range b.N {
			copy(b.Point(t, i), from.Point(t, i)[:min(from.D, b.D)])
		}
	}
	return answers(ctx, m.Of, b, len(known.X), len(known.Classes))
}

// Query is a task for each row of test: the labelled rows, then this one, filled and
// standardised by the labelled rows. The labels of test are left out.
func Query(known, test datasets.Table) (*datasets.Batch, error) {
	if known.Z != nil {
		return nil, errors.New("ranking: the table has real targets; want classes")
	}
	test.Y, test.Z, test.RowNames = nil, nil, nil
	return known.Query(test)
}

// Tuned is the best of several methods on the labelled rows, by the log-loss of five-fold
// cross-validation.
type Tuned struct {
	Label string // "" means "tuned"
	Of    []Method
}

// Name is the label.
func (m Tuned) Name() string { return cmp.Or(m.Label, "tuned") }

// Predict chooses and predicts.
func (m Tuned) Predict(ctx context.Context, known, test datasets.Table) ([][]float64, error) {
	const folds = 5
	if len(m.Of) == 0 || slices.ContainsFunc(m.Of, func(of Method) bool { return usercode.Nil(of) }) {
		return nil, errors.New("ranking: nothing to choose from, or a method that is nil; name some in Tuned.Of")
	}
	if len(known.Y) != len(known.X) {
		return nil, fmt.Errorf("ranking: %d labelled rows and %d labels; want as many", len(known.X), len(known.Y))
	}
	best, least := m.Of[0], math.Inf(1)
	for _, of := range m.Of {
		sum := 0.
		for k := range folds {
			in, out := fold(known, k, folds)
			if len(out.X) == 0 || !whole(in) {
				continue
			}
			p, err := ask(ctx, of, in, out)
			if err != nil {
				return nil, err
			}
			_, loss := score(p, out)
			sum += loss * float64(len(out.X))
		}
		if sum < least {
			best, least = of, sum
		}
	}
	return best.Predict(ctx, known, test)
}

// whole reports whether all classes of a table have rows.
func whole(t datasets.Table) bool {
	for c := range t.Classes {
		if !slices.Contains(t.Y, int32(c)) {
			return false
		}
	}
	return true
}

// fold divides a table into fold k and the rest.
func fold(t datasets.Table, k, folds int) (in, out datasets.Table) {
	in, out = t, t
	in.X, in.Y, in.RowNames, out.X, out.Y, out.RowNames = nil, nil, nil, nil, nil, nil
	for i, x := range t.X {
		if i%folds == k {
			out.X, out.Y = append(out.X, x), append(out.Y, t.Y[i])
		} else {
			in.X, in.Y = append(in.X, x), append(in.Y, t.Y[i])
		}
	}
	return in, out
}

// Logistic is logistic regression with a ridge penalty that is chosen on the labelled rows.
func Logistic() Method {
	var of []Method
	for _, l2 := range []float64{.1, 1, 10, 100} {
		of = append(of, Fitted{baseline.Logistic{L2: l2}})
	}
	return Tuned{"logistic regression, tuned", of}
}

// Neighbours is k-NN with a number of neighbours that is chosen on the labelled rows.
func Neighbours() Method {
	var of []Method
	for _, k := range []int{1, 3, 5, 9, 15} {
		of = append(of, Fitted{baseline.KNN{K: k}})
	}
	return Tuned{"k-NN, tuned", of}
}
