// The interface between Go and the C kernels. A kernel is compiled once for each
// instruction set, from the same source (kernel.h), with another number of lanes.
#ifndef LANES_H
#define LANES_H

#include <stddef.h>
#include <stdint.h>

#include "instructions.h"

#if defined(__x86_64__) && !defined(_WIN32)
#define LANES_AMD64
#elif defined(__aarch64__) && !defined(_WIN32)
#define LANES_ARM64
#endif

// The models that there are kernels for.
enum lanes_model { LANES_PAPER, LANES_DECODER, LANES_MODELS };

// lanes_job says what to compute: the model, the batch, and what is assigned to which slot:
// pairs of (task, query) for the paper's model, tasks for the decoder. See plan.go for
// order and slots.
struct lanes_job {
	enum lanes_model model;
	int depth, d, classes;       // layers, inputs, classes or 0 for real targets
	int hidden;                  // of the paper's model, which is d + 2 classes wide
	int width, heads, positions; // of the decoder
	int points, queries;         // N points a task, M queries a task
	int items, slots;            // T·M pairs or T tasks, assigned to that many slots
	const float *params;         // flat weights
	const float *x;              // [T, N, d]
	const int32_t *y;            // [T, N] labels
	const float *z;              // [T, N] or targets
	const int32_t *at;           // [T·M] the position of each query
	const int32_t *order;        // [items] longest first
	float *logits;               // [T·M] times the model's number of them, or NULL to train
};

// lanes_kernel does the work of one slot. When job.logits is NULL it writes the
// slot's share of the gradient to grad and of the loss to *loss.
typedef void lanes_kernel(struct lanes_job job, int slot, float *scratch, float *grad, double *loss);

// lanes_scratch_size returns how many floats of scratch memory the kernel needs
// for a job. It must be aligned to 64 bytes.
typedef size_t lanes_scratch_size(struct lanes_job job);

// lanes_arithmetic makes that many rounds of LANES_CHAINS multiply-adds on registers,
// none of which waits for another of its round: arithmetic at the processor's peak.
typedef float lanes_arithmetic(long rounds);
enum { LANES_CHAINS = 12 };

// lanes_set is one instruction set and its kernels.
struct lanes_set {
	const char *name;
	int lanes;
	lanes_kernel *run[LANES_MODELS];
	lanes_scratch_size *scratch[LANES_MODELS];
	lanes_arithmetic *arithmetic;
	lanes_program_run *program;
};

// lanes_sets lists the instruction sets there are kernels for, best first, and returns
// how many there are: none on a platform without. Whether the processor has them is for
// the caller to find out: a compiler's own functions for it live in a separate library,
// for which the link of every program, so of every cell of a notebook, takes a fifth longer.
enum { LANES_MAX_SETS = 3 };
int lanes_sets(struct lanes_set out[LANES_MAX_SETS]);

// LANES_SLOTS bounds the slots of a program's phase. maxSlots in plan.go is the same.
enum { LANES_SLOTS = 32 };

// lanes_slots is a job with its slots: each writes a gradient and a loss of its own, and each
// worker has scratch memory of its own, so many floats apart.
struct lanes_slots {
	struct lanes_set set;
	struct lanes_job job;
	float *memory;
	size_t memory_each;
	float *grads;
	size_t weights;
	double *losses;
};

// lanes_compiled is a program as it is executed, in memory of its own. What it works in is
// laid out as the floats: shared values, the fixed ones first; sums of each slot; values that
// outlive a phase; those that do not, of the tasks that are at work at once; and the scratch
// memory of each worker.
struct lanes_compiled {
	struct lanes_set set;
	struct lanes_program program;
	const int32_t *code;
	const struct lanes_order *orders;
	const struct lanes_piece *pieces; // inputs, then outputs
	const float *fixed;
	int order_count, inputs, outputs, fixed_count;
	int sums_each, slots;             // floats of a slot, and slots of the phase with the most
	size_t sums, scratch;             // where they begin
	size_t local_each;                // for tasks at work at once, see lanes_work
	size_t own_each, packed;          // of a worker: temporaries, and then what is packed
};

// lanes_order is a part of a program: instructions on shared values, a phase of instructions on
// LANES tasks at a time, or the end of a sum over tasks.
struct lanes_order {
	int32_t kind;
	int32_t code, words;         // instructions
	int32_t tasks, team;         // of a phase, and workers that a group of tasks has at most
	int64_t full, full_each;     // where what outlives it begins, and floats of a block
	int32_t from, to, size;      // of a sum
};
enum { LANES_ON_SHARED, LANES_CLEAR_SUMS, LANES_ON_TASKS, LANES_ADD_SUMS };

// lanes_piece is where an input or an output lies among the shared values. A table, from this
// offset on or -1, lists the elements of an output that do not follow each other.
struct lanes_piece { int32_t at, size, table; };

// lanes_blocks are calls of programs, one after another or at once: program number part reads its
// inputs at the offsets in, and writes its outputs at the offsets in out, that are listed for it.
struct lanes_blocks {
	const struct lanes_compiled *const *programs;
	const int64_t *offsets;
	int offsets_each;
	const float *in;
	float *out;
	float *memory;
	size_t memory_each; // of a worker
};

// lanes_run_one_by_one makes calls one after another, each by all workers.
void lanes_run_one_by_one(struct lanes_blocks b, int blocks, int workers);

// The functions that share out work have it done by that many workers. With more than one the
// caller must hold the pool, see pool.h. Where they only begin, lanes_finish ends it.
void lanes_run(struct lanes_slots s, int workers, int begin);
void lanes_run_blocks(struct lanes_blocks b, int blocks, int workers, int begin);
void lanes_run_program(const struct lanes_compiled *p, float *memory, int workers);
void lanes_multiply_add(struct lanes_set set, long rounds, int workers);

// lanes_copy puts a program into memory of its own; it returns NULL where there is none.
struct lanes_compiled *lanes_copy(struct lanes_compiled p, size_t tables, size_t words, size_t pieces);
void lanes_free(struct lanes_compiled *p);

// lanes_scratch and lanes_execute call the functions of a set, which Go cannot.
size_t lanes_scratch(struct lanes_set set, struct lanes_job job);
void lanes_execute(struct lanes_set set, struct lanes_program p, struct lanes_work w, const int32_t *code, int words);

#endif
