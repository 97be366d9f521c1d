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
	int end;
	const int first = part_of(w, i[3], &end);
	reduce_chosen(i[2], in_lanes(w, i[6]), table_at(p, i[7]) + first, end - first, table_at(p, i[8]), i[4], in_lanes(w, i[5]) + first);
}

// real_lanes is all ones in the lanes that hold a task.
INLINE vi real_lanes(const struct lanes_work *w)
{
	vi mask;
	for (int lane = 0; lane < LANES; lane++)
		mask[lane] = w->first + lane < w->tasks ? -1 : 0;
	return mask;
}

// reduce_tasks adds to a shared sum: [op, words, outputs, reduced, to, from, table of
// outputs, table of reduced].
static void reduce_tasks(const struct lanes_program *p, const struct lanes_work *w, const int32_t *i)
{
	const int32_t *outer = table_at(p, i[6]), *inner = table_at(p, i[7]);
	const v *from = in_lanes(w, i[5]);
	const vi real = real_lanes(w);
	float *to = w->sums + i[4];
	int end;
	for (int block = part_of(w, (i[2] + LANES - 1) / LANES, &end); block < end; block++) {
		v part[LANES];
		const int o = block * LANES;
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
