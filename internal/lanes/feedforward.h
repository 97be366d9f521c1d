// The feed-forward part, token by token:
//
//	u[p] = w1·mid[p] + b1
//	act[p] = gelu(u[p])
//	h'[p] = mid[p] + w2·act[p] + b2
//
// h' is the next layer's input, needed only for the first `outputs` tokens: all
// of them, or the query alone in the last layer.

// feed_forward computes next = h', few tokens after others, whose numbers are in the
// first-level cache then. It keeps act and slope = gelu'(u).
INLINE void feed_forward(struct shape s, struct layer l, const float *w, struct offset o, v *next, int outputs)
{
	const int W = s.W, H = s.H;
	for (int p = 0; p < outputs; p += TOKENS) {
		v *act = l.act + p * H, *slope = l.slope + p * H;
		const v *mid = l.mid + p * W;
		const int T = outputs - p < TOKENS ? outputs - p : TOKENS;
		spread(T, H, W, w + o.w1, W, 1, w + o.b1, mid, NULL, act);
		for (int i = 0; i < T * H; i++)
			gelu(act[i], &act[i], &slope[i]);
		for (int t = 0; t < T; t++)
			for (int i = 0; i < W; i++)
				next[(p + t) * W + i] = mid[t * W + i] + w[o.b2 + i];
		collect(T, W, H, w + o.w2, H, 1, act, next + p * W);
	}
}

// feed_forward_backward turns the gradient of h' in m.dh into that of mid, and
// adds up the gradients of the weights:
//
//	dw2 = Σ_p dh'[p] ⊗ act[p]               db2 = Σ_p dh'[p]
//	du[p] = slope[p] ∘ (w2ᵀ·dh'[p])
//	dw1 = Σ_p du[p] ⊗ mid[p]                db1 = Σ_p du[p]
//	dmid[p] = dh'[p] + w1ᵀ·du[p]
INLINE void feed_forward_backward(struct shape s, struct layer l, const float *w, v *grad, struct offset o, struct memory m, int outputs)
{
	const int W = s.W, H = s.H;
	outer(outputs, H, W, l.act, m.dh, grad + o.w2, 1, H, NULL);
	column_sum(outputs, W, m.dh, grad + o.b2);
	spread(outputs, H, W, w + o.w2, 1, H, NULL, m.dh, l.slope, m.du);
	outer(outputs, H, W, m.du, l.mid, grad + o.w1, W, 1, grad + o.b1);
	collect(outputs, W, H, w + o.w1, 1, W, m.du, m.dh);
}
