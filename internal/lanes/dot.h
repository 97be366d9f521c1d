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
	v *to[SPAN]; // rows of C whose columns lie side by side, or NULL
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
	if (f->to[0]) {
		LOOSE for (int t = 0; t < T; t++)
			LOOSE for (int r = 0; r < R; r++)
				f->to[t][r] = s[t][r];
	} else {
		LOOSE for (int t = 0; t < T; t++)
			LOOSE for (int r = 0; r < R; r++)
				sum[t][r] = s[t][r];
	}
}

// dot_wide is the block of one row of A and four panels of a shared B, which alone have too
// few sums for the multipliers.
enum { WIDE = 4 };
INLINE void dot_wide(int rows, int K, const struct factors *f)
{
	v s[WIDE][PANEL];
	LOOSE for (int q = 0; q < WIDE; q++)
		LOOSE for (int r = 0; r < PANEL; r++)
			s[q][r] = every(0);
	const v *a = rows ? f->row[0] : f->a;
	const ptrdiff_t a_step = rows ? 1 : f->a_step, panel = (ptrdiff_t)K * PANEL;
	const float *weight = f->weight;
	for (int k = 0; k < K; k++) {
		const v x = *a;
		LOOSE for (int q = 0; q < WIDE; q++)
			LOOSE for (int r = 0; r < PANEL; r++)
				s[q][r] += weight[q * panel + r] * x;
		a += a_step;
		weight += PANEL;
	}
	LOOSE for (int q = 0; q < WIDE; q++)
		LOOSE for (int r = 0; r < PANEL; r++)
			f->to[0][q * PANEL + r] = s[q][r];
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
	int32_t to_rows;               // n of C lies side by side
};

// put_block writes a block of C that the kernel has left in sum.
INLINE void put_block(v *to, int T, int R, const int32_t *m, const int32_t *n, v sum[SPAN][PANEL])
{
	for (int t = 0; t < T; t++)
		for (int r = 0; r < R; r++)
			to[m[t] + n[r]] = sum[t][r];
}

// four are neighbours in a shared array.
typedef float four __attribute__((vector_size(16), may_alias, aligned(4)));

// add_sums adds the sums over tasks of rows of a block of C, of PANEL columns each, to a
// shared array.
INLINE void add_sums(float *to, int rows, int R, const int32_t *m, const int32_t *n, int side_by_side, const v *part)
{
	const v s = lane_sums(part);
	float all[LANES];
	__builtin_memcpy(all, &s, sizeof all);
	for (int t = 0; t < rows; t++) {
		float *row = to + m[t];
		if (side_by_side && R == PANEL)
			*(four *)(row + n[0]) += *(four *)(all + t * PANEL);
		else
			for (int r = 0; r < R; r++)
				row[n[r]] += all[t * PANEL + r];
	}
}

// add_block adds the sums over tasks of a block of C to a shared array.
INLINE void add_block(const struct lanes_work *w, float *to, int T, int R, const int32_t *m, const int32_t *n, int side_by_side,
	v sum[SPAN][PANEL])
{
	enum { ROWS_A_VECTOR = LANES / PANEL };
	const int whole = R == PANEL && w->first + LANES <= w->tasks;
	const vi real = real_lanes(w);
	for (int t = 0; t < T; t += ROWS_A_VECTOR) {
		const int rows = T - t < ROWS_A_VECTOR ? T - t : ROWS_A_VECTOR;
		if (whole && rows == ROWS_A_VECTOR) {
			add_sums(to, rows, R, m + t, n, side_by_side, sum[t]);
			continue;
		}
		v part[LANES];
		for (int i = 0; i < LANES; i++)
			part[i] = i / PANEL < rows && i % PANEL < R ? masked(sum[t + i / PANEL][i % PANEL], real) : every(0);
		add_sums(to, rows, R, m + t, n, side_by_side, part);
	}
}

