// Which instruction sets there are, asked of the processor at run time.
#include "lanes.h"

#define SET(set, n) \
	lanes_kernel lanes_run_##set; \
	size_t lanes_scratch_##set(struct lanes_job job); \
	static const struct lanes_set set = {#set, n, lanes_run_##set, lanes_scratch_##set};

#if defined(__x86_64__)
SET(avx512, 16)
SET(avx512vl, 8)
SET(avx2, 8)
SET(sse2, 4)
#elif defined(__aarch64__)
SET(neon, 4)
#endif

int lanes_sets(struct lanes_set out[4])
{
	int n = 0;
#if defined(__x86_64__)
	__builtin_cpu_init();
	if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")){
		out[n++] = avx512;
		out[n++] = avx512vl;
	}
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
		out[n++] = avx2;
	out[n++] = sse2;
#elif defined(__aarch64__)
	out[n++] = neon;
#endif
	return n;
}

void lanes_run(struct lanes_set set, struct lanes_job job, int slot, float *scratch, float *grad, double *loss)
{
	set.run(job, slot, scratch, grad, loss);
}

size_t lanes_scratch(struct lanes_set set, struct lanes_job job)
{
	return set.scratch(job);
}
