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

// lanes_run, lanes_scratch, lanes_multiply_add and lanes_execute call the functions of a set, which Go cannot.
void lanes_run(struct lanes_set set, struct lanes_job job, int slot, float *scratch, float *grad, double *loss);
size_t lanes_scratch(struct lanes_set set, struct lanes_job job);
float lanes_multiply_add(struct lanes_set set, long rounds);
void lanes_execute(struct lanes_set set, struct lanes_program p, struct lanes_work w, const int32_t *code, int words);

// lanes_pause lets the other thread of a processor's core work for a moment.
void lanes_pause(void);

#endif
