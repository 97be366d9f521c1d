// Efficient attention. For a sequence of tokens h[p], width W:
//
//	a = to_q·h[p]   q[p] = softmax over features of a · W^-½
//	b = to_k·h[p]   k[p][f] = softmax over the sequence, feature by feature, of b
//	                value[p] = to_v·h[p]
//	kv = Σ_p k[p] ⊗ value[p]
//	mid[p] = h[p] + q[p]·kv
//
// The query token takes part as key and value. mid is needed only for the first
// `outputs` tokens: all of them, or the query alone in the last layer.

// softmax_features replaces x by its softmax over features, times scale.
INLINE void softmax_features(int W, v *x, float scale)
{
	v top = x[0], sum = every(0);
	for (int i = 1; i < W; i++)
		top = VMAX(top, x[i]);
	for (int i = 0; i < W; i++) {
		x[i] = exp_negative(x[i] - top);
		sum += x[i];
	}
	v share = scale / sum;
	for (int i = 0; i < W; i++)
		x[i] *= share;
}

// project computes q, value, and the keys before their softmax; top is the
// greatest key of each feature.
INLINE void project(struct shape s, struct layer l, const float *w, struct offset o, int tokens, int outputs, v *top)
{
	const int W = s.W;
	const float scale = 1 / sqrtf(W);
	for (int p = 0; p < tokens; p++) {
		v x[MAX_WIDTH], q[MAX_WIDTH], k[MAX_WIDTH], value[MAX_WIDTH];
		for (int i = 0; i < W; i++) {
			x[i] = l.h[p * W + i];
			q[i] = k[i] = value[i] = every(0);
		}
		matvec(W, W, w + o.to_k, W, 1, x, k);
		matvec(W, W, w + o.to_v, W, 1, x, value);
		for (int i = 0; i < W; i++) {
			top[i] = p ? VMAX(top[i], k[i]) : k[i];
			l.k[p * W + i] = k[i];
			l.value[p * W + i] = value[i];
		}
		if (p >= outputs)
			continue;
		matvec(W, W, w + o.to_q, W, 1, x, q);
		softmax_features(W, q, scale);
		for (int i = 0; i < W; i++)
			l.q[p * W + i] = q[i];
	}
}

// gather turns the keys into weights that sum to one over the sequence, and
// computes kv. Tokens a lane does not have weigh nothing.
INLINE void gather(struct shape s, struct layer l, const vi *seen, int tokens, const v *top)
{
	const int W = s.W;
	v sum[MAX_WIDTH];
	for (int i = 0; i < W; i++)
		sum[i] = every(0);
	for (int p = 0; p < tokens; p++)
		for (int i = 0; i < W; i++) {
			v e = masked(exp_negative(l.k[p * W + i] - top[i]), seen[p]);
			l.k[p * W + i] = e;
			sum[i] += e;
		}
	for (int i = 0; i < W; i++)
		sum[i] = 1.0f / sum[i];
	for (int p = 0; p < tokens; p++)
		for (int i = 0; i < W; i++)
			l.k[p * W + i] *= sum[i];
	for (int i = 0; i < W * W; i++)
		l.kv[i] = every(0);
	outer(W, W, l.kv, W, 1, l.k, l.value, tokens);
}

// attention_forward computes mid from h.
INLINE void attention_forward(struct shape s, struct layer l, const float *w, struct offset o, const vi *seen, int tokens, int outputs)
{
	const int W = s.W;
	v top[MAX_WIDTH];
	project(s, l, w, o, tokens, outputs, top);
	gather(s, l, seen, tokens, top);
	for (int p = 0; p < outputs; p++) {
		v mid[MAX_WIDTH];
		for (int e = 0; e < W; e++)
			mid[e] = l.h[p * W + e];
		for (int f = 0; f < W; f++)
			for (int e = 0; e < W; e++)
				mid[e] += l.q[p * W + f] * l.kv[f * W + e];
		for (int e = 0; e < W; e++)
			l.mid[p * W + e] = mid[e];
	}
}

// attention_backward turns the gradient of mid in m.dh (zero beyond the first
// `outputs` tokens) into that of h, and adds up the gradients of the weights.
//
//	dkv = Σ_p q[p] ⊗ dmid[p]
//	dq[p] = kv·dmid[p]           da = q ∘ (dq - √W·Σ q∘dq)
//	dk[p] = dkv·value[p]         db = k ∘ (dk - Σ_p k∘dk)
//	dv[p] = k[p]·dkv
//	dh[p] = dmid[p] + to_qᵀ·da + to_kᵀ·db + to_vᵀ·dv
//
// The sum over the sequence in db is Σ_e dkv[f][e]·kv[f][e], known beforehand.
INLINE void attention_backward(struct shape s, struct layer l, const float *w, struct offset o, struct memory m, int tokens, int outputs)
{
	const int W = s.W;
	const float root = sqrtf(W);
	v dkv[MAX_WIDTH * MAX_WIDTH], mean[MAX_WIDTH];
	for (int i = 0; i < W * W; i++)
		dkv[i] = every(0);
	outer(W, W, dkv, W, 1, l.q, m.dh, outputs);
	for (int f = 0; f < W; f++) {
		mean[f] = every(0);
		for (int e = 0; e < W; e++)
			mean[f] += dkv[f * W + e] * l.kv[f * W + e];
	}
	for (int p = 0; p < outputs; p++) {
		v dq[MAX_WIDTH], dot = every(0);
		for (int f = 0; f < W; f++) {
			dq[f] = every(0);
			for (int e = 0; e < W; e++)
				dq[f] += l.kv[f * W + e] * m.dh[p * W + e];
			dot += dq[f] * l.q[p * W + f];
		}
		dot *= root;
		for (int f = 0; f < W; f++)
			m.dq[p * W + f] = l.q[p * W + f] * (dq[f] - dot);
	}
	for (int p = 0; p < tokens; p++) {
		v dv[MAX_WIDTH];
		for (int e = 0; e < W; e++)
			dv[e] = every(0);
		for (int f = 0; f < W; f++) {
			v dk = every(0);
			for (int e = 0; e < W; e++) {
				dk += dkv[f * W + e] * l.value[p * W + e];
				dv[e] += dkv[f * W + e] * l.k[p * W + f];
			}
			m.dk[p * W + f] = l.k[p * W + f] * (dk - mean[f]);
		}
		for (int e = 0; e < W; e++)
			m.dv[p * W + e] = dv[e];
	}
	outer(W, W, m.grad + o.to_q, W, 1, m.dq, l.h, outputs);
	outer(W, W, m.grad + o.to_k, W, 1, m.dk, l.h, tokens);
	outer(W, W, m.grad + o.to_v, W, 1, m.dv, l.h, tokens);
	for (int p = 0; p < tokens; p++) {
		v dh[MAX_WIDTH];
		for (int i = 0; i < W; i++)
			dh[i] = m.dh[p * W + i];
		if (p < outputs)
			matvec(W, W, w + o.to_q, 1, W, m.dq + p * W, dh);
		matvec(W, W, w + o.to_k, 1, W, m.dk + p * W, dh);
		matvec(W, W, w + o.to_v, 1, W, m.dv + p * W, dh);
		for (int i = 0; i < W; i++)
			m.dh[p * W + i] = dh[i];
	}
}
