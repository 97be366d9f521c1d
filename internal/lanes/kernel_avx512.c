//go:build !windows

// The kernel for x86-64 with AVX-512: 16 lanes.

#include "lanes.h"
#if defined(LANES_AMD64)
#include <immintrin.h>
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,fma"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512dq,fma")
#endif

#define LANES 16
#define R_MAX 3
#define SPAN 6
#define COLS 4
#define VMAX(a, b) ((v)_mm512_max_ps((__m512)(a), (__m512)(b)))
#define VSQRT(x) ((v)_mm512_sqrt_ps((__m512)(x)))
#define KERNEL lanes_run_avx512
#define SCRATCH lanes_scratch_avx512
#define DECODER lanes_run_decoder_avx512
#define DECODER_SCRATCH lanes_scratch_decoder_avx512
#define ARITHMETIC lanes_arithmetic_avx512
#define PROGRAM lanes_program_avx512
#include "kernel.h"
#include "decoder.h"
#include "program.h"

#ifdef __clang__
#pragma clang attribute pop
#endif
#endif
