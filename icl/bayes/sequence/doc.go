// Package sequence holds what predictors of sequences can reach, each with one kind of
// knowledge: of sequences over persistent classes (package classes) [NearestItem] with what
// stands in the context, [NearestClass] with what can be stored in weights; of Markov chains
// (package markov) [Unigram] with the counts of states, [Bigram] with those of transitions. The
// doc of each says where it is Bayes-optimal.
//
// Predict returns the probability of each label of point n of a task, given the n points before
// it with their labels, for each n in at. The label of point n and everything after it are never
// read. It returns an error for a setting out of range, for a batch that is invalid or
// of other tasks, and for an n outside the tasks.
package sequence
