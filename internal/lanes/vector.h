// One vector = one number of each of LANES tasks. Arithmetic on vectors is plain
// C (+ - *), by the vector extensions of GCC and Clang.
//
// The including file defines LANES and VMAX(a, b), the instruction set's own
// maximum, which must return b where either is NaN or return NaN.

typedef float v __attribute__((vector_size(4 * LANES), may_alias));
typedef int32_t vi __attribute__((vector_size(4 * LANES), may_alias));

#define INLINE static inline __attribute__((always_inline))

// UNROLL before a loop over channels spreads it out where its bounds are
// constant, so that an array it runs over can live in registers. GCC does so
// unasked.
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL
#endif

// LOOSE before a loop over a block spreads it out: its bounds are constant.
#ifdef __clang__
#define LOOSE _Pragma("clang loop unroll(full)")
#else
#define LOOSE _Pragma("GCC unroll 8")
#endif

// every returns a vector that holds x in every lane.
INLINE v every(float x) { return x - (v){0}; }

// masked keeps x where the mask is all ones and gives 0 where it is zero.
INLINE v masked(v x, vi mask) { return (v)((vi)x & mask); }

// pow2 computes 2^s for s ≤ 0, to one unit in the last place or two. Below 2^-127
// it is exactly 0, and NaN stays NaN.
//
// s = n + r with n an integer and |r| ≤ ½. Adding 1.5·2^23 + 127 leaves n + 127 in
// the low bits, which moved to the exponent's place are 2^n; 2^r is a polynomial
// (minimax, relative error 9e-8).
INLINE v pow2(v s)
{
	const float shift = 12582912.0f + 127.0f;
	s = VMAX(every(-127.0f), s);
	v biased = s + shift;
	v r = s - (biased - shift);
	v p = r * 1.32647273e-3f + 9.67151299e-3f;
	p = p * r + 5.55073358e-2f;
	p = p * r + 2.40222424e-1f;
	p = p * r + 6.93147004e-1f;
	p = p * r + 1.0f;
	return p * (v)((vi)biased << 23);
}

// exp_negative computes e^x for x ≤ 0.
INLINE v exp_negative(v x) { return pow2(x * 1.44269504f); }

// gelu computes the exact GELU, g = x·Φ(x), and its slope Φ(x) + x·φ(x), where Φ
// and φ are the distribution and density of the standard normal.
//
// Both come from one exponential e = exp(-x²/2): φ = e/√2π and
// Φ(-|x|) = ½·erfc(|x|/√2) = ½·t·P(t)·e with t = 1/(1 + c|x|/√2),
// Abramowitz & Stegun 7.1.26, absolute error of Φ below 7.5e-8.
INLINE void gelu(v x, v *g, v *slope)
{
	const vi sign = (vi)every(-0.0f);
	v e = pow2((x * -0.721347520f) * x);
	v t = 1.0f / ((v)((vi)x & ~sign) * (0.3275911f * 0.707106781f) + 1.0f);
	v p = t * (0.5f * 1.061405429f) - 0.5f * 1.453152027f;
	p = p * t + 0.5f * 1.421413741f;
	p = p * t - 0.5f * 0.284496736f;
	p = p * t + 0.5f * 0.254829592f;
	v half = 0.5f - p * t * e; // Φ(|x|) - ½
	v cdf = 0.5f + (v)((vi)half | ((vi)x & sign));
	*g = x * cdf;
	*slope = (x * e) * 0.398942280f + cdf;
}

// half is half a vector.
typedef float half __attribute__((vector_size(2 * LANES)));

// lanes_sum adds the lanes of x up, in a fixed order.
INLINE float lanes_sum(v x)
{
	half h[2];
	float s[LANES / 2];
	__builtin_memcpy(h, &x, sizeof h);
	h[0] += h[1];
	__builtin_memcpy(s, h, sizeof s);
	for (int n = LANES / 4; n > 0; n /= 2)
		for (int i = 0; i < n; i++)
			s[i] += s[i + n];
	return s[0];
}
