#if defined(__x86_64__)
#include <immintrin.h>
#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512vl,avx512bw,fma")
#define LANES 16
#define R_MAX 3
#define VMAX(a, b) ((v)_mm512_max_ps((__m512)(a), (__m512)(b)))
#define KERNEL lanes_run_avx512
#define SCRATCH lanes_scratch_avx512
#include "kernel.h"
#pragma GCC pop_options
#endif
