// Causal softmax attention of the tokens that ask to those they see, head by head:
//
//	score[o][s] = S^-½·q[o]·k[s]           S channels a head
//	share[o] = softmax of score[o] over the tokens s that o sees
//	mean[o] = Σ_s share[o][s]·value[s]
//
// and back:
//
//	dshare[o][s] = dmean[o]·value[s]
//	dscore[o] = share[o] ∘ (dshare[o] - Σ_s share[o][s]·dshare[o][s])
//	dq[o] = S^-½·Σ_s dscore[o][s]·k[s]     dk[s] = S^-½·Σ_o dscore[o][s]·q[o]
//	dvalue[s] = Σ_o share[o][s]·dmean[o]

// view is the attention mask: token o sees the first limit[o] tokens in some lane, and in
// each lane those up to at[o], where at is not NULL.
struct view {
	int asking, tokens;
	const int *limit;
	const vi *at;
};

// dots writes a·b[s] for s < n, where a and the rows of b have S numbers and the rows
// are W apart.
INLINE void dots(int n, int S, int W, const v *a, const v *b, v *out)
{
	int s = 0;
	for (; s + 4 <= n; s += 4) {
		v sum[4] = {every(0), every(0), every(0), every(0)};
		for (int d = 0; d < S; d++)
			LOOSE for (int i = 0; i < 4; i++)
				sum[i] += a[d] * b[(s + i) * W + d];
		LOOSE for (int i = 0; i < 4; i++)
			out[s + i] = sum[i];
	}
	for (; s < n; s++) {
		v sum = every(0);
		for (int d = 0; d < S; d++)
			sum += a[d] * b[s * W + d];
		out[s] = sum;
	}
}

// blend writes Σ_s share[s·step]·b[s] for first ≤ s < n, a row of S numbers.
INLINE void blend(int first, int n, int S, int W, const v *share, int step, const v *b, v *out)
{
	int d = 0;
	for (; d + 4 <= S; d += 4) {
		v sum[4] = {every(0), every(0), every(0), every(0)};
		for (int s = first; s < n; s++)
			LOOSE for (int i = 0; i < 4; i++)
				sum[i] += share[s * step] * b[s * W + d + i];
		LOOSE for (int i = 0; i < 4; i++)
			out[d + i] = sum[i];
	}
	for (; d < S; d++) {
		v sum = every(0);
		for (int s = first; s < n; s++)
			sum += share[s * step] * b[s * W + d];
		out[d] = sum;
	}
}

static void attend(struct view w, int heads, int W, const v *q, const v *k, const v *value, v *share, v *mean)
{
	const int S = W / heads;
	const float scale = 1 / sqrtf(S);
	for (int head = 0; head < heads; head++)
		for (int o = 0; o < w.asking; o++) {
			const int n = w.limit[o], from = head * S;
			v *row = share + (head * w.asking + o) * w.tokens, top = every(-1e30f), sum = every(0);
			dots(n, S, W, q + o * W + from, k + from, row);
			for (int s = 0; s < n; s++) {
				row[s] *= scale;
				if (w.at) {
					const vi seen = (s - (vi){0}) <= w.at[o];
					row[s] = (v)(((vi)row[s] & seen) | ((vi)every(-1e30f) & ~seen));
				}
				top = VMAX(row[s], top);
			}
			for (int s = 0; s < n; s++) {
				row[s] = exp_negative(row[s] - top);
				sum += row[s];
			}
			sum = 1.0f / sum;
			for (int s = 0; s < n; s++)
				row[s] *= sum;
			for (int s = n; s < w.tokens; s++)
				row[s] = every(0);
			blend(0, n, S, W, row, 1, value + from, mean + o * W + from);
		}
}

// attend_backward writes dq, dk and dvalue; dscore has room for [asking, tokens].
static void attend_backward(struct view w, int heads, int W, const v *q, const v *k, const v *value, const v *share,
	const v *dmean, v *dscore, v *dq, v *dk, v *dvalue)
{
	const int S = W / heads;
	const float scale = 1 / sqrtf(S);
	for (int head = 0; head < heads; head++) {
		const int from = head * S;
		const v *shares = share + head * w.asking * w.tokens;
		for (int o = 0; o < w.asking; o++) {
			const int n = w.limit[o];
			const v *p = shares + o * w.tokens;
			v *row = dscore + o * w.tokens, mean = every(0);
			dots(n, S, W, dmean + o * W + from, value + from, row);
			for (int s = 0; s < n; s++)
				mean += p[s] * row[s];
			for (int s = 0; s < n; s++)
				row[s] = p[s] * (row[s] - mean) * scale;
			for (int s = n; s < w.tokens; s++)
				row[s] = every(0);
			blend(0, n, S, W, row, 1, k + from, dq + o * W + from);
		}
		for (int s = 0; s < w.tokens; s++) {
			const int first = w.at ? 0 : s; // tokens that see s
			blend(first, w.asking, S, W, dscore + s, w.tokens, q + from, dk + s * W + from);
			blend(first, w.asking, S, W, shares + s, w.tokens, dmean + from, dvalue + s * W + from);
		}
	}
}
