//go:build !windows

// Which instruction sets there are kernels for, and their calls.

#include "lanes.h"
#include "pool.h"
#if defined(LANES_AMD64)
#include <xmmintrin.h>
#endif

#define SET(name, lanes) \
	lanes_kernel lanes_run_##name, lanes_run_decoder_##name; \
	lanes_scratch_size lanes_scratch_##name, lanes_scratch_decoder_##name; \
	lanes_arithmetic lanes_arithmetic_##name; \
	lanes_program_run lanes_program_##name; \
	static const struct lanes_set name = { \
		#name, lanes, {lanes_run_##name, lanes_run_decoder_##name}, \
		{lanes_scratch_##name, lanes_scratch_decoder_##name}, lanes_arithmetic_##name, \
		lanes_program_##name};

#if defined(LANES_AMD64)
SET(avx512, 16)
SET(avx2, 8)
SET(sse2, 4)
#elif defined(LANES_ARM64)
SET(neon, 4)
#endif

int lanes_sets(struct lanes_set out[LANES_MAX_SETS])
{
	int n = 0;
#if defined(LANES_AMD64)
	out[n++] = avx512;
	out[n++] = avx2;
	out[n++] = sse2;
#elif defined(LANES_ARM64)
	out[n++] = neon;
#else
	(void)out;
#endif
	return n;
}

// flush_subnormals has numbers below 1e-38 count as zero: a weight of attention is often that
// small, and many processors take a hundred times as long for them. restore undoes it.
static unsigned flush_subnormals(void)
{
#if defined(LANES_AMD64)
	const unsigned mode = _mm_getcsr();
	_mm_setcsr(mode | 0x8040);
	return mode;
#else
	return 0;
#endif
}

static void restore(unsigned mode)
{
#if defined(LANES_AMD64)
	_mm_setcsr(mode);
#else
	(void)mode;
#endif
}

static void slot_part(const void *job, int worker, int part)
{
	const struct lanes_slots *s = job;
	const unsigned mode = flush_subnormals();
	s->set.run[s->job.model](s->job, part, s->memory + worker * s->memory_each, s->grads + part * s->weights, s->losses + part);
	restore(mode);
}

void lanes_run(struct lanes_slots s, int workers, int begin)
{
	(begin ? lanes_begin : lanes_share)(slot_part, &s, sizeof s, s.job.slots, workers);
}

void lanes_execute(struct lanes_set set, struct lanes_program p, struct lanes_work w, const int32_t *code, int words)
{
	const unsigned mode = flush_subnormals();
	set.program(&p, &w, code, words);
	restore(mode);
}

size_t lanes_scratch(struct lanes_set set, struct lanes_job job)
{
	return set.scratch[job.model](job);
}

struct arithmetic { lanes_arithmetic *run; long rounds; };

static void arithmetic_part(const void *job, int worker, int part)
{
	const struct arithmetic *a = job;
	(void)worker, (void)part;
	a->run(a->rounds);
}

void lanes_multiply_add(struct lanes_set set, long rounds, int workers)
{
	const struct arithmetic a = {set.arithmetic, rounds};
	lanes_share(arithmetic_part, &a, sizeof a, workers, workers);
}
