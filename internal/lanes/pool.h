// A pool of threads that share out the parts of a job. They are no goroutines: when a
// goroutine has been in C for 20 µs, Go's scheduler gives its processor to a thread that looks
// for other work, and that thread and the kernels interrupt each other. A step that is one
// call into C, whatever the number of workers, is free of that.
#ifndef LANES_POOL_H
#define LANES_POOL_H

#include <stdatomic.h>

// lanes_do does one part of a job; worker is the number of the thread, 0 for the caller.
typedef void lanes_do(const void *job, int worker, int part);

enum { LANES_JOB_SIZE = 512 };

// lanes_begin has up to workers - 1 threads of the pool begin to take the parts of a job, of
// which it keeps a copy of size bytes. lanes_finish takes parts, too, and returns when all
// are done. One job at a time: the caller must hold the pool.
void lanes_begin(lanes_do *run, const void *job, int size, int parts, int workers);
void lanes_finish(void);

// lanes_share does all parts of a job: with one worker without the pool, else it must be held.
void lanes_share(lanes_do *run, const void *job, int size, int parts, int workers);

// lanes_barrier is where threads wait for each other: lanes_meet returns when all of them have
// called it. They must be at work at once, which threads are that have a part of a job each.
struct lanes_barrier {
	_Atomic unsigned arrived, met;
	char alone[56]; // on its line of the cache
};
void lanes_meet(struct lanes_barrier *b, unsigned all);

// lanes_threads has that many threads, the caller among them, if it can, and returns how many there are.
int lanes_threads(int want);

// lanes_asleep counts the threads of the pool, and those of them that sleep.
void lanes_asleep(int *threads, int *asleep);

#endif