// pack_rows copies T rows of A so that they lie side by side: [k][T].
INLINE void pack_rows(int T, int K, const v *a, const int32_t *m, const int32_t *k, v *to)
{
	for (int i = 0; i < K; i++)
		for (int t = 0; t < T; t++)
			to[i * T + t] = a[m[t] + k[i]];
}

// pack_panel copies columns n of B in lanes: [k][PANEL].
INLINE void pack_panel(const struct dot_code *c, const v *b, const int32_t *bN, const int32_t *bK, int columns, v *to)
{
	for (int k = 0; k < c->K; k++)
		for (int r = 0; r < PANEL; r++)
			to[k * PANEL + r] = r < columns ? b[bN[r] + bK[k]] : every(0);
}

// columns_of says where the panel of B that begins with column n lies.
INLINE void columns_of(const struct lanes_program *p, const struct dot_code *c, const void *b, int n, struct factors *f)
{
	if (c->shared) {
		f->weight = (const float *)b + (size_t)n * c->K;
	} else if (c->b_step) {
		f->b = (const v *)b + table_at(p, c->bN)[n];
		f->b_step = c->b_step;
	} else {
		f->b = (const v *)b + (size_t)n * c->K;
		f->b_step = PANEL;
	}
}

// rows_of says where T rows of A lie. Those that lie neither way are packed.
INLINE void rows_of(const struct lanes_program *p, const struct dot_code *c, const v *a, int m, int T, v *packed, struct factors *f)
{
	const int32_t *aM = table_at(p, c->aM) + m;
	if (c->a_rows) {
		for (int t = 0; t < T; t++)
			f->row[t] = a + aM[t];
	} else if (c->a_step) {
		f->a = a + aM[0];
		f->a_step = c->a_step;
	} else {
		pack_rows(T, c->K, a, aM, table_at(p, c->aK), packed);
		f->a = packed;
		f->a_step = T;
	}
}

// packed_columns is B of a batch as blocks read it: all of it is packed, unless it is
// already or its columns lie side by side in full panels.
INLINE const void *packed_columns(const struct lanes_program *p, const struct lanes_work *w, const struct dot_code *c, int batch, v **packed)
{
	const int panels = (c->N + PANEL - 1) / PANEL, at = table_at(p, c->bB)[batch];
	if (c->shared)
		return w->shared + c->b + (size_t)at * panels * PANEL * c->K;
	const v *b = in_lanes(w, c->b) + at;
	if (c->b_step)
		return b;
	v *to = *packed;
	for (int n = 0; n < c->N; n += PANEL)
		pack_panel(c, b, table_at(p, c->bN) + n, table_at(p, c->bK), c->N - n, to + (size_t)n * c->K);
	*packed = to + (size_t)panels * PANEL * c->K;
	return to;
}

#include "turned.h"

// dot_rows computes T rows of C for all columns.
INLINE void dot_rows(const struct lanes_program *p, const struct lanes_work *w, const struct dot_code *c, int batch, int m, int T,
	const void *b, struct factors f)
{
	const int32_t *toM = table_at(p, c->toM) + m, *toN = table_at(p, c->toN);
	const int at = table_at(p, c->toB)[batch];
	v *to = c->sum_tasks ? NULL : in_lanes(w, c->to) + at, sum[SPAN][PANEL];
	for (int n = 0; n < c->N; n += PANEL) {
		const int R = c->N - n < PANEL ? c->N - n : PANEL;
		const int direct = c->to_rows && !c->sum_tasks && R != 3; // three are computed as four
		columns_of(p, c, b, n, &f);
		f.to[0] = NULL;
		for (int t = 0; direct && t < T; t++)
			f.to[t] = to + toM[t] + toN[n];
		if (direct && T == 1 && c->shared && n + WIDE * PANEL <= c->N) {
			if (c->a_rows)
				dot_wide(1, c->K, &f);
			else
				dot_wide(0, c->K, &f);
			n += (WIDE - 1) * PANEL;
			continue;
		}
		dot_any(T, R, c->a_rows, c->shared, c->K, &f, sum);
		if (c->sum_tasks)
			add_block(w, w->sums + c->to + at, T, R, toM, toN + n, c->to_rows, sum);
		else if (!direct)
			put_block(to, T, R, toM, toN + n, sum);
	}
}

