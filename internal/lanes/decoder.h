// One slot's work for the GPT-2-style decoder, see decoder.go: a lane holds a task, with
// all its queries. Tokens are x_1, y_1, x_2, y_2, …. In the last layer only the queries'
// tokens ask, each lane's its own.

#include "matrix.h"
#include "norm.h"
#include "causal.h"
#include "decoder_layout.h"

// tanh_gelu computes GPT-2's GELU, x·σ(2z) with z = √(2/π)·(x + .044715·x³), and its slope.
INLINE void tanh_gelu(v x, v *g, v *slope)
{
	const v square = x * x, a = every(0.797884561f);
	const v z = a * x * (square * 0.044715f + 1.0f);
	const vi sign = (vi)every(-0.0f);
	const v e = exp_negative((v)((vi)z | sign) * 2.0f); // exp(-2|z|)
	const v positive = 1.0f / (e + 1.0f);
	const vi negative = ((vi)z & sign) != 0;
	const v share = (v)(((vi)(e * positive) & negative) | ((vi)positive & ~negative)); // σ(2z)
	*g = x * share;
	*slope = share + x * share * (1.0f - share) * 2.0f * a * (square * (3 * 0.044715f) + 1.0f);
}

// task is the task in a lane.
struct task {
	int number, real;      // 0 for a lane that only repeats the last task
	const int32_t *at;     // [M] its queries
	int last;              // the last of them
};

// pick_tasks finds the tasks of a group and returns their number of tokens.
INLINE int pick_tasks(struct lanes_job job, int group, struct task *tasks)
{
	int tokens = 0;
	for (int i = 0; i < LANES; i++) {
		const int at = group * LANES + i;
		struct task t = {job.order[at < job.items ? at : job.items - 1], at < job.items, NULL, 0};
		t.at = job.at + (size_t)t.number * job.queries;
		for (int k = 0; k < job.queries; k++)
			t.last = t.at[k] > t.last ? t.at[k] : t.last;
		tokens = 2 * t.last + 1 > tokens ? 2 * t.last + 1 : tokens;
		tasks[i] = t;
	}
	return tokens;
}

// clipped bounds an input, whose square overflows in the normalisation otherwise. NaN stays.
INLINE float clipped(float x) { return x > 1e15f ? 1e15f : x < -1e15f ? -1e15f : x; }

// read_tasks writes what the tokens are, and where the queries. Tokens after a lane's last
// query are zero.
INLINE void read_tasks(struct decoder m, struct lanes_job job, const struct task *tasks, int tokens, struct workspace s)
{
	for (int i = 0; i < tokens * m.in; i++)
		s.in[i] = every(0);
	for (int k = 0; k < job.queries; k++)
		s.limit[k] = 0;
	for (int p = 0; p < tokens; p++)
		s.all[p] = p + 1;
	for (int lane = 0; lane < LANES; lane++) {
		const struct task t = tasks[lane];
		for (int p = 0; p <= 2 * t.last; p++) {
			const size_t point = (size_t)t.number * job.points + p / 2;
			float *token = (float *)(s.in + p * m.in) + lane;
			if (p % 2 == 0)
				for (int i = 0; i < job.d; i++)
					token[i * LANES] = clipped(job.x[point * job.d + i]);
			else if (job.classes)
				token[job.y[point] * LANES] = 1;
			else
				token[0] = clipped(job.z[point]);
		}
		for (int k = 0; k < job.queries; k++) {
			((int32_t *)(s.at + k))[lane] = 2 * t.at[k];
			s.limit[k] = 2 * t.at[k] + 1 > s.limit[k] ? 2 * t.at[k] + 1 : s.limit[k];
		}
	}
}

// gather copies each lane's queries' tokens from x [P, W] to y [M, W].
INLINE void gather(int queries, int W, const vi *at, const v *x, v *y)
{
	for (int k = 0; k < queries; k++)
		for (int lane = 0; lane < LANES; lane++) {
			const float *from = (const float *)(x + ((const int32_t *)(at + k))[lane] * W) + lane;
			float *to = (float *)(y + k * W) + lane;
			for (int i = 0; i < W; i++)
				to[i * LANES] = from[i * LANES];
		}
}

// scatter adds y [M, W] to the queries' tokens of x [P, W].
INLINE void scatter(int queries, int W, const vi *at, const v *y, v *x)
{
	for (int k = 0; k < queries; k++)
		for (int lane = 0; lane < LANES; lane++) {
			float *to = (float *)(x + ((const int32_t *)(at + k))[lane] * W) + lane;
			const float *from = (const float *)(y + k * W) + lane;
			for (int i = 0; i < W; i++)
				to[i * LANES] += from[i * LANES];
		}
}

