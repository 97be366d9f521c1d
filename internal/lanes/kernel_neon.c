//go:build !windows

// The kernel for arm64: 4 lanes.

#include "lanes.h"
#if defined(LANES_ARM64)
#include <arm_neon.h>

#define LANES 4
#define R_MAX 3
#define SPAN 6
#define COLS 4
#define VMAX(a, b) ((v)vmaxq_f32((float32x4_t)(a), (float32x4_t)(b)))
#define VSQRT(x) ((v)vsqrtq_f32((float32x4_t)(x)))
#define KERNEL lanes_run_neon
#define SCRATCH lanes_scratch_neon
#define DECODER lanes_run_decoder_neon
#define DECODER_SCRATCH lanes_scratch_decoder_neon
#define ARITHMETIC lanes_arithmetic_neon
#define PROGRAM lanes_program_neon
#include "kernel.h"
#include "decoder.h"
#include "program.h"
#endif
