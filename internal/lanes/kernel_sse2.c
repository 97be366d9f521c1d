//go:build !windows

// The kernel for any x86-64: 4 lanes.

#include "lanes.h"
#if defined(LANES_AMD64)
#include <immintrin.h>

#define LANES 4
#define R_MAX 2
#define SPAN 3
#define COLS 2
#define VMAX(a, b) ((v)_mm_max_ps((__m128)(a), (__m128)(b)))
#define VSQRT(x) ((v)_mm_sqrt_ps((__m128)(x)))
#define KERNEL lanes_run_sse2
#define SCRATCH lanes_scratch_sse2
#define DECODER lanes_run_decoder_sse2
#define DECODER_SCRATCH lanes_scratch_decoder_sse2
#define ARITHMETIC lanes_arithmetic_sse2
#define PROGRAM lanes_program_sse2
#include "kernel.h"
#include "decoder.h"
#include "program.h"
#endif
