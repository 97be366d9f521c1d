// Elementwise operations that follow each other, on chunks of elements: what one hands on to
// the next stays in the first-level cache.

// FOUR_TIMES before a loop has the compiler do four rounds at once.
#ifdef __clang__
#define FOUR_TIMES _Pragma("clang loop unroll_count(4)")
#else
#define FOUR_TIMES _Pragma("GCC unroll 4")
#endif

// operand is what a step of a chunk reads or writes: step 0 repeats one vector.
struct operand { v *at; int step; };

// resolve finds an operand of the elements from base on. A shared scalar is spread into own.
INLINE struct operand resolve(const struct lanes_work *w, int32_t o, int base, v (*temps)[CHUNK], v *own)
{
	const int offset = o & LANES_OFFSET;
	switch ((uint32_t)o >> LANES_SPACE) {
	case LANES_TEMP:
		return (struct operand){temps[offset], 1};
	case LANES_SHARED:
		return (struct operand){(v *)(w->shared + offset) + base, 1};
	case LANES_SCALAR:
		*own = every(w->shared[offset]);
		return (struct operand){own, 0};
	}
	return (struct operand){in_lanes(w, o) + base, 1};
}

#define ONE(name, expression) \
	case LANES_STEP_##name: \
		for (int k = 0; k < n; k++) { \
			const v x = a.at[k * a.step]; \
			to[k] = (v)(expression); \
		} \
		break;
#define TWO(name, expression) \
	case LANES_STEP_##name: \
		for (int k = 0; k < n; k++) { \
			const v x = a.at[k * a.step], y = b.at[k * b.step]; \
			to[k] = (v)(expression); \
		} \
		break;

// The steps that most of the time goes into know whether an operand is one vector.
#define OFTEN(name) \
	case LANES_STEP_##name: \
		if (a.step && b.step) \
			often_##name(n, to, a.at, 1, b.at, 1, c.at, c.step); \
		else if (a.step) \
			often_##name(n, to, a.at, 1, b.at, 0, c.at, c.step); \
		else \
			often_##name(n, to, a.at, 0, b.at, b.step, c.at, c.step); \
		break;
#define OFTEN_LOOP(name, expression) \
	INLINE void often_##name(int n, v *to, const v *a, int A, const v *b, int B, const v *c, int C) \
	{ \
		(void)c, (void)C; \
		FOUR_TIMES for (int k = 0; k < n; k++) { \
			const v x = a[A * k], y = b[B * k]; \
			to[k] = (expression); \
		} \
	}
#define z c[C * k]
OFTEN_LOOP(add, x + y)
OFTEN_LOOP(sub, x - y)
OFTEN_LOOP(mul, x * y)
OFTEN_LOOP(div, x / y)
OFTEN_LOOP(muladd, x * y + z)
OFTEN_LOOP(mulsub, x * y - z)
OFTEN_LOOP(submul, z - x * y)
#undef z

// apply does one step: to = f(a, b, c) on n vectors.
static void apply(int step, int n, v *to, struct operand a, struct operand b, struct operand c)
{
	switch (step) {
	OFTEN(add)
	OFTEN(sub)
	OFTEN(mul)
	OFTEN(div)
	OFTEN(muladd)
	OFTEN(mulsub)
	OFTEN(submul)
	ONE(move, x)
	TWO(max, larger(x, y))
	TWO(min, smaller(x, y))
	ONE(neg, -x)
	ONE(abs, magnitude(x))
	ONE(sign, sign_of(x))
	ONE(exp, exponential(x))
	ONE(log, logarithm(x))
	ONE(sqrt, VSQRT(x))
	ONE(rsqrt, 1.0f / VSQRT(x))
	ONE(tanh, hyperbolic_tangent(x))
	ONE(erf, error_function(x))
	ONE(logistic, logistic(x))
	ONE(sin, each(sinf, x))
	ONE(cos, each(cosf, x))
	ONE(expm1, each(expm1f, x))
	ONE(log1p, each(log1pf, x))
	ONE(floor, each(floorf, x))
	ONE(ceil, each(ceilf, x))
	ONE(round, each(rintf, x))
	TWO(pow, each2(powf, x, y))
	TWO(rem, each2(fmodf, x, y))
	TWO(atan2, each2(atan2f, x, y))
	TWO(lt, x < y)
	TWO(le, x <= y)
	TWO(eq, x == y)
	TWO(ne, x != y)
	ONE(finite, magnitude(x) < every(__builtin_inff()))
	TWO(iadd, (vi)x + (vi)y)
	TWO(isub, (vi)x - (vi)y)
	TWO(imul, (vi)x * (vi)y)
	TWO(imax, choose((vi)x > (vi)y, x, y))
	TWO(imin, choose((vi)x < (vi)y, x, y))
	ONE(ineg, -(vi)x)
	ONE(iabs, choose((vi)x < 0, (v)(-(vi)x), x))
	TWO(ilt, (vi)x < (vi)y)
	TWO(ile, (vi)x <= (vi)y)
	TWO(ieq, (vi)x == (vi)y)
	TWO(ine, (vi)x != (vi)y)
	TWO(and, (vi)x & (vi)y)
	TWO(or, (vi)x | (vi)y)
	TWO(xor, (vi)x ^ (vi)y)
	ONE(not, ~(vi)x)
	ONE(itof, __builtin_convertvector((vi)x, v))
	ONE(ftoi, __builtin_convertvector(x, vi))
	ONE(btof, (vi)x & (vi)every(1))
	ONE(btoi, -(vi)x)
	ONE(ftob, x != 0)
	ONE(itob, (vi)x != 0)
	case LANES_STEP_select:
		for (int k = 0; k < n; k++)
			to[k] = choose((vi)a.at[k * a.step], b.at[k * b.step], c.at[k * c.step]);
		break;
	}
}

