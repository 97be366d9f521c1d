//go:build !windows

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "lanes.h"
#include "pool.h"

// SPIN is for how long a thread spins for the next job before it sleeps, in nanoseconds. The
// steps of a run follow each other within microseconds, and waking a sleeping processor can
// take longer than a step.
enum { SPIN = 200000 };

// The ticket has the number of the job in its upper half and the next part in the lower one,
// which is CLOSED between jobs. Who raises the lower half has the part, and the job cannot
// end before that part is done. So nobody reads a job that has ended.
#define CLOSED UINT32_MAX
static _Atomic uint64_t ticket = CLOSED;

static lanes_do *run_part;
static char job_copy[LANES_JOB_SIZE] __attribute__((aligned(64)));
static _Atomic int parts, workers, finished;

static int threads; // that have been made
static _Atomic int asleep, waiting;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t begun = PTHREAD_COND_INITIALIZER, done = PTHREAD_COND_INITIALIZER;

// take does parts of the job at hand until none is left, and returns the job's number.
static uint32_t take(int worker)
{
	uint64_t at = atomic_load(&ticket);
	for (;;) {
		const int all = atomic_load(&parts);
		if ((uint32_t)at == CLOSED || (uint32_t)at >= (uint32_t)all || worker >= atomic_load(&workers))
			return (uint32_t)(at >> 32);
		if (!atomic_compare_exchange_weak(&ticket, &at, at + 1))
			continue;
		run_part(job_copy, worker, (int)(uint32_t)at);
		if (atomic_fetch_add(&finished, 1) + 1 == all && atomic_load(&waiting)) {
			pthread_mutex_lock(&lock);
			pthread_cond_signal(&done);
			pthread_mutex_unlock(&lock);
		}
		at = atomic_load(&ticket);
	}
}

static int64_t nanoseconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * (int64_t)1000000000 + t.tv_nsec;
}

// relax leaves a moment to the other thread of a processor's core, if it has two.
static inline void relax(void)
{
#if defined(LANES_AMD64)
	__builtin_ia32_pause();
#elif defined(LANES_ARM64)
	__asm__ volatile("yield");
#endif
}

static int other_job(uint32_t last) { return (uint32_t)(atomic_load(&ticket) >> 32) != last; }
static int all_done(uint32_t all) { return (uint32_t)atomic_load(&finished) == all; }

// spin waits until a condition holds, for SPIN at most, and returns whether it does.
static int spin(int holds(uint32_t), uint32_t x)
{
	for (const int64_t start = nanoseconds(); !holds(x);) {
		for (int i = 0; i < 200 && !holds(x); i++)
			relax();
		if (nanoseconds() - start > SPIN)
			return 0;
	}
	return 1;
}

// wait_until waits until a condition holds: it spins, then it sleeps until signalled.
static void wait_until(int holds(uint32_t), uint32_t x, _Atomic int *sleepers, pthread_cond_t *signalled)
{
	if (spin(holds, x))
		return;
	pthread_mutex_lock(&lock);
	atomic_fetch_add(sleepers, 1);
	while (!holds(x))
		pthread_cond_wait(signalled, &lock);
	atomic_fetch_sub(sleepers, 1);
	pthread_mutex_unlock(&lock);
}

static void *work(void *number)
{
	for (uint32_t last = 0;;) {
		wait_until(other_job, last, &asleep, &begun);
		last = take((int)(intptr_t)number);
	}
	return NULL;
}

// start makes threads until there are that many, or no more can be had. They receive no
// signals, which are for Go's threads.
static void start(int want)
{
	sigset_t all, before;
	pthread_t made;
	if (threads >= want)
		return;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (threads < want && pthread_create(&made, NULL, work, (void *)(intptr_t)(threads + 1)) == 0) {
		pthread_detach(made);
		threads++;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

int lanes_threads(int want)
{
	start(want - 1);
	return threads + 1;
}

void lanes_meet(struct lanes_barrier *b, unsigned all)
{
	const unsigned met = atomic_load(&b->met);
	if (atomic_fetch_add(&b->arrived, 1) + 1 == all) {
		atomic_store(&b->arrived, 0);
		atomic_store(&b->met, met + 1);
		return;
	}
	for (unsigned i = 0; atomic_load(&b->met) == met; i++)
		if (i < 1000)
			relax();
		else
			sched_yield(); // there are more threads than processors
}

void lanes_begin(lanes_do *run, const void *job, int size, int all, int most)
{
	most = most < all ? most : all;
	start(most - 1);
	run_part = run;
	memcpy(job_copy, job, (size_t)size);
	atomic_store(&parts, all);
	atomic_store(&workers, most);
	atomic_store(&finished, 0);
	atomic_store(&ticket, ((atomic_load(&ticket) >> 32) + 1) << 32);
	if (atomic_load(&asleep) > 0) {
		pthread_mutex_lock(&lock);
		pthread_cond_broadcast(&begun);
		pthread_mutex_unlock(&lock);
	}
}

void lanes_finish(void)
{
	take(0);
	wait_until(all_done, (uint32_t)atomic_load(&parts), &waiting, &done);
	atomic_store(&ticket, atomic_load(&ticket) | CLOSED);
}

void lanes_share(lanes_do *run, const void *job, int size, int all, int most)
{
	if (most <= 1 || all <= 1) {
		for (int part = 0; part < all; part++)
			run(job, 0, part);
		return;
	}
	lanes_begin(run, job, size, all, most);
	lanes_finish();
}

void lanes_asleep(int *made, int *sleeping)
{
	*made = threads;
	*sleeping = atomic_load(&asleep);
}