// layer_forward takes the stream s.h through a layer; after the last one it holds the
// queries' tokens alone.
INLINE void layer_forward(struct decoder m, const float *w, struct block b, struct kept l, struct view see, struct workspace s)
{
	const int W = m.W, H = m.H, P = see.tokens, O = see.asking;
	const v *asking = s.n;
	normalise(P, W, s.h, l.x1, l.inverse1);
	rescale(P, W, w + b.norm1, l.x1, s.n);
	if (see.at) {
		gather(O, W, see.at, s.n, s.ask);
		asking = s.ask;
	}
	map(O, weight(W, W, w + b.q), asking, l.q, 0);
	map(P, weight(W, W, w + b.k), s.n, l.k, 0);
	map(P, weight(W, W, w + b.v), s.n, l.value, 0);
	attend(see, m.heads, W, l.q, l.k, l.value, l.share, l.mean);
	if (see.at) {
		gather(O, W, see.at, s.h, s.ask);
		for (int i = 0; i < O * W; i++)
			s.h[i] = s.ask[i];
	}
	map(O, weight(W, W, w + b.out), l.mean, s.dn, 0);
	for (int i = 0; i < O * W; i++)
		s.h[i] += s.dn[i];
	normalise(O, W, s.h, l.x2, l.inverse2);
	rescale(O, W, w + b.norm2, l.x2, s.n);
	map(O, weight(H, W, w + b.w1), s.n, l.act, 0);
	for (int i = 0; i < O * H; i++)
		tanh_gelu(l.act[i], &l.act[i], &l.slope[i]);
	map(O, weight(W, H, w + b.w2), l.act, s.dn, 0);
	for (int i = 0; i < O * W; i++)
		s.h[i] += s.dn[i];
}

// layer_backward turns the gradient s.dh of what layer_forward left into that of what it
// was given, and adds those of the weights to grad.
INLINE void layer_backward(struct decoder m, const float *w, float *grad, struct block b, struct kept l, struct view see, struct workspace s)
{
	const int W = m.W, H = m.H, P = see.tokens, O = see.asking;
	map(O, transposed(W, H, w + b.w2), s.dh, s.dact, 0);
	weight_gradient(O, W, H, s.dh, l.act, grad + b.w2);
	for (int i = 0; i < O * H; i++)
		s.dact[i] *= l.slope[i];
	rescale(O, W, w + b.norm2, l.x2, s.n);
	weight_gradient(O, H, W, s.dact, s.n, grad + b.w1);
	map(O, transposed(H, W, w + b.w1), s.dact, s.dn, 0);
	normalise_backward(O, W, w + b.norm2, l.x2, l.inverse2, s.dn, s.dh, grad + b.norm2);

	map(O, transposed(W, W, w + b.out), s.dh, s.dmean, 0);
	weight_gradient(O, W, W, s.dh, l.mean, grad + b.out);
	attend_backward(see, m.heads, W, l.q, l.k, l.value, l.share, s.dmean, s.dscore, s.dq, s.dk, s.dvalue);
	rescale(P, W, w + b.norm1, l.x1, s.n);
	weight_gradient(P, W, W, s.dk, s.n, grad + b.k);
	weight_gradient(P, W, W, s.dvalue, s.n, grad + b.v);
	map(P, transposed(W, W, w + b.k), s.dk, s.dn, 0);
	map(P, transposed(W, W, w + b.v), s.dvalue, s.dn, 1);
	if (see.at) {
		gather(O, W, see.at, s.n, s.ask);
		weight_gradient(O, W, W, s.dq, s.ask, grad + b.q);
		map(O, transposed(W, W, w + b.q), s.dq, s.dask, 0);
		scatter(O, W, see.at, s.dask, s.dn);
		for (int i = 0; i < O * W; i++)
			s.ask[i] = s.dh[i];
		for (int i = 0; i < P * W; i++)
			s.dh[i] = every(0);
		scatter(O, W, see.at, s.ask, s.dh);
	} else {
		weight_gradient(O, W, W, s.dq, s.n, grad + b.q);
		map(O, transposed(W, W, w + b.q), s.dq, s.dn, 1);
	}
	normalise_backward(P, W, w + b.norm1, l.x1, l.inverse1, s.dn, s.dh, grad + b.norm1);
}

