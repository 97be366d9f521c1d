// Package bayes holds the Bayes-optimal predictors of task families. They are
// derived from the distribution of tasks and need no training. A predictor has the
// name of its family in package synthetic, regression or datasets.
//
//   - classification in two dimensions: [Pair], [Amort], [Radius], [Proto] and their
//     mixture [Mix]; in more dimensions approximately: [Classification]
//   - regression: [Linear], [Sparse], [Pool], [Quadratic], [Tree], [Sinusoid]; in the
//     limit of wide networks: [ReLUNet]
//   - [Linear] with what is known of a domain: [Domain], [DomainMean], [Pooled];
//     estimated from tasks of the domain by empirical Bayes: [FitLinear]
//
// [ByName] and [BestFor] find the predictor of a family. That of parities of bits is in
// package bayes/boolean.
//
// Predict returns the probability of each class of point n of a task, given the n
// points before it with their labels; Regress returns mean and variance of its target.
// The answer of point n and everything after it are never read, and the prediction at n
// does not depend on which other n are asked for. Both return an error for a setting out
// of range, for a batch that is invalid or of tasks that the family does not have, and for
// an n outside the tasks.
//
// No learner has a higher expected accuracy, a lower expected log-loss or a lower
// expected squared error on the family. Probabilities may be exactly 0 or 1, since the
// families label without noise.
package bayes
