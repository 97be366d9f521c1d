// Products of matrices. C[b, m, n] = Σ_k A[b, m, k]·B[b, n, k], where A lies in lanes and B is
// shared or lies in lanes too. A block of up to SPAN rows m by 4 columns n of C stays in
// registers. B comes packed, [n/4][k][4], with zeros where the last four are not full.

enum { PANEL = 4 };

// factors are what the block kernel reads: either rows of A with k side by side, or A with
// the rows side by side, step vectors apart for each k; and a panel of B.
struct factors {
	const v *row[SPAN], *a;
	ptrdiff_t a_step;
	const float *weight; // [k][PANEL]
	const v *b;
	ptrdiff_t b_step;
};

INLINE void dot_block(int T, int R, int rows, int shared, int K, const struct factors *f, v sum[SPAN][PANEL])
{
	v s[SPAN][PANEL];
	LOOSE for (int t = 0; t < T; t++)
		LOOSE for (int r = 0; r < R; r++)
			s[t][r] = every(0);
	const v *row[SPAN];
	LOOSE for (int t = 0; t < T; t++)
		row[t] = f->row[t];
	const v *a = f->a, *b = f->b;
	const float *weight = f->weight;
	for (int k = 0; k < K; k++) {
		v x[SPAN];
		LOOSE for (int t = 0; t < T; t++)
			x[t] = rows ? row[t][k] : a[t];
		LOOSE for (int r = 0; r < R; r++) {
			const v y = shared ? every(weight[r]) : b[r];
			LOOSE for (int t = 0; t < T; t++)
				s[t][r] += x[t] * y;
		}
		a += f->a_step;
		weight += PANEL;
		b += f->b_step;
	}
	LOOSE for (int t = 0; t < T; t++)
		LOOSE for (int r = 0; r < R; r++)
			sum[t][r] = s[t][r];
}

#define BLOCK(T, R) \
	case T * 8 + R: \
		if (rows) { \
			if (shared) dot_block(T, R, 1, 1, K, f, sum); \
			else dot_block(T, R, 1, 0, K, f, sum); \
		} else { \
			if (shared) dot_block(T, R, 0, 1, K, f, sum); \
			else dot_block(T, R, 0, 0, K, f, sum); \
		} \
		return;
#define BLOCKS(T) BLOCK(T, 1) BLOCK(T, 2) BLOCK(T, 4)

static void dot_any(int T, int R, int rows, int shared, int K, const struct factors *f, v sum[SPAN][PANEL])
{
	switch (T * 8 + (R == 3 ? 4 : R)) {
	BLOCKS(1)
	BLOCKS(2)
	BLOCKS(3)
#if SPAN > 3
	BLOCKS(4)
	BLOCKS(5)
	BLOCKS(6)
#endif
	}
}

// dot_code is the layout of a dot instruction after its first two words. Tables list, for
// each index, how far on its elements lie. Steps are those of tables with equal gaps, else 0.
struct dot_code {
	int32_t B, M, N, K;
	int32_t a, b, to;              // b is a packed shared value, or in lanes
	int32_t shared, sum_tasks;
	int32_t aB, aM, aK, bB, bN, bK, toB, toM, toN; // tables
	int32_t a_rows;                // k of A lies side by side
	int32_t a_step;                // or m does, with this step of k
	int32_t b_step;                // n of B lies side by side, with this step of k
};

// put_block writes a block of C, or adds its sum over tasks.
INLINE void put_block(const struct lanes_work *w, const struct dot_code *c, int T, int R, const int32_t *m, const int32_t *n,
	int at, v sum[SPAN][PANEL], vi real)
{
	if (!c->sum_tasks) {
		v *to = in_lanes(w, c->to) + at;
		for (int t = 0; t < T; t++)
			for (int r = 0; r < R; r++)
				to[m[t] + n[r]] = sum[t][r];
		return;
	}
	float *to = w->sums + c->to + at;
	v part[SPAN * PANEL + LANES];
	int place[SPAN * PANEL], count = 0;
	for (int t = 0; t < T; t++)
		for (int r = 0; r < R; r++) {
			part[count] = masked(sum[t][r], real);
			place[count++] = m[t] + n[r];
		}
	for (int i = count; i % LANES; i++)
		part[i] = every(0);
	for (int i = 0; i < count; i += LANES) {
		const v s = lane_sums(part + i);
		for (int k = 0; k < LANES && i + k < count; k++)
			to[place[i + k]] += s[k];
	}
}

// pack_rows copies T rows of A so that they lie side by side: [k][T].
INLINE void pack_rows(int T, int K, const v *a, const int32_t *m, const int32_t *k, v *to)
{
	for (int i = 0; i < K; i++)
		for (int t = 0; t < T; t++)
			to[i * T + t] = a[m[t] + k[i]];
}