// answer_loss returns the group's share of the mean loss of all queries, cross-entropy or
// squared error, and writes its gradient with respect to the logits.
INLINE double answer_loss(struct decoder m, struct lanes_job job, const struct task *tasks, struct workspace s)
{
	const double share = 1.0 / ((double)job.items * job.queries);
	double loss = 0;
	for (int k = 0; k < job.queries; k++)
		for (int lane = 0; lane < LANES; lane++) {
			const struct task t = tasks[lane];
			const size_t point = (size_t)t.number * job.points + t.at[k];
			const float *logit = (const float *)(s.logits + k * m.K) + lane;
			float *d = (float *)(s.dlogits + k * m.K) + lane, top = logit[0], sum = 0;
			const float weight = t.real ? (float)share : 0;
			if (!job.classes) {
				const float off = logit[0] - job.z[point];
				d[0] = 2 * weight * off;
				loss += t.real ? (double)off * off : 0;
				continue;
			}
			for (int c = 1; c < m.K; c++)
				top = logit[c * LANES] > top ? logit[c * LANES] : top;
			for (int c = 0; c < m.K; c++)
				sum += d[c * LANES] = expf(logit[c * LANES] - top);
			for (int c = 0; c < m.K; c++)
				d[c * LANES] *= weight / sum;
			d[job.y[point] * LANES] -= weight;
			loss += t.real ? logf(sum) + (top - logit[job.y[point] * LANES]) : 0;
		}
	return loss * share;
}

INLINE void write_answers(struct decoder m, struct lanes_job job, const struct task *tasks, struct workspace s)
{
	for (int lane = 0; lane < LANES && tasks[lane].real; lane++)
		for (int i = 0; i < job.queries * m.K; i++)
			job.logits[(size_t)tasks[lane].number * job.queries * m.K + i] = s.logits[i][lane];
}

// tokens_backward adds the gradients of read_in and of the positions.
INLINE void tokens_backward(struct decoder m, int tokens, struct workspace s, float *grad)
{
	weight_gradient(tokens, m.W, m.in, s.dh, s.in, grad);
	for (int i = 0; i < tokens * m.W; i++)
		grad[m.W * m.in + m.W + i] += lanes_sum(s.dh[i]);
}

// decoder_group takes LANES tasks through the model and, when training, back.
INLINE void decoder_group(struct decoder m, struct lanes_job job, struct workspace s, int group, float *grad, double *loss)
{
	struct task tasks[LANES];
	const float *w = job.params;
	const int W = m.W, M = job.queries, tokens = pick_tasks(job, group, tasks);
	const struct view causal = {tokens, tokens, s.all, NULL}, last = {M, tokens, s.limit, s.at};
	const int norm = block_at(m, m.depth).norm1, readout = norm + 2 * W;
	read_tasks(m, job, tasks, tokens, s);
	map(tokens, weight(W, m.in, w), s.in, s.h, 0);
	for (int i = 0; i < tokens * W; i++)
		s.h[i] += w[W * m.in + W + i];
	for (int i = 0; i < m.depth; i++)
		layer_forward(m, w, block_at(m, i), layer_at(s, i), i == m.depth - 1 ? last : causal, s);
	normalise(M, W, s.h, s.x, s.inverse);
	rescale(M, W, w + norm, s.x, s.n);
	map(M, weight(m.K, W, w + readout), s.n, s.logits, 0);
	if (job.logits) {
		write_answers(m, job, tasks, s);
		return;
	}
	*loss += answer_loss(m, job, tasks, s);
	weight_gradient(M, m.K, W, s.dlogits, s.n, grad + readout);
	map(M, transposed(m.K, W, w + readout), s.dlogits, s.dn, 0);
	for (int i = 0; i < M * W; i++)
		s.dh[i] = every(0);
	normalise_backward(M, W, w + norm, s.x, s.inverse, s.dn, s.dh, grad + norm);
	for (int i = m.depth - 1; i >= 0; i--)
		layer_backward(m, w, grad, block_at(m, i), layer_at(s, i), i == m.depth - 1 ? last : causal, s);
	tokens_backward(m, tokens, s, grad);
}

void DECODER(struct lanes_job job, int slot, float *scratch, float *grad, double *loss)
{
	const struct decoder m = decoder_of(job);
	const struct workspace s = decoder_workspace(m, job, (v *)scratch);
	const int weights = block_at(m, m.depth).norm1 + 2 * m.W + m.K * m.W + m.K;
	double sum = 0;
	for (int i = 0; !job.logits && i < weights; i++)
		grad[i] = 0;
	for (int group = slot; group * LANES < job.items; group += job.slots)
		decoder_group(m, job, s, group, grad, &sum);
	if (!job.logits)
		*loss = sum;
}

size_t DECODER_SCRATCH(struct lanes_job job)
{
	return decoder_workspace(decoder_of(job), job, NULL).used * LANES;
}
