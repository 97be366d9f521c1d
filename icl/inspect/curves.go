package inspect

import (
	"context"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/internal/usercode"
)

// LossCurve is the training loss of a learner by step, for [figure.Loss].
func LossCurve(f *train.Fitted) (eval.Curve, error) {
	entries, err := f.Log()
	if err != nil {
		return eval.Curve{}, err
	}
	c := eval.Curve{Learner: f.Name(), Family: f.Config.Tasks.Name()}
	for _, e := range entries {
		c.N, c.Mean = append(c.N, e.Step), append(c.Mean, e.Loss)
	}
	return c, nil
}

// InnerSteps is the mean squared error on count fresh tasks, after n examples, of a
// network that takes 0, 1, … inner steps of maml on them: the curve's N are steps. The
// weights are those of f, a [metalearner.MAML] with a network of the same size, or the
// [metalearner.MLP] itself.
func InnerSteps(ctx context.Context, f *train.Fitted, maml metalearner.MAML, tasks datasets.Sampler, count, n int, steps ...int) (eval.Curve, error) {
	family, err := usercode.NameOf("sampler", tasks)
	all := eval.Curve{Learner: f.Name(), Family: family, Metric: eval.SquaredError, N: steps}
	if err != nil {
		return all, err
	}
	b, err := tasks.Sample(datasets.Rand(0, "test/"+family), count)
	if err != nil {
		return all, err
	}
	for _, k := range steps {
		after, err := f.As(maml.After(k))
		if err != nil {
			return all, err
		}
		scores, err := eval.Evaluate(ctx, after, tasks.Name(), b, []int{n})
		if err != nil {
			return all, err
		}
		c := eval.CurveOf(eval.SquaredError, scores.Summarize(0))
		all.Mean, all.Lo, all.Hi = append(all.Mean, c.Mean...), append(all.Lo, c.Lo...), append(all.Hi, c.Hi...)
	}
	return all, nil
}
