// The feed-forward part, token by token: h' = mid + w2·gelu(w1·mid + b1) + b2.

// feed_forward computes out = h' for the first `outputs` tokens, and keeps the
// activations and the GELU's slope.
INLINE void feed_forward(struct shape s, struct layer l, const float *w, struct offset o, v *out, int outputs)
{
	const int W = s.W, H = s.H;
	for (int p = 0; p < outputs; p++) {
		v x[MAX_WIDTH];
		v *act = l.act + p * H, *slope = l.slope + p * H;
		for (int i = 0; i < W; i++)
			x[i] = l.mid[p * W + i];
		for (int j = 0; j < H; j++) {
			v u = every(w[o.b1 + j]);
			for (int i = 0; i < W; i++)
				u += w[o.w1 + j * W + i] * x[i];
			act[j] = u;
		}
		for (int j = 0; j < H; j++)
			gelu(act[j], &act[j], &slope[j]);
		for (int i = 0; i < W; i++)
			x[i] += w[o.b2 + i];
		for (int j = 0; j < H; j++)
			for (int i = 0; i < W; i++)
				x[i] += w[o.w2 + i * H + j] * act[j];
		for (int i = 0; i < W; i++)
			out[p * W + i] = x[i];
	}
}

// feed_forward_backward turns the gradient of h' in m.dh into that of mid, and
// adds up the gradients of the weights:
//
//	dw2 = Σ_p dh'[p] ⊗ act[p]        db2 = Σ_p dh'[p]
//	du[p] = slope[p] ∘ (w2ᵀ·dh'[p])
//	dw1 = Σ_p du[p] ⊗ mid[p]         db1 = Σ_p du[p]
//	dmid[p] = dh'[p] + w1ᵀ·du[p]
INLINE void feed_forward_backward(struct shape s, struct layer l, const float *w, struct offset o, struct memory m, int outputs)
{
	const int W = s.W, H = s.H;
	outer(H, W, m.grad + o.w2, 1, H, l.act, m.dh, outputs);
	column_sum(W, m.grad + o.b2, m.dh, outputs);
	for (int p = 0; p < outputs; p++) {
		v dh[MAX_WIDTH], dmid[MAX_WIDTH];
		for (int i = 0; i < W; i++)
			dmid[i] = dh[i] = m.dh[p * W + i];
		for (int j = 0; j < H; j++) {
			v dact = every(0);
			for (int i = 0; i < W; i++)
				dact += w[o.w2 + i * H + j] * dh[i];
			v du = dact * l.slope[p * H + j];
			m.du[p * H + j] = du;
			for (int i = 0; i < W; i++)
				dmid[i] += w[o.w1 + j * W + i] * du;
		}
		for (int i = 0; i < W; i++)
			m.dh[p * W + i] = dmid[i];
	}
	outer(H, W, m.grad + o.w1, W, 1, m.du, l.mid, outputs);
	column_sum(H, m.grad + o.b1, m.du, outputs);
}
