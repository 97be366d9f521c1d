// A program of instructions on values of LANES tasks, see program.go. A value is an array of
// vectors, one for each of its elements. A shared value, the same for all tasks, is an array
// of floats; in a shared instruction a vector holds LANES consecutive elements of one.
//
// An operand is a space and an offset in it: in vectors for what lies in lanes, in floats
// for what is shared. A table lists the elements that an instruction reads or writes.

#include "functions.h"
#include "pool.h"

// CHUNK is the number of vectors that an elementwise step works on, and TEMPS the number of
// chunks that steps hand on: chunk and Temps in program.go.
enum { CHUNK = 768 / LANES, TEMPS = 24 };

INLINE const int32_t *table_at(const struct lanes_program *p, int32_t offset) { return p->tables + offset; }

// counts_up reports whether each of n elements of a table follows the one before it.
INLINE int counts_up(const int32_t *table, int n)
{
	for (int i = 1; i < n; i++)
		if (table[i] != table[0] + i)
			return 0;
	return 1;
}

// part_of is what of n pieces the caller does: those from the result on, below *end.
INLINE int part_of(const struct lanes_work *w, int n, int *end)
{
	*end = (int)((int64_t)n * (w->part + 1) / w->parts);
	return (int)((int64_t)n * w->part / w->parts);
}

// in_lanes is where an operand in lanes begins.
INLINE v *in_lanes(const struct lanes_work *w, int32_t operand)
{
	const size_t offset = (size_t)(operand & LANES_OFFSET) * LANES;
	return (v *)((((uint32_t)operand >> LANES_SPACE) == LANES_FULL ? w->full : w->local) + offset);
}

#include "elementwise.h"
#include "reduce.h"
#include "dot.h"

// load_tasks copies elements of a shared array with a task axis into lanes. A lane without a
// task repeats the last one.
static void load_tasks(const struct lanes_program *p, const struct lanes_work *w, const int32_t *i)
{
	const int n = i[2], tasks = w->tasks;
	const int32_t *table = table_at(p, i[6]);
	float *to = (float *)in_lanes(w, i[3]);
	int end;
	for (int lane = part_of(w, LANES, &end); lane < end; lane++) {
		const int task = w->first + lane < tasks ? w->first + lane : tasks - 1;
		const float *from = w->shared + i[4] + (ptrdiff_t)task * i[5];
		for (int e = 0; e < n; e++)
			to[e * LANES + lane] = from[table[e]];
	}
}

// store_tasks copies a value in lanes into a shared array with a task axis.
static void store_tasks(const struct lanes_program *p, const struct lanes_work *w, const int32_t *i)
{
	const int n = i[2];
	const int32_t *table = table_at(p, i[6]);
	const float *from = (const float *)in_lanes(w, i[3]);
	int end;
	for (int lane = part_of(w, LANES, &end); lane < end && w->first + lane < w->tasks; lane++) {
		float *to = w->shared + i[4] + (ptrdiff_t)(w->first + lane) * i[5];
		for (int e = 0; e < n; e++)
			to[e] = from[table[e] * LANES + lane];
	}
}

void PROGRAM(const struct lanes_program *p, const struct lanes_work *w, const int32_t *code, int words)
{
	for (const int32_t *i = code; i < code + words; i += i[1]) {
		switch (i[0]) {
		case LANES_ELEMENTWISE: elementwise(p, w, i, 0); break;
		case LANES_SHARED_ELEMENTWISE: elementwise(p, w, i, 1); break;
		case LANES_REDUCE: reduce(p, w, i); break;
		case LANES_REDUCE_TASKS: reduce_tasks(p, w, i); break;
		case LANES_SHARED_REDUCE: shared_reduce(p, w, i); break;
		case LANES_DOT: dot(p, w, i); break;
		case LANES_SHARED_DOT: shared_dot(p, w, i); break;
		case LANES_PACK: pack_weight(p, w, i); break;
		case LANES_LOAD_TASKS: load_tasks(p, w, i); break;
		case LANES_STORE_TASKS: store_tasks(p, w, i); break;
		}
		if (w->parts > 1)
			lanes_meet(w->barrier, w->parts);
	}
}
