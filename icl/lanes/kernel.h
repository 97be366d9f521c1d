// One slot's work, for one instruction set. The including file defines LANES,
// VMAX, R_MAX (how many rows of a weight's gradient fit the registers) and
// KERNEL and SCRATCH, the names of the two functions made here.

#include "lanes.h"
#include <math.h>
#include "vector.h"
#include "layout.h"
#include "linear.h"
#include "attention.h"
#include "feedforward.h"
#include "task.h"


// run_group takes LANES pairs through the model and, when training, back.
INLINE void run_group(struct shape s, struct lanes_job job, struct memory m, int group, double *loss)
{
	struct lane lanes[LANES];
	const int training = !job.logits, P = job.points;
	const int tokens = pick_lanes(job, group, lanes);
	const int stride = training ? carve_layer(s, P, 0).end - (v *)0 : 0;
	load_tokens(s, lanes, tokens, carve_layer(s, P, m.layers).h, m.seen);
	for (int i = 0; i < job.depth; i++) {
		struct layer l = carve_layer(s, P, m.layers + i * stride);
		struct offset o = layer_offset(s, i);
		int outputs = i == job.depth - 1 ? 1 : tokens;
		attention_forward(s, l, job.params, o, m.seen, tokens, outputs);
		feed_forward(s, l, job.params, o, l.h + stride, outputs);
	}
	v *last = m.layers + job.depth * stride;
	const int readout = layer_offset(s, job.depth).to_q;
	if (!training) {
		write_logits(s, job, lanes, job.params + readout, last);
		return;
	}
	*loss += loss_backward(s, job, lanes, job.params + readout, m.grad + readout, last, m.dh);
	for (int i = job.depth - 1; i >= 0; i--) {
		struct layer l = carve_layer(s, P, m.layers + i * stride);
		struct offset o = layer_offset(s, i);
		int outputs = i == job.depth - 1 ? 1 : tokens;
		feed_forward_backward(s, l, job.params, m.grad, o, m, outputs);
		for (int j = outputs * s.W; j < tokens * s.W; j++)
			m.dh[j] = every(0);
		attention_backward(s, l, job.params, m.grad, o, m, tokens, outputs);
	}
}

INLINE void run_slot(struct shape s, struct lanes_job job, int slot, float *scratch, float *grad, double *loss)
{
	struct memory m = carve(s, job.depth, job.points, (v *)scratch);
	const int params = layer_offset(s, job.depth).to_q + 2 * s.classes * s.W;
	if (!job.logits) {
		*loss = 0;
		for (int i = 0; i < params; i++)
			m.grad[i] = every(0);
	}
	for (int group = slot; group * LANES < job.pairs; group += job.slots)
		run_group(s, job, m, group, loss);
	if (!job.logits)
		for (int i = 0; i < params; i++)
			grad[i] = lanes_sum(m.grad[i]);
}

INLINE struct shape shape_of(struct lanes_job job)
{
	return (struct shape){job.d, job.classes, job.d + 2 * job.classes, job.hidden};
}

// The paper's shape is compiled with constant loop bounds, any other with
// variable ones.
void KERNEL(struct lanes_job job, int slot, float *scratch, float *grad, double *loss)
{
	struct shape s = shape_of(job);
	if (s.d == 2 && s.classes == 2 && s.H == 24)
		run_slot((struct shape){2, 2, 6, 24}, job, slot, scratch, grad, loss);
	else
		run_slot(s, job, slot, scratch, grad, loss);
}

size_t SCRATCH(struct lanes_job job)
{
	struct shape s = shape_of(job);
	struct memory m = carve(s, job.depth, job.points, 0);
	size_t layers = job.logits ? 1 : job.depth + 1;
	size_t vectors = (m.layers - (v *)0) + layers * (carve_layer(s, job.points, 0).end - (v *)0);
	return vectors * LANES;
}
