//go:build !windows

// Programs as a whole, see program.h for their instructions.

#include <stdlib.h>
#include <string.h>

#include "lanes.h"
#include "pool.h"

// work_of is where one of several workers works: on shared values, and, once tasks are set, on
// tasks whose values lie in the local memory of that number.
static struct lanes_work work_of(const struct lanes_compiled *p, float *memory, int workers, int worker, int local)
{
	const int locals = workers < p->slots ? workers : p->slots;
	float *own = memory + p->scratch + locals * p->local_each + worker * p->own_each;
	return (struct lanes_work){.shared = memory, .local = memory + p->scratch + local * p->local_each, .temps = own, .packed = own + p->packed, .parts = 1};
}

// phase is a job: an order on tasks. Where there are more workers than groups of tasks, a team of
// several does the parts of each instruction.
struct phase {
	const struct lanes_compiled *program;
	const struct lanes_order *order;
	float *memory;
	int workers, slots, groups, team;
};

static struct lanes_barrier barriers[LANES_SLOTS]; // of the teams of who holds the pool

// phase_part takes a slot's groups of tasks through a phase, one after the other, or does one
// member's part of that.
static void phase_part(const void *job, int worker, int part)
{
	const struct phase *j = job;
	const struct lanes_compiled *p = j->program;
	const struct lanes_order *o = j->order;
	const int slot = part / j->team;
	struct lanes_work w = work_of(p, j->memory, j->workers, worker, j->team > 1 ? slot : worker);
	w.part = part % j->team, w.parts = j->team, w.barrier = &barriers[slot];
	w.sums = j->memory + p->sums + (size_t)slot * p->sums_each;
	w.tasks = o->tasks;
	for (int g = slot; g < j->groups; g += j->slots) {
		w.first = g * p->set.lanes;
		w.full = j->memory + o->full + (size_t)g * o->full_each;
		lanes_execute(p->set, p->program, w, p->code + o->code, o->words);
	}
}

static void run_phase(const struct lanes_compiled *p, const struct lanes_order *o, float *memory, int workers)
{
	const int groups = (o->tasks + p->set.lanes - 1) / p->set.lanes;
	struct phase j = {p, o, memory, workers, groups < LANES_SLOTS ? groups : LANES_SLOTS, groups, 1};
	const int most = workers / j.slots < o->team ? workers / j.slots : o->team;
	if (most > 1 && lanes_threads(j.slots * most) >= j.slots * most)
		j.team = most;
	lanes_share(phase_part, &j, sizeof j, j.slots * j.team, workers);
}

// add_sums adds up the sums of all slots, in their order.
static void add_sums(const struct lanes_compiled *p, const struct lanes_order *o, float *memory)
{
	float *to = memory + o->to;
	memset(to, 0, (size_t)o->size * sizeof *to);
	for (int slot = 0; slot < p->slots; slot++) {
		const float *from = memory + p->sums + (size_t)slot * p->sums_each + o->from;
		for (int i = 0; i < o->size; i++)
			to[i] += from[i];
	}
}

void lanes_run_program(const struct lanes_compiled *p, float *memory, int workers)
{
	memcpy(memory, p->fixed, (size_t)p->fixed_count * sizeof *memory);
	for (const struct lanes_order *o = p->orders; o < p->orders + p->order_count; o++)
		switch (o->kind) {
		case LANES_ON_SHARED: lanes_execute(p->set, p->program, work_of(p, memory, workers, 0, 0), p->code + o->code, o->words); break;
		case LANES_CLEAR_SUMS: memset(memory + p->sums, 0, sizeof(float) * p->sums_each * p->slots); break;
		case LANES_ON_TASKS: run_phase(p, o, memory, workers); break;
		case LANES_ADD_SUMS: add_sums(p, o, memory); break;
		}
}

// write_output copies an output from the shared values.
static void write_output(const struct lanes_compiled *p, const struct lanes_piece *o, const float *shared, float *to)
{
	if (o->table < 0) {
		memcpy(to, shared + o->at, (size_t)o->size * sizeof *to);
		return;
	}
	const int32_t *table = p->program.tables + o->table;
	for (int i = 0; i < o->size; i++)
		to[i] = shared[o->at + table[i]];
}

static void run_block(const struct lanes_blocks *b, int worker, int part, int workers)
{
	const struct lanes_compiled *p = b->programs[part];
	const int64_t *offset = b->offsets + (size_t)part * b->offsets_each;
	const struct lanes_piece *piece = p->pieces;
	float *memory = b->memory + worker * b->memory_each;
	for (int i = 0; i < p->inputs; i++, piece++, offset++)
		memcpy(memory + piece->at, b->in + *offset, (size_t)piece->size * sizeof *memory);
	lanes_run_program(p, memory, workers);
	for (int i = 0; i < p->outputs; i++, piece++, offset++)
		write_output(p, piece, memory, b->out + *offset);
}

static void block_part(const void *job, int worker, int part) { run_block(job, worker, part, 1); }

void lanes_run_one_by_one(struct lanes_blocks b, int blocks, int workers)
{
	for (int part = 0; part < blocks; part++)
		run_block(&b, 0, part, workers);
}

void lanes_run_blocks(struct lanes_blocks b, int blocks, int workers, int begin)
{
	(begin ? lanes_begin : lanes_share)(block_part, &b, sizeof b, blocks, workers);
}

// copied is memory with a copy of size bytes in it, or NULL.
static void *copied(const void *from, size_t size)
{
	void *to = malloc(size + 1);
	if (to && size)
		memcpy(to, from, size);
	return to;
}

static void free_parts(const struct lanes_compiled *p)
{
	free((void *)p->program.tables);
	free((void *)p->code);
	free((void *)p->orders);
	free((void *)p->pieces);
	free((void *)p->fixed);
}

struct lanes_compiled *lanes_copy(struct lanes_compiled p, size_t tables, size_t words, size_t pieces)
{
	p.program.tables = copied(p.program.tables, tables * sizeof *p.program.tables);
	p.code = copied(p.code, words * sizeof *p.code);
	p.orders = copied(p.orders, p.order_count * sizeof *p.orders);
	p.pieces = copied(p.pieces, pieces * sizeof *p.pieces);
	p.fixed = copied(p.fixed, p.fixed_count * sizeof *p.fixed);
	struct lanes_compiled *own = copied(&p, sizeof p);
	if (own && p.program.tables && p.code && p.orders && p.pieces && p.fixed)
		return own;
	free_parts(&p);
	free(own);
	return NULL;
}

void lanes_free(struct lanes_compiled *p)
{
	free_parts(p);
	free(p);
}
