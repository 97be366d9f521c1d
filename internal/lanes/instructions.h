// The instructions of a program. program.go has the same lists, in the same order.
#ifndef INSTRUCTIONS_H
#define INSTRUCTIONS_H

#include <stdint.h>

// The spaces of an operand: the upper bits. The lower ones are an offset.
enum { LANES_SPACE = 28, LANES_OFFSET = (1 << LANES_SPACE) - 1 };
enum { LANES_TEMP, LANES_LOCAL, LANES_FULL, LANES_SHARED, LANES_SCALAR };

#define LANES_INSTRUCTIONS(X) \
	X(ELEMENTWISE) X(SHARED_ELEMENTWISE) X(REDUCE) X(REDUCE_TASKS) X(SHARED_REDUCE) X(DOT) X(SHARED_DOT) X(PACK) \
	X(LOAD_TASKS) X(STORE_TASKS)
#define LANES_REDUCTIONS(X) X(SUM) X(PRODUCT) X(MAX) X(MIN) X(ISUM) X(AND) X(OR)
#define LANES_STEPS(X) \
	X(gather) X(gatherpad) X(scatter) X(move) X(add) X(sub) X(mul) X(div) X(muladd) X(mulsub) X(submul) X(max) X(min) X(neg) X(abs) X(sign) X(exp) X(log) X(sqrt) \
	X(rsqrt) X(tanh) X(erf) X(logistic) X(sin) X(cos) X(expm1) X(log1p) X(floor) X(ceil) X(round) X(pow) X(rem) X(atan2) \
	X(lt) X(le) X(eq) X(ne) X(finite) X(iadd) X(isub) X(imul) X(imax) X(imin) X(ineg) X(iabs) X(ilt) X(ile) X(ieq) \
	X(ine) X(and) X(or) X(xor) X(not) X(itof) X(ftoi) X(btof) X(btoi) X(ftob) X(itob) X(select)

#define LANES_ENUM(name) LANES_##name,
#define LANES_STEP_ENUM(name) LANES_STEP_##name,
enum { LANES_INSTRUCTIONS(LANES_ENUM) LANES_INSTRUCTION_COUNT };
enum { LANES_REDUCTIONS(LANES_ENUM) LANES_REDUCTION_COUNT };
enum { LANES_STEPS(LANES_STEP_ENUM) LANES_STEP_COUNT };

// lanes_program is what all instructions share.
struct lanes_program {
	const int32_t *tables;
};

// lanes_work is where the instructions work: on LANES tasks, or on shared values.
struct lanes_work {
	float *shared;        // values that are the same for all tasks, weights first
	float *full;          // values of these tasks that outlive a phase
	float *local;         // values of these tasks that do not
	float *temps;         // what elementwise steps hand on
	float *packed;        // what a dot product has packed
	float *sums;          // sums over tasks
	int first, tasks;     // the first task, and the number of all
	int part, parts;      // which part of each instruction to do, and how many there are
	struct lanes_barrier *barrier; // where those who do the parts meet, if there are several
};

// lanes_program_run executes words of code.
typedef void lanes_program_run(const struct lanes_program *p, const struct lanes_work *w, const int32_t *code, int words);

#endif
