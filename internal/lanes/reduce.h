// Reductions over elements, and sums over tasks.

INLINE v combine(int kind, v a, v b)
{
	switch (kind) {
	case LANES_SUM: return a + b;
	case LANES_PRODUCT: return a * b;
	case LANES_MAX: return larger(a, b);
	case LANES_MIN: return smaller(a, b);
	case LANES_ISUM: return (v)((vi)a + (vi)b);
	case LANES_AND: return (v)((vi)a & (vi)b);
	}
	return (v)((vi)a | (vi)b);
}

// reduced combines n elements of x, in four chains that do not wait for each other.
INLINE v reduced(int kind, const v *x, const int32_t *table, int n)
{
	v a = x[table[0]];
	int k = 1;
	if (n >= 8) {
		v b = x[table[1]], c = x[table[2]], d = x[table[3]];
		for (k = 4; k + 4 <= n; k += 4) {
			a = combine(kind, a, x[table[k]]);
			b = combine(kind, b, x[table[k + 1]]);
			c = combine(kind, c, x[table[k + 2]]);
			d = combine(kind, d, x[table[k + 3]]);
		}
		a = combine(kind, combine(kind, a, b), combine(kind, c, d));
	}
	for (; k < n; k++)
		a = combine(kind, a, x[table[k]]);
	return a;
}

// ABREAST outputs that lie side by side are reduced together, term by term: one by one, terms a
// power of two apart would share a few lines of the cache.
enum { ABREAST = 8 };

INLINE void reduced_abreast(int kind, const v *x, const int32_t *table, int n, v *to)
{
	v all[ABREAST];
	LOOSE for (int i = 0; i < ABREAST; i++)
		all[i] = x[table[0] + i];
	for (int k = 1; k < n; k++) {
		const v *term = x + table[k];
		LOOSE for (int i = 0; i < ABREAST; i++)
			all[i] = combine(kind, all[i], term[i]);
	}
	LOOSE for (int i = 0; i < ABREAST; i++)
		to[i] = all[i];
}

// reduce_kind writes outputs, of which each combines n elements.
INLINE void reduce_kind(int kind, const v *x, const int32_t *outer, int outputs, const int32_t *inner, int n, v *to)
{
	const int apart = n > 1 && inner[1] != inner[0] + 1;
	for (int o = 0; o < outputs;)
		if (apart && o + ABREAST <= outputs && counts_up(outer + o, ABREAST)) {
			reduced_abreast(kind, x + outer[o], inner, n, to + o);
			o += ABREAST;
		} else {
			to[o] = reduced(kind, x + outer[o], inner, n);
			o++;
		}
}

// reduce_chosen is reduce_kind with the kind known to the compiler.
static void reduce_chosen(int kind, const v *x, const int32_t *outer, int outputs, const int32_t *inner, int n, v *to)
{
	switch (kind) {
	case LANES_SUM: reduce_kind(LANES_SUM, x, outer, outputs, inner, n, to); return;
	case LANES_MAX: reduce_kind(LANES_MAX, x, outer, outputs, inner, n, to); return;
	}
	reduce_kind(kind, x, outer, outputs, inner, n, to);
}

// reduce: [op, words, kind, outputs, reduced, to, from, table of outputs, table of reduced].
static void reduce(const struct lanes_program *p, const struct lanes_work *w, const int32_t *i)
{
	reduce_chosen(i[2], in_lanes(w, i[6]), table_at(p, i[7]), i[3], table_at(p, i[8]), i[4], in_lanes(w, i[5]));
}

// real_lanes is all ones in the lanes that hold a task.
INLINE vi real_lanes(const struct lanes_work *w)
{
	vi mask;
	for (int lane = 0; lane < LANES; lane++)
		mask[lane] = w->first + lane < w->tasks ? -1 : 0;
	return mask;
}

