#if defined(__x86_64__)
#include <immintrin.h>
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#define LANES 8
#define R_MAX 2
#define VMAX(a, b) ((v)_mm256_max_ps((__m256)(a), (__m256)(b)))
#define KERNEL lanes_run_avx2
#define SCRATCH lanes_scratch_avx2
#include "kernel.h"
#pragma GCC pop_options
#endif
