// Package eval measures predictors on fresh test tasks. [Evaluate] scores one predictor
// on one batch: accuracy, log-loss, Brier score and calibration of class probabilities,
// squared errors of real targets, a user-defined score, and with [WithDistanceTo] distances
// to other predictors, by number of in-context examples. [CurveOf], [Regret] and [Inflation]
// turn scores into curves with confidence intervals over tasks and seeds; [Interval] and
// [Bootstrap] are the statistics behind them, and [Table] is a table of text.
package eval

// Curve is a statistic by number of in-context examples: at N[i] examples it is
// Mean[i], with a 95 % confidence interval from Lo[i] to Hi[i].
type Curve struct {
	Learner string    `json:"learner"`
	Family  string    `json:"family"`
	Metric  Metric    `json:"metric,omitempty"`
	N       []int     `json:"n"`
	Mean    []float64 `json:"mean"`
	Lo      []float64 `json:"lo"`
	Hi      []float64 `json:"hi"`
}
