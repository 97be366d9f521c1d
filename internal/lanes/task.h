// Between tasks in memory and tasks in lanes: reading the tokens, and the loss.

// lane is the pair a lane works on.
struct lane {
	const float *x;     // [N, d] the task's inputs
	const int32_t *y;   // [N] the task's labels
	int n;              // the query's position, and the number of points before it
	int pair;           // which pair it is, t·M + m
	int real;           // 0 for a lane that only repeats the last pair
};

// pick_lanes finds the pairs of a group and returns the number of tokens of the
// longest one. A group that is not full repeats its last pair.
INLINE int pick_lanes(struct lanes_job job, int group, struct lane *lanes)
{
	int tokens = 0;
	for (int i = 0; i < LANES; i++) {
		int at = group * LANES + i;
		lanes[i].real = at < job.items;
		lanes[i].pair = job.order[at < job.items ? at : job.items - 1];
		int task = lanes[i].pair / job.queries;
		lanes[i].x = job.x + (size_t)task * job.points * job.d;
		lanes[i].y = job.y + (size_t)task * job.points;
		lanes[i].n = job.at[lanes[i].pair];
		if (lanes[i].n + 1 > tokens)
			tokens = lanes[i].n + 1;
	}
	return tokens;
}

// load_tokens writes the token [x, one-hot(y), 0…] of every point. Token 0 is the
// query, without its label; token p > 0 is point p - 1. Where a lane has no more
// points it repeats its query, unseen: what is unseen then overflows only
// where something seen does.
INLINE void load_tokens(struct shape s, const struct lane *lanes, int tokens, v *h, vi *seen)
{
	for (int i = 0; i < tokens * s.W; i++)
		h[i] = every(0);
	for (int lane = 0; lane < LANES; lane++) {
		const struct lane *t = &lanes[lane];
		for (int p = 0; p < tokens; p++) {
			float *token = (float *)(h + p * s.W) + lane;
			int context = p > 0 && p <= t->n;
			int point = context ? p - 1 : t->n;
			for (int i = 0; i < s.d; i++)
				token[i * LANES] = t->x[point * s.d + i];
			if (context)
				token[(s.d + t->y[point]) * LANES] = 1;
			((int32_t *)(seen + p))[lane] = p <= t->n ? -1 : 0;
		}
	}
}

// read_out computes the 2C logits readout·h of the query.
INLINE void read_out(struct shape s, const float *readout, const v *h, v *logits)
{
	for (int c = 0; c < 2 * s.classes; c++) {
		logits[c] = every(0);
		for (int i = 0; i < s.W; i++)
			logits[c] += readout[c * s.W + i] * h[i];
	}
}

// write_logits writes the logits of every pair of a group.
INLINE void write_logits(struct shape s, struct lanes_job job, const struct lane *lanes, const float *readout, const v *h)
{
	v logits[MAX_WIDTH];
	read_out(s, readout, h, logits);
	for (int lane = 0; lane < LANES && lanes[lane].real; lane++)
		for (int c = 0; c < 2 * s.classes; c++)
			job.logits[(size_t)lanes[lane].pair * 2 * s.classes + c] = logits[c][lane];
}

// loss_backward returns the group's share of the mean cross-entropy
//
//	loss = (1/TM) Σ log Σ_c exp(logit[c]) - logit[y]
//
// writes its gradient with respect to the query's token to dh and adds that of
// the readout to grad: dlogit = (softmax(logit) - onehot(y)) / TM.
INLINE double loss_backward(struct shape s, struct lanes_job job, const struct lane *lanes, const float *readout, v *grad, const v *h, v *dh)
{
	v logit[MAX_WIDTH], p[MAX_WIDTH], sum = every(0), weight, top;
	double loss = 0;
	read_out(s, readout, h, logit);
	top = logit[0];
	for (int c = 1; c < 2 * s.classes; c++)
		top = VMAX(top, logit[c]);
	for (int c = 0; c < 2 * s.classes; c++) {
		p[c] = exp_negative(logit[c] - top);
		sum += p[c];
	}
	for (int lane = 0; lane < LANES; lane++) {
		const struct lane *t = &lanes[lane];
		int y = t->y[t->n];
		weight[lane] = t->real ? 1.0f / job.items : 0;
		if (t->real)
			loss += logf(sum[lane]) + top[lane] - logit[y][lane];
		p[y][lane] -= sum[lane];
	}
	weight /= sum;
	for (int i = 0; i < s.W; i++)
		dh[i] = every(0);
	for (int c = 0; c < 2 * s.classes; c++)
		for (int i = 0; i < s.W; i++) {
			v dlogit = p[c] * weight;
			dh[i] += readout[c * s.W + i] * dlogit;
			grad[c * s.W + i] += dlogit * h[i];
		}
	return loss / job.items;
}
