//go:build !windows

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
#define SPAN 3
#define COLS 2
#define VMAX(a, b) ((v)_mm256_max_ps((__m256)(a), (__m256)(b)))
#define VSQRT(x) ((v)_mm256_sqrt_ps((__m256)(x)))
#define KERNEL lanes_run_avx2
#define SCRATCH lanes_scratch_avx2
#define DECODER lanes_run_decoder_avx2
#define DECODER_SCRATCH lanes_scratch_decoder_avx2
#define ARITHMETIC lanes_arithmetic_avx2
#define PROGRAM lanes_program_avx2
#include "kernel.h"
#include "decoder.h"
#include "program.h"

#ifdef __clang__
#pragma clang attribute pop
#endif
#endif
