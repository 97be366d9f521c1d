// Package lanegraph is a GoMLX backend for small learners on a CPU: one task of a batch in
// each lane of a SIMD register.
//
// # The idea
//
// A few-shot learner is small, and its batch is many tasks that have nothing to do with each
// other until their losses are added up. A tensor library takes one operation after the
// other, each on the whole batch: a hundred operations of a microsecond or two, each behind
// a function call, threads that wait for each other, and memory. This backend takes the
// batch apart instead. A block of as many tasks as a register has lanes (16 with AVX-512, 8
// with AVX2, else 4) goes through the whole graph, from the inputs to the loss and back,
// while its values are in cache; then the next block does.
//
//	              task 0  task 1  task 2 …  task 15
//	            ┌───────┬───────┬───────┬───┬───────┐
//	element 0   │ x₀    │ x₀    │ x₀    │ … │ x₀    │  one register, one line of the cache
//	element 1   │ x₁    │ x₁    │ x₁    │ … │ x₁    │
//	  …         │       │       │       │   │       │
//	            └───────┴───────┴───────┴───┴───────┘
//	                │ × a weight, the same number in all lanes
//	                ▼
//	  block 0:  load ─ dot ─ elementwise ─ dot ─ … ─ loss ─ … ─ dot ─▶ Σ ┐
//	  block 1:  load ─ dot ─ elementwise ─ dot ─ … ─ loss ─ … ─ dot ─▶ Σ ┼▶ gradient
//	  block 2:  load ─ dot ─ elementwise ─ dot ─ … ─ loss ─ … ─ dot ─▶ Σ ┘
//
// No operation has to know how the axes of a task lie in memory: an element is a whole
// register, so a transpose, a slice or a broadcast is a list of registers to read, and costs
// nothing where it is read. A product with weights multiplies a register by one number that
// is spread over it, a product of two values of a task multiplies registers lane by lane, and
// what has no vector instruction in a tensor library, such as a product of 2×2 matrices, has
// one here.
//
// # From a graph to a program
//
// GoMLX builds the graph, gradients of any order included, through compute.Function;
// package compile makes a program of it. Going along the graph it marks each value as one
// of a task, which depends on an input with the task axis in front, or as the same for all:
// weights, and what is made of them alone. The mark is the axis that holds the tasks, and
// it is followed through every operation; a graph whose axis of tasks ends up merged with
// another, as in a product that takes points of all tasks for rows, is no exception. Inputs
// of two or more axes have the task axis in front; one of a single axis is the same for all.
//
// A sum over tasks, the loss or the gradient of a weight, is where blocks meet. A graph that
// goes on with such a sum, as an inner step of M² does, is cut there: blocks go through the
// first part, the sums are added up, and blocks go through the next part. What a later part
// reads is kept, or, if it is cheap, computed again. An operation across tasks, such as a
// slice of them, takes a detour through memory in which tasks follow each other.
//
// Elementwise operations that hand elements on to each other become one instruction, which
// takes some fifty registers at a time through all of them in the first-level cache. A call of
// a program is one call into C, and so are those of all blocks of a batch. There
// is no compiler in this: instructions are interpreted (internal/lanes, program.h), each
// with a loop over many registers inside. So a new shape costs milliseconds.
//
// # What it has
//
// Numbers of type Float32, Int32 and Bool. Elementwise operations, comparisons and Where;
// DotGeneral of float32 in all layouts; reductions; reshape, transpose, broadcast, slice,
// reverse, pad and concatenate; constants and iota. Fused operations of GoMLX fall apart into
// these. All else (convolution, sort, gather, while, float64 …) is refused by name with
// compute.ErrNotImplemented, and package engine goes to XLA.
//
// # Numbers
//
// Everything is float32, within 1e-5 of GoMLX's Go backend, relative to the largest value.
// Numbers below 1e-38 count as 0. NaN in a task stays in its lane. The same inputs give the
// same bits on every run and with any number of workers, since sums are added up in an order
// that does not depend on it; another instruction set rounds differently.
//
// # When it is fast
//
// Where tasks are many and learners small. A block keeps all values of its tasks from the
// forward pass for the way back: of ProtoNet at the paper's size 48 kB, at 64 units .85 MB, of
// a pre-norm transformer of four layers that predicts all of 50 points 16 MB (goicl bench
// learner-step prints them). Beyond the second-level cache, 1 MB a core
// on the machine these figures are from, it is memory that takes the time. A batch of no more
// tasks than a register has lanes is one block. If its learner is large, several processors do
// a part of each instruction, rows of a product or some of the elements, and wait for each
// other after it, which takes some .2 µs. goicl bench learner-step compares it with XLA and
// PyTorch.
package lanegraph