// gather_chunk reads through a table into a chunk; if it is padded, a negative entry reads pad.
INLINE void gather_chunk(const struct lanes_work *w, int32_t operand, const int32_t *table, int n, int padded, float pad, v *to)
{
	if ((uint32_t)operand >> LANES_SPACE == LANES_SHARED) { // the same number in all lanes
		const float *from = w->shared + (operand & LANES_OFFSET);
		for (int k = 0; k < n; k++)
			to[k] = every(padded && table[k] < 0 ? pad : from[table[k]]);
		return;
	}
	const v *from = in_lanes(w, operand);
	for (int k = 0; k < n; k++)
		to[k] = padded && table[k] < 0 ? every(pad) : from[table[k]];
}

// gather_shared is gather_chunk of consecutive elements of a shared value.
INLINE void gather_shared(const struct lanes_work *w, int32_t operand, const int32_t *table, int n, float pad, v *to)
{
	const float *from = w->shared + (operand & LANES_OFFSET);
	float *out = (float *)to;
	for (int k = 0; k < n; k++)
		out[k] = table[k] < 0 ? pad : from[table[k]];
}

INLINE void scatter_chunk(const struct lanes_work *w, int32_t operand, const int32_t *table, int n, struct operand a, int in_order)
{
	(void)in_order;
	v *to = in_lanes(w, operand);
	for (int k = 0; k < n; k++)
		to[table[k]] = a.at[k * a.step];
}

INLINE void scatter_shared(const struct lanes_work *w, int32_t operand, const int32_t *table, int n, struct operand a, int in_order)
{
	float *to = w->shared + (operand & LANES_OFFSET);
	if (in_order && a.step) {
		__builtin_memcpy(to + table[0], a.at, n * sizeof *to);
		return;
	}
	for (int k = 0; k < n; k++)
		to[table[k]] = ((const float *)(a.at + k / LANES * a.step))[k % LANES];
}

// elementwise: [op, words, elements, steps, steps of 5 words: step, to, a, b, c].
INLINE void elementwise(const struct lanes_program *p, const struct lanes_work *w, const int32_t *i, int shared)
{
	v(*temps)[CHUNK] = (v(*)[CHUNK])w->temps;
	const int elements = i[2], width = shared ? LANES : 1, vectors = (elements + width - 1) / width;
	int end;
	for (int chunk = part_of(w, (vectors + CHUNK - 1) / CHUNK, &end); chunk < end; chunk++) {
		const int base = chunk * CHUNK;
		const int n = vectors - base < CHUNK ? vectors - base : CHUNK;
		const int first = base * width, count = elements - first < n * width ? elements - first : n * width;
		const int32_t *s = i + 4;
		for (int k = 0; k < i[3]; k++, s += 5) {
			v own[3];
			if (s[0] == LANES_STEP_gather || s[0] == LANES_STEP_gatherpad) { // to, from, table, the bits of the padding
				float pad;
				__builtin_memcpy(&pad, &s[4], sizeof pad);
				v *to = resolve(w, s[1], base, temps, own).at;
				const int32_t *table = table_at(p, s[3]) + first;
				if (shared)
					gather_shared(w, s[2], table, count, pad, to);
				else if (s[0] == LANES_STEP_gather)
					gather_chunk(w, s[2], table, count, 0, pad, to);
				else
					gather_chunk(w, s[2], table, count, 1, pad, to);
				continue;
			}
			const struct operand a = resolve(w, s[2], base, temps, &own[0]);
			if (s[0] == LANES_STEP_scatter) { // to, what, table, whether it counts up
				(shared ? scatter_shared : scatter_chunk)(w, s[1], table_at(p, s[3]) + first, count, a, s[4]);
				continue;
			}
			apply(s[0], n, resolve(w, s[1], base, temps, own).at, a,
				resolve(w, s[3], base, temps, &own[1]), resolve(w, s[4], base, temps, &own[2]));
		}
	}
}
