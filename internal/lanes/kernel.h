// One slot's work, for one instruction set. The including file defines LANES,
// VMAX, R_MAX (how many rows of a weight's gradient fit the registers) and
// KERNEL, SCRATCH and ARITHMETIC, the names of the functions made here.

#include <math.h>

#include "vector.h"
#include "sums.h"
#include "layout.h"
#include "linear.h"
#include "attention.h"
#include "feedforward.h"
#include "task.h"

// run_group takes LANES pairs through the model and, when training, back. The
// last layer is needed for the query alone. A prediction keeps nothing for the
// way back: all layers use the memory of one.
INLINE void run_group(struct shape s, struct lanes_job job, struct memory m, int group, double *loss)
{
	struct lane lanes[LANES];
	const int training = !job.logits, P = job.points, depth = job.depth;
	const int tokens = pick_lanes(job, group, lanes);
	const size_t stride = training ? layer_vectors(s, P) : 0;
	const struct offset readout = layer_offset(s, depth);
	v *query = m.layers + depth * stride;
	load_tokens(s, lanes, tokens, m.layers, m.seen);
	for (int i = 0; i < depth; i++) {
		struct layer l = carve_layer(s, P, m.layers + i * stride);
		const int outputs = i == depth - 1 ? 1 : tokens;
		attention_forward(s, l, job.params, layer_offset(s, i), m, tokens, outputs);
		feed_forward(s, l, job.params, layer_offset(s, i), l.h + stride, outputs);
	}
	if (!training) {
		write_logits(s, job, lanes, job.params + readout.to_q, query);
		return;
	}
	*loss += loss_backward(s, job, lanes, job.params + readout.to_q, m.grad + readout.to_q, query, m.dh);
	for (int i = s.W; i < tokens * s.W; i++)
		m.dh[i] = every(0);
	for (int i = depth - 1; i >= 0; i--) {
		struct layer l = carve_layer(s, P, m.layers + i * stride);
		const int outputs = i == depth - 1 ? 1 : tokens;
		feed_forward_backward(s, l, job.params, m.grad, layer_offset(s, i), m, outputs);
		attention_backward(s, l, job.params, m.grad, layer_offset(s, i), m, tokens, outputs);
	}
}

// run_slot takes the slot's groups through the model, one after the other.
INLINE void run_slot(struct shape s, struct lanes_job job, int slot, float *scratch, float *grad, double *loss)
{
	struct memory m = carve(s, job.depth, job.points, (v *)scratch);
	const int n = job.logits ? 0 : params(s, job.depth);
	double sum = 0;
	for (int i = 0; i < n; i++)
		m.grad[i] = every(0);
	for (int group = slot; group * LANES < job.items; group += job.slots)
		run_group(s, job, m, group, &sum);
	int i = 0;
	for (; i + LANES <= n; i += LANES) {
		const v sum = lane_sums(m.grad + i);
		__builtin_memcpy(grad + i, &sum, sizeof sum);
	}
	for (; i < n; i++)
		grad[i] = lanes_sum(m.grad[i]);
	if (!job.logits)
		*loss = sum;
}

INLINE struct shape shape_of(struct lanes_job job)
{
	return (struct shape){job.d, job.classes, job.d + 2 * job.classes, job.hidden};
}

// The paper's shape is compiled with constant loop bounds, any other with
// variable ones.
void KERNEL(struct lanes_job job, int slot, float *scratch, float *grad, double *loss)
{
	const struct shape s = shape_of(job), paper = {2, 2, 6, 24};
	if (s.d == paper.d && s.classes == paper.classes && s.H == paper.H)
		run_slot(paper, job, slot, scratch, grad, loss);
	else
		run_slot(s, job, slot, scratch, grad, loss);
}

size_t SCRATCH(struct lanes_job job)
{
	const int layers = job.logits ? 1 : job.depth + 1;
	return memory_vectors(shape_of(job), job.depth, job.points, layers) * LANES;
}

float ARITHMETIC(long rounds)
{
	v chain[LANES_CHAINS];
	const v shrink = every(0.999f), step = every(1e-3f);
	for (int i = 0; i < LANES_CHAINS; i++)
		chain[i] = every((float)i);
	for (long k = 0; k < rounds; k++)
		UNROLL
		for (int i = 0; i < LANES_CHAINS; i++)
			chain[i] = chain[i] * shrink + step;
	for (int i = 1; i < LANES_CHAINS; i++)
		chain[0] += chain[i];
	return lanes_sum(chain[0]);
}
