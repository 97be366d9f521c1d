// Products that are summed over tasks, with the tasks of B turned into terms: a vector holds
// LANES columns of one task. See dot.h.

// transpose turns LANES vectors of LANES elements around: lane i of the t-th becomes what was
// lane t of the one whose number is i read backwards in binary.
INLINE void transpose(v *x)
{
#define EXCHANGE(half, first, second) \
	LOOSE for (int set = 0; set < LANES; set += 2 * half) \
		LOOSE for (int i = set; i < set + half; i++) { \
			const v a = x[i], b = x[i + half]; \
			x[i] = TAKE(a, b, first); \
			x[i + half] = TAKE(a, b, second); \
		}
#if LANES == 16
	EXCHANGE(8, EVEN8, ODD8)
#endif
#if LANES >= 8
	EXCHANGE(4, EVEN4, ODD4)
#endif
	EXCHANGE(2, EVEN2, ODD2)
	EXCHANGE(1, EVEN1, ODD1)
}

INLINE int backwards(int i)
{
	int r = 0;
	for (int bit = 1; bit < LANES; bit *= 2)
		r = 2 * r + (i / bit) % 2;
	return r;
}

// turn_columns copies B in lanes so that a vector holds LANES columns of one task:
// [k][task][columns / LANES], with zeros after the last column.
INLINE void turn_columns(const struct lanes_program *p, const struct dot_code *c, const v *b, v *to)
{
	const int32_t *bN = table_at(p, c->bN), *bK = table_at(p, c->bK);
	const int vectors = (c->N + LANES - 1) / LANES;
	for (int k = 0; k < c->K; k++, to += LANES * vectors)
		for (int q = 0; q < vectors; q++) {
			v x[LANES];
			LOOSE for (int i = 0; i < LANES; i++) {
				const int n = q * LANES + i;
				x[backwards(i)] = n < c->N ? b[bN[n] + bK[k]] : every(0);
			}
			transpose(x);
			for (int task = 0; task < LANES; task++)
				to[task * vectors + q] = x[task];
		}
}

// turned_block adds T rows and Q vectors of columns of C, summed over tasks, to a shared
// array. A is read one number at a time.
INLINE void turned_block(int T, int Q, const struct dot_code *c, const int32_t *aM, const int32_t *aK, const float *a, const v *b,
	int tasks, int vectors, float *const *to, int columns)
{
	v s[SPAN][PANEL];
	const float *row[SPAN];
	LOOSE for (int t = 0; t < T; t++)
		LOOSE for (int q = 0; q < Q; q++)
			s[t][q] = every(0);
	LOOSE for (int t = 0; t < T; t++)
		row[t] = a + (ptrdiff_t)aM[t] * LANES;
	for (int k = 0; k < c->K; k++) {
		const v *column = b + (size_t)k * LANES * vectors;
		const ptrdiff_t at = (ptrdiff_t)aK[k] * LANES;
		for (int task = 0; task < tasks; task++, column += vectors)
			LOOSE for (int t = 0; t < T; t++) {
				const v x = every(row[t][at + task]);
				LOOSE for (int q = 0; q < Q; q++)
					s[t][q] += x * column[q];
			}
	}
	for (int t = 0; t < T; t++) {
		float all[PANEL * LANES];
		LOOSE for (int q = 0; q < Q; q++)
			__builtin_memcpy(all + q * LANES, &s[t][q], sizeof(v));
		for (int i = 0; i < columns; i++)
			to[t][i] += all[i];
	}
}

#define TURNED(T, Q) \
	case T * 8 + Q: turned_block(T, Q, c, aM, aK, a, b, tasks, vectors, to, columns); return;
#define TURNED_ROWS(T) TURNED(T, 1) TURNED(T, 2) TURNED(T, 3) TURNED(T, 4)

static void turned_any(int T, int Q, const struct dot_code *c, const int32_t *aM, const int32_t *aK, const float *a, const v *b,
	int tasks, int vectors, float *const *to, int columns)
{
	switch (T * 8 + Q) {
	TURNED_ROWS(1)
	TURNED_ROWS(2)
	TURNED_ROWS(3)
#if SPAN > 3
	TURNED_ROWS(4)
	TURNED_ROWS(5)
	TURNED_ROWS(6)
#endif
	}
}

// dot_turned is a product that is summed over tasks, for few terms and many columns that
// lie side by side: instead of adding up the lanes of each result it takes the tasks for
// further terms. It computes the blocks of rows from first on, below end.
static void dot_turned(const struct lanes_program *p, const struct lanes_work *w, const struct dot_code *c, int batch, int first, int end)
{
	const int32_t *aM = table_at(p, c->aM), *aK = table_at(p, c->aK), *toM = table_at(p, c->toM);
	const int vectors = (c->N + LANES - 1) / LANES, tasks = w->tasks - w->first < LANES ? w->tasks - w->first : LANES;
	const float *a = (const float *)(in_lanes(w, c->a) + table_at(p, c->aB)[batch]);
	float *sums = w->sums + c->to + table_at(p, c->toB)[batch];
	v *columns = (v *)w->packed;
	turn_columns(p, c, in_lanes(w, c->b) + table_at(p, c->bB)[batch], columns);
	for (int block = first; block < end; block++) {
		const int m = block * SPAN;
		const int T = c->M - m < SPAN ? c->M - m : SPAN;
		for (int q = 0; q < vectors; q += PANEL) {
			const int Q = vectors - q < PANEL ? vectors - q : PANEL, n = q * LANES;
			float *to[SPAN];
			for (int t = 0; t < T; t++)
				to[t] = sums + toM[m + t] + n;
			turned_any(T, Q, c, aM + m, aK, a, columns + q, tasks, vectors, to, c->N - n < Q * LANES ? c->N - n : Q * LANES);
		}
	}
}
