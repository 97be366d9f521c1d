//go:build !windows

#include "vector.h"

#if defined(__aarch64__)
#include <arm_neon.h>
#endif

typedef float four __attribute__((vector_size(16), may_alias, aligned(4)));

static four every(float x) { return (four){x, x, x, x}; }

static four root(four x)
{
#if defined(__SSE__)
	return (four)__builtin_ia32_sqrtps(x);
#elif defined(__aarch64__)
	return (four)vsqrtq_f32((float32x4_t)x);
#else
	return (four){__builtin_sqrtf(x[0]), __builtin_sqrtf(x[1]), __builtin_sqrtf(x[2]), __builtin_sqrtf(x[3])};
#endif
}

void adam_update(float *params, const float *grad, float *m, float *v, long n, float rate, float scale)
{
	for (long i = 0; i < n; i += 4) {
		const four g = *(const four *)(grad + i);
		const four first = every(0.9f) * *(four *)(m + i) + every(0.1f) * g;
		const four second = every(0.999f) * *(four *)(v + i) + every(0.001f) * g * g;
		*(four *)(m + i) = first;
		*(four *)(v + i) = second;
		*(four *)(params + i) -= every(rate) * first / (root(second) * every(scale) + every(1e-8f));
	}
}

void vector_add_scaled(float *restrict to, const float *restrict from, float scale, long n)
{
	for (long i = 0; i < n; i++)
		to[i] += scale * from[i];
}