// FOLD adds neighbours of a and of b: where both are in blocks of n lanes it adds the blocks
// at even places, first, and those at odd places, second.
#if defined(__clang__) || __GNUC__ >= 12
#define TAKE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define TAKE(a, b, ...) __builtin_shuffle(a, b, (vi){__VA_ARGS__})
#endif
#define FOLD(a, b, first, second) (TAKE(a, b, first) + TAKE(a, b, second))
#if LANES == 16
#define EVEN8 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23
#define ODD8 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31
#define EVEN4 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27
#define ODD4 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31
#define EVEN2 0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 24, 25, 28, 29
#define ODD2 2, 3, 6, 7, 10, 11, 14, 15, 18, 19, 22, 23, 26, 27, 30, 31
#define EVEN1 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
#define ODD1 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31
#elif LANES == 8
#define EVEN4 0, 1, 2, 3, 8, 9, 10, 11
#define ODD4 4, 5, 6, 7, 12, 13, 14, 15
#define EVEN2 0, 1, 4, 5, 8, 9, 12, 13
#define ODD2 2, 3, 6, 7, 10, 11, 14, 15
#define EVEN1 0, 2, 4, 6, 8, 10, 12, 14
#define ODD1 1, 3, 5, 7, 9, 11, 13, 15
#else
#define EVEN2 0, 1, 4, 5
#define ODD2 2, 3, 6, 7
#define EVEN1 0, 2, 4, 6
#define ODD1 1, 3, 5, 7
#endif

// lane_sums adds up the lanes of LANES vectors: lane i of the result is the sum of x[i].
INLINE v lane_sums(const v *x)
{
	v y[LANES / 2];
#if LANES == 16
	v z[4];
	LOOSE for (int i = 0; i < 8; i++)
		y[i] = FOLD(x[2 * i], x[2 * i + 1], EVEN8, ODD8);
	LOOSE for (int i = 0; i < 4; i++)
		z[i] = FOLD(y[2 * i], y[2 * i + 1], EVEN4, ODD4);
	return FOLD(FOLD(z[0], z[1], EVEN2, ODD2), FOLD(z[2], z[3], EVEN2, ODD2), EVEN1, ODD1);
#elif LANES == 8
	LOOSE for (int i = 0; i < 4; i++)
		y[i] = FOLD(x[2 * i], x[2 * i + 1], EVEN4, ODD4);
	return FOLD(FOLD(y[0], y[1], EVEN2, ODD2), FOLD(y[2], y[3], EVEN2, ODD2), EVEN1, ODD1);
#else
	LOOSE for (int i = 0; i < 2; i++)
		y[i] = FOLD(x[2 * i], x[2 * i + 1], EVEN2, ODD2);
	return FOLD(y[0], y[1], EVEN1, ODD1);
#endif
}

// reduce_tasks adds to a shared sum: [op, words, outputs, reduced, to, from, table of
// outputs, table of reduced].
static void reduce_tasks(const struct lanes_program *p, const struct lanes_work *w, const int32_t *i)
{
	const int32_t *outer = table_at(p, i[6]), *inner = table_at(p, i[7]);
	const v *from = in_lanes(w, i[5]);
	const vi real = real_lanes(w);
	float *to = w->sums + i[4];
	for (int o = 0; o < i[2]; o += LANES) {
		v part[LANES];
		const int n = i[2] - o < LANES ? i[2] - o : LANES;
		reduce_chosen(LANES_SUM, from, outer + o, n, inner, i[3], part);
		for (int k = 0; k < LANES; k++)
			part[k] = k < n ? masked(part[k], real) : every(0);
		const v sum = lane_sums(part);
		for (int k = 0; k < n; k++)
			to[o + k] += sum[k];
	}
}

// shared_reduce: [op, words, kind, outputs, reduced, to, from, table, table]. Sums are
// added up in float64, since they may have many terms.
static void shared_reduce(const struct lanes_program *p, const struct lanes_work *w, const int32_t *i)
{
	const int32_t *outer = table_at(p, i[7]), *inner = table_at(p, i[8]);
	for (int o = 0; o < i[3]; o++) {
		const float *from = w->shared + i[6] + outer[o];
		v all = every(from[inner[0]]);
		double sum = from[inner[0]];
		for (int k = 1; k < i[4]; k++)
			if (i[2] == LANES_SUM)
				sum += from[inner[k]];
			else
				all = combine(i[2], all, every(from[inner[k]]));
		w->shared[i[5] + o] = i[2] == LANES_SUM ? (float)sum : all[0];
	}
}
