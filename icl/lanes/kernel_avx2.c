// The kernel for x86-64 with AVX2 and FMA: 8 lanes.

#include "lanes.h"
#if defined(LANES_AMD64)
#include <immintrin.h>
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx2,fma")
#endif

#define LANES 8
#define R_MAX 2
#define VMAX(a, b) ((v)_mm256_max_ps((__m256)(a), (__m256)(b)))
#define KERNEL lanes_run_avx2
#define SCRATCH lanes_scratch_avx2
#define ARITHMETIC lanes_arithmetic_avx2
#include "kernel.h"

#ifdef __clang__
#pragma clang attribute pop
#endif
#endif