// dot_columns computes the columns n of a panel for all rows.
INLINE void dot_columns(const struct lanes_program *p, const struct lanes_work *w, const struct dot_code *c, int batch, int n, struct factors f, vi real)
{
	const int32_t *aM = table_at(p, c->aM), *aK = table_at(p, c->aK), *toM = table_at(p, c->toM), *toN = table_at(p, c->toN) + n;
	const v *a = in_lanes(w, c->a) + table_at(p, c->aB)[batch];
	v *packed = (v *)w->packed + (size_t)c->K * PANEL;
	const int R = c->N - n < PANEL ? c->N - n : PANEL;
	for (int m = 0; m < c->M; m += SPAN) {
		const int T = c->M - m < SPAN ? c->M - m : SPAN;
		v sum[SPAN][PANEL];
		if (c->a_rows) {
			for (int t = 0; t < T; t++)
				f.row[t] = a + aM[m + t];
		} else if (c->a_step) {
			f.a = a + aM[m];
			f.a_step = c->a_step;
		} else {
			pack_rows(T, c->K, a, aM + m, aK, packed);
			f.a = packed;
			f.a_step = T;
		}
		dot_any(T, R, c->a_rows, c->shared, c->K, &f, sum);
		put_block(w, c, T, R, toM + m, toN, table_at(p, c->toB)[batch], sum, real);
	}
}

// pack_panel copies columns n of B in lanes: [k][PANEL].
INLINE void pack_panel(const struct lanes_program *p, const struct lanes_work *w, const struct dot_code *c, int batch, int n, v *to)
{
	const int32_t *bN = table_at(p, c->bN) + n, *bK = table_at(p, c->bK);
	const v *b = in_lanes(w, c->b) + table_at(p, c->bB)[batch];
	for (int k = 0; k < c->K; k++)
		for (int r = 0; r < PANEL; r++)
			to[k * PANEL + r] = n + r < c->N ? b[bN[r] + bK[k]] : every(0);
}

static void dot(const struct lanes_program *p, const struct lanes_work *w, const int32_t *i)
{
	const struct dot_code *c = (const struct dot_code *)(i + 2);
	const vi real = real_lanes(w);
	const int panels = (c->N + PANEL - 1) / PANEL;
	for (int batch = 0; batch < c->B; batch++)
		for (int n = 0; n < c->N; n += PANEL) {
			struct factors f = {0};
			if (c->shared) {
				f.weight = w->shared + c->b + ((size_t)table_at(p, c->bB)[batch] * panels * PANEL + n) * c->K;
			} else if (c->b_step && n + PANEL <= c->N) {
				f.b = in_lanes(w, c->b) + table_at(p, c->bB)[batch] + table_at(p, c->bN)[n];
				f.b_step = c->b_step;
			} else {
				pack_panel(p, w, c, batch, n, (v *)w->packed);
				f.b = (v *)w->packed;
				f.b_step = PANEL;
			}
			dot_columns(p, w, c, batch, n, f, real);
		}
}

// pack_weight copies a shared B for dot: [op, words, batch, N, K, to, from, tables bB, bN, bK].
static void pack_weight(const struct lanes_program *p, const struct lanes_work *w, const int32_t *i)
{
	const int N = i[3], K = i[4];
	const int32_t *bB = table_at(p, i[7]), *bN = table_at(p, i[8]), *bK = table_at(p, i[9]);
	float *to = w->shared + i[5];
	for (int b = 0; b < i[2]; b++)
		for (int n = 0; n < N; n += PANEL)
			for (int k = 0; k < K; k++)
				for (int r = 0; r < PANEL; r++)
					*to++ = n + r < N ? w->shared[i[6] + bB[b] + bN[n + r] + bK[k]] : 0;
}

// shared_dot is dot of two shared values: [op, words, B, M, N, K, to, a, b, tables aB, aM,
// aK, bB, bN, bK]. The result is [B, M, N].
static void shared_dot(const struct lanes_program *p, const struct lanes_work *w, const int32_t *i)
{
	const int32_t *aB = table_at(p, i[9]), *aM = table_at(p, i[10]), *aK = table_at(p, i[11]);
	const int32_t *bB = table_at(p, i[12]), *bN = table_at(p, i[13]), *bK = table_at(p, i[14]);
	float *to = w->shared + i[6];
	for (int b = 0; b < i[2]; b++)
		for (int m = 0; m < i[3]; m++)
			for (int n = 0; n < i[4]; n++) {
				const float *x = w->shared + i[7] + aB[b] + aM[m], *y = w->shared + i[8] + bB[b] + bN[n];
				double sum = 0;
				for (int k = 0; k < i[5]; k++)
					sum += (double)x[aK[k]] * y[bK[k]];
				*to++ = (float)sum;
			}
}
