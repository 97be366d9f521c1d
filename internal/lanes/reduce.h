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

// reduce_chosen is reduced with the kind known to the compiler.
static v reduce_chosen(int kind, const v *x, const int32_t *table, int n)
{
	switch (kind) {
	case LANES_SUM: return reduced(LANES_SUM, x, table, n);
	case LANES_MAX: return reduced(LANES_MAX, x, table, n);
	}
	return reduced(kind, x, table, n);
}

// reduce: [op, words, kind, outputs, reduced, to, from, table of outputs, table of reduced].
static void reduce(const struct lanes_program *p, const struct lanes_work *w, const int32_t *i)
{
	const int32_t *outer = table_at(p, i[7]), *inner = table_at(p, i[8]);
	const v *from = in_lanes(w, i[6]);
	v *to = in_lanes(w, i[5]);
	for (int o = w->part; o < i[3]; o += w->parts)
		to[o] = reduce_chosen(i[2], from + outer[o], inner, i[4]);
}

// real_lanes is all ones in the lanes that hold a task.
INLINE vi real_lanes(const struct lanes_work *w)
{
	vi mask;
	for (int lane = 0; lane < LANES; lane++)
		mask[lane] = w->first + lane < w->tasks ? -1 : 0;
	return mask;
}

// fold_pair adds the halves of a, and of b, and puts the sums side by side.
INLINE v fold_pair(v a, v b, int half)
{
	vi low, high;
	for (int i = 0; i < LANES; i++) {
		const int block = i / half, at = i % half;
		low[i] = (block & 1 ? LANES : 0) + (block / 2) * 2 * half + at;
		high[i] = low[i] + half;
	}
#ifdef __clang__
	v x, y;
	for (int i = 0; i < LANES; i++) {
		x[i] = low[i] < LANES ? a[low[i]] : b[low[i] - LANES];
		y[i] = high[i] < LANES ? a[high[i]] : b[high[i] - LANES];
	}
	return x + y;
#else
	return __builtin_shuffle(a, b, low) + __builtin_shuffle(a, b, high);
#endif
}

// lane_sums adds up the lanes of LANES vectors: lane i of the result is the sum of x[i].
INLINE v lane_sums(v *x)
{
	LOOSE for (int half = LANES / 2, n = LANES; half > 0; half /= 2, n /= 2)
		LOOSE for (int i = 0; i < n / 2; i++)
			x[i] = fold_pair(x[i], x[i + n / 2], half);
	return x[0];
}

// reduce_tasks adds to a shared sum: [op, words, outputs, reduced, to, from, table of
// outputs, table of reduced].
static void reduce_tasks(const struct lanes_program *p, const struct lanes_work *w, const int32_t *i)
{
	const int32_t *outer = table_at(p, i[6]), *inner = table_at(p, i[7]);
	const v *from = in_lanes(w, i[5]);
	const vi real = real_lanes(w);
	float *to = w->sums + i[4];
	for (int o = w->part * LANES; o < i[2]; o += w->parts * LANES) {
		v part[LANES];
		const int n = i[2] - o < LANES ? i[2] - o : LANES;
		for (int k = 0; k < LANES; k++)
			part[k] = k < n ? masked(reduced(LANES_SUM, from + outer[o + k], inner, i[3]), real) : every(0);
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
