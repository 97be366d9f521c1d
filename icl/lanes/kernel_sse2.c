#if defined(__x86_64__)
#include <immintrin.h>
#pragma GCC push_options
#pragma GCC target("sse2")
#define LANES 4
#define R_MAX 2
#define VMAX(a, b) ((v)_mm_max_ps((__m128)(a), (__m128)(b)))
#define KERNEL lanes_run_sse2
#define SCRATCH lanes_scratch_sse2
#include "kernel.h"
#pragma GCC pop_options
#endif
