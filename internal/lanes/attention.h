// Efficient attention. For a sequence of tokens h[p], width W:
//
//	a[p] = to_q·h[p]       q[p] = softmax over features of a[p]
//	b[p] = to_k·h[p]       k[·][f] = softmax over the sequence of b[·][f]
//	value[p] = to_v·h[p]   kv = Σ_p k[p] ⊗ value[p]
//	mid[p] = h[p] + W^-½·q[p]·kv
//
// The query token takes part as key and value. mid is needed only for the first
// `outputs` tokens: all of them, or the query alone in the last layer.

// softmax_features replaces every token of q by its softmax over features.
INLINE void softmax_features(int W, int tokens, v *q)
{
	for (int p = 0; p < tokens; p++, q += W) {
		v top = q[0], sum = every(0), e[MAX_WIDTH];
		for (int i = 1; i < W; i++)
			top = VMAX(top, q[i]);
		for (int i = 0; i < W; i++) {
			e[i] = exp_negative(q[i] - top);
			sum += e[i];
		}
		v share = 1.0f / sum;
		for (int i = 0; i < W; i++)
			q[i] = e[i] * share;
	}
}

// softmax_sequence replaces k by its softmax over the sequence, feature by
// feature. Tokens that a lane does not have weigh nothing.
INLINE void softmax_sequence(int W, int tokens, const vi *seen, v *k)
{
	for (int f = 0; f < W; f++) {
		v top = k[f], sum = every(0);
		for (int p = 1; p < tokens; p++)
			top = VMAX(top, k[p * W + f]);
		for (int p = 0; p < tokens; p++) {
			v e = masked(exp_negative(k[p * W + f] - top), seen[p]);
			k[p * W + f] = e;
			sum += e;
		}
		v share = 1.0f / sum;
		for (int p = 0; p < tokens; p++)
			k[p * W + f] *= share;
	}
}

// scale multiplies a [W, W] matrix by W^-½.
INLINE void scale(int W, const v *x, v *y)
{
	const float factor = 1 / sqrtf(W);
	for (int i = 0; i < W * W; i++)
		y[i] = factor * x[i];
}

// attention_forward computes mid from h, and keeps q, k, value and kv.
INLINE void attention_forward(struct shape s, struct layer l, const float *w, struct offset o, struct memory m, int tokens, int outputs)
{
	const int W = s.W;
	spread(outputs, W, W, w + o.to_q, W, 1, NULL, l.h, NULL, l.q);
	spread(tokens, W, W, w + o.to_k, W, 1, NULL, l.h, NULL, l.k);
	spread(tokens, W, W, w + o.to_v, W, 1, NULL, l.h, NULL, l.value);
	softmax_features(W, outputs, l.q);
	softmax_sequence(W, tokens, m.seen, l.k);
	for (int i = 0; i < W * W; i++)
		l.kv[i] = every(0);
	outer(tokens, W, W, l.k, l.value, l.kv, W, 1, NULL);
	scale(W, l.kv, m.scaled);
	for (int p = 0; p < outputs; p++) {
		v mid[MAX_WIDTH];
		for (int e = 0; e < W; e++)
			mid[e] = l.h[p * W + e];
		for (int f = 0; f < W; f++)
			for (int e = 0; e < W; e++)
				mid[e] += l.q[p * W + f] * m.scaled[f * W + e];
		for (int e = 0; e < W; e++)
			l.mid[p * W + e] = mid[e];
	}
}

// query_backward computes the gradient of a[p] from that of mid in m.dh:
//
//	dq[p] = W^-½·kv·dmid[p]
//	da[p] = q[p] ∘ (dq[p] - Σ_f q[p][f]·dq[p][f])
INLINE void query_backward(int W, struct layer l, struct memory m, int outputs)
{
	scale(W, l.kv, m.scaled);
	for (int p = 0; p < outputs; p++) {
		const v *q = l.q + p * W, *dmid = m.dh + p * W;
		v dq[MAX_WIDTH], mean = every(0);
		for (int f = 0; f < W; f++) {
			dq[f] = every(0);
			for (int e = 0; e < W; e++)
				dq[f] += m.scaled[f * W + e] * dmid[e];
			mean += q[f] * dq[f];
		}
		for (int f = 0; f < W; f++)
			m.da[p * W + f] = q[f] * (dq[f] - mean);
	}
}

// key_value_backward computes the gradients of b[p] and value[p] from that of mid:
//
//	dkv = W^-½·Σ_p q[p] ⊗ dmid[p]
//	dk[p] = dkv·value[p]
//	db[p] = k[p] ∘ (dk[p] - Σ_p k[p] ∘ dk[p])
//	dvalue[p] = k[p]·dkv
//
// The sum over the sequence is known beforehand: Σ_e dkv[f][e]·kv[f][e].
INLINE void key_value_backward(int W, struct layer l, struct memory m, int tokens, int outputs)
{
	v mean[MAX_WIDTH], *dkv = m.dkv;
	for (int i = 0; i < W * W; i++)
		dkv[i] = every(0);
	outer(outputs, W, W, l.q, m.dh, dkv, W, 1, NULL);
	scale(W, dkv, dkv);
	for (int f = 0; f < W; f++) {
		mean[f] = every(0);
		for (int e = 0; e < W; e++)
			mean[f] += dkv[f * W + e] * l.kv[f * W + e];
	}
	for (int p = 0; p < tokens; p++) {
		const v *k = l.k + p * W, *value = l.value + p * W;
		v dvalue[MAX_WIDTH];
		for (int e = 0; e < W; e++)
			dvalue[e] = every(0);
		for (int f = 0; f < W; f++) {
			v dk = every(0);
			for (int e = 0; e < W; e++) {
				dk += dkv[f * W + e] * value[e];
				dvalue[e] += dkv[f * W + e] * k[f];
			}
			m.db[p * W + f] = k[f] * (dk - mean[f]);
		}
		for (int e = 0; e < W; e++)
			m.dvalue[p * W + e] = dvalue[e];
	}
}

// attention_backward turns the gradient of mid in m.dh, zero beyond the first
// `outputs` tokens, into that of h, and adds up the gradients of the weights:
//
//	dto_q = Σ_p da[p] ⊗ h[p], and so on
//	dh[p] = dmid[p] + to_qᵀ·da[p] + to_kᵀ·db[p] + to_vᵀ·dvalue[p]
INLINE void attention_backward(struct shape s, struct layer l, const float *w, v *grad, struct offset o, struct memory m, int tokens, int outputs)
{
	const int W = s.W;
	query_backward(W, l, m, outputs);
	key_value_backward(W, l, m, tokens, outputs);
	outer(outputs, W, W, m.da, l.h, grad + o.to_q, W, 1, NULL);
	outer(tokens, W, W, m.db, l.h, grad + o.to_k, W, 1, NULL);
	outer(tokens, W, W, m.dvalue, l.h, grad + o.to_v, W, 1, NULL);
	collect(outputs, W, W, w + o.to_q, 1, W, m.da, m.dh);
	collect(tokens, W, W, w + o.to_k, 1, W, m.db, m.dh);
	collect(tokens, W, W, w + o.to_v, 1, W, m.dvalue, m.dh);
}