// dot_batch computes the blocks of rows from first on, below end, of a batch.
INLINE void dot_batch(const struct lanes_program *p, const struct lanes_work *w, const struct dot_code *c, int batch, int first, int end)
{
	if (c->sum_tasks && c->to_rows && c->N >= LANES && 5 * c->K < 4 * c->M) {
		dot_turned(p, w, c, batch, first, end);
		return;
	}
	v *packed = (v *)w->packed;
	const void *b = packed_columns(p, w, c, batch, &packed);
	const v *a = in_lanes(w, c->a) + table_at(p, c->aB)[batch];
	for (int block = first; block < end; block++) {
		const int m = block * SPAN, T = c->M - m < SPAN ? c->M - m : SPAN;
		struct factors f = {0};
		rows_of(p, c, a, m, T, packed, &f);
		dot_rows(p, w, c, batch, m, T, b, f);
	}
}

static void dot(const struct lanes_program *p, const struct lanes_work *w, const int32_t *i)
{
	const struct dot_code *c = (const struct dot_code *)(i + 2);
	const int blocks = (c->M + SPAN - 1) / SPAN; // of a batch
	int end;
	for (int at = part_of(w, c->B * blocks, &end); at < end;) {
		const int batch = at / blocks, first = at % blocks;
		const int last = end - at < blocks - first ? first + end - at : blocks;
		dot_batch(p, w, c, batch, first, last);
		at += last - first;
	}
}

// pack_columns copies PANEL columns of a shared B: [k][PANEL]. Their first elements are at
// column, those of each k further on by bK. Weights mostly have either columns or terms side
// by side.
INLINE void pack_columns(const float *const *column, const int32_t *bK, int K, float *restrict to)
{
	const float *restrict a = column[0], *restrict b = column[1], *restrict c = column[2], *restrict d = column[3];
	if (b == a + 1 && c == a + 2 && d == a + 3) {
		for (int k = 0; k < K; k++)
			*(four *)(to + k * PANEL) = *(const four *)(a + bK[k]);
	} else if (K > 1 && counts_up(bK, K)) {
		a += bK[0], b += bK[0], c += bK[0], d += bK[0];
		for (int k = 0; k < K; k++) {
			to[k * PANEL] = a[k];
			to[k * PANEL + 1] = b[k];
			to[k * PANEL + 2] = c[k];
			to[k * PANEL + 3] = d[k];
		}
	} else {
		for (int k = 0; k < K; k++)
			for (int r = 0; r < PANEL; r++)
				to[k * PANEL + r] = column[r][bK[k]];
	}
}

// pack_weight copies a shared B for dot: [op, words, batch, N, K, to, from, tables bB, bN, bK].
static void pack_weight(const struct lanes_program *p, const struct lanes_work *w, const int32_t *i)
{
	const int N = i[3], K = i[4];
	const int32_t *bB = table_at(p, i[7]), *bN = table_at(p, i[8]), *bK = table_at(p, i[9]);
	float *to = w->shared + i[5];
	for (int b = 0; b < i[2]; b++)
		for (int n = 0; n < N; n += PANEL, to += PANEL * K) {
			const float *column[PANEL];
			for (int r = 0; r < PANEL; r++)
				column[r] = w->shared + i[6] + bB[b] + bN[n + r < N ? n + r : n];
			pack_columns(column, bK, K, to);
			for (int r = N - n; r < PANEL; r++)
				for (int k = 0; k < K; k++)
					to[k * PANEL + r] = 0;
		}
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
