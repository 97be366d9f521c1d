package compile

import "slices"

// Values that are cheap to compute are not kept from one instruction to another, where they
// would go through slower memory, but computed again where they are needed.

// Bounds of what is computed again for one operand: elementwise steps, and values of its size
// that they read, in another phase and in another instruction of the same phase.
const (
	mostSteps      = 16
	mostInputs     = 3
	mostStepsHere  = 8
	mostInputsHere = 2
)

// cheapSteps are no slower than reading a value that is not in the first-level cache.
var cheapSteps = []string{
	"move", "add", "sub", "mul", "div", "max", "min", "neg", "abs", "sign", "sqrt", "lt", "le", "eq", "ne", "finite",
	"iadd", "isub", "imul", "imax", "imin", "ineg", "iabs", "ilt", "ile", "ieq", "ine", "and", "or", "xor", "not",
	"itof", "btof", "btoi", "ftob", "itob", "select",
}

// recipe says how a value is computed again.
type recipe struct {
	op     *op
	steps  int       // elementwise steps
	inputs []*buffer // values of its size that must be read
}

// recipes are those of buffers whose ops are cheap, and are not kept.
type recipes map[*buffer]*recipe

func (all recipes) of(o *op) *recipe {
	if o.kind != elementwiseOp || o.tasks == 0 || !slices.Contains(cheapSteps, o.step) {
		return nil
	}
	own := &recipe{op: o, steps: 1}
	for _, r := range o.reads {
		if from := all[r.buf]; from != nil {
			own.steps += from.steps
			own.read(from.inputs...)
		} else if r.buf.tasks > 0 && r.buf.size >= o.n/4 {
			own.read(r.buf)
		}
	}
	return own
}

func (r *recipe) read(inputs ...*buffer) {
	for _, b := range inputs {
		if !slices.Contains(r.inputs, b) {
			r.inputs = append(r.inputs, b)
		}
	}
}

func readersOf(ops []*op) map[*buffer][]*op {
	readers := map[*buffer][]*op{}
	for _, o := range ops {
		for _, r := range o.reads {
			readers[r.buf] = append(readers[r.buf], o)
		}
	}
	return readers
}

// acrossPhases returns the ops with those that are cheap copied to each phase that needs
// them, and without those that nothing needs any more.
func acrossPhases(ops []*op) []*op {
	all := recipes{}
	copies := map[phaseKey]map[*buffer]*buffer{}
	var done []*op
	var again func(b *buffer, phase phaseKey) *buffer
	again = func(b *buffer, phase phaseKey) *buffer {
		from := all[b]
		if from == nil || from.op.phase() == phase {
			return b
		}
		if copies[phase] == nil {
			copies[phase] = map[*buffer]*buffer{}
		}
		if copies[phase][b] == nil {
			o := from.op.copy(phase.level)
			for i, r := range o.reads {
				o.reads[i].buf = again(r.buf, phase)
			}
			copies[phase][b] = o.out
			done = append(done, o)
		}
		return copies[phase][b]
	}
	for _, o := range ops {
		if o.tasks > 0 {
			for i, r := range o.reads {
				o.reads[i].buf = again(r.buf, o.phase())
			}
		}
		done = append(done, o)
		if r := all.of(o); r != nil && r.steps <= mostSteps && len(r.inputs) <= mostInputs {
			all[o.out] = r
		}
	}
	return alive(done)
}

// copy is an op that computes the same in another stage.
func (o *op) copy(level int) *op {
	own := *o
	own.reads, own.level = slices.Clone(o.reads), level
	own.out = &buffer{size: o.out.size, tasks: o.out.tasks, level: level, defs: []*op{&own}}
	return &own
}

// alive drops ops on tasks whose results nothing reads.
func alive(ops []*op) []*op {
	read := map[*buffer]bool{}
	var kept []*op
	for _, o := range slices.Backward(ops) {
		if o.out.tasks == 0 || read[o.out] {
			kept = append(kept, o)
			for _, r := range o.reads {
				read[r.buf] = true
			}
		}
	}
	slices.Reverse(kept)
	return kept
}

// recompute returns the ops with those that are cheap copied to where they are needed.
func recompute(ops []*op) []*op {
	ops = acrossPhases(ops)
	c := &copier{readers: readersOf(ops), recipes: recipes{}, copies: map[copyKey]*buffer{}}
	for _, o := range ops {
		if r := c.recipes.of(o); r != nil && c.accepts(r) {
			c.recipes[o.out] = r
			continue
		}
		c.keep(o)
	}
	for i, o := range c.ops {
		o.index = i
	}
	return c.ops
}

// copier copies ops.
type copier struct {
	ops     []*op
	readers map[*buffer][]*op
	recipes recipes
	copies  map[copyKey]*buffer
}

// copyKey tells copies apart: ops of one phase and depth share one.
type copyKey struct {
	of    *buffer
	phase phaseKey
	depth int
}

// accepts reports whether an op need not be kept: elementwise ops alone read it, element by
// element, and it is cheap enough.
func (c *copier) accepts(r *recipe) bool {
	readers := c.readers[r.op.out]
	for _, reader := range readers {
		for _, a := range reader.reads {
			if a.buf == r.op.out && (!a.identity() || !reader.isElementwise() || reader.n != r.op.n || reader.phase() != r.op.phase()) {
				return false
			}
		}
	}
	inputs := mostInputsHere
	if len(readers) > 1 {
		inputs = 1
	}
	return len(readers) > 0 && r.steps <= mostStepsHere && len(r.inputs) <= inputs
}

// keep appends an op after copies of what it reads that is not kept.
func (c *copier) keep(o *op) {
	c.setDepth(o, o)
	for i, r := range o.reads {
		if c.recipes[r.buf] != nil {
			o.reads[i].buf = c.copy(r.buf, o)
		}
	}
	c.ops = append(c.ops, o)
}

// copy computes a buffer again for an op.
func (c *copier) copy(b *buffer, reader *op) *buffer {
	key := copyKey{b, reader.phase(), reader.depth}
	if done, ok := c.copies[key]; ok {
		return done
	}
	own := c.recipes[b].op.copy(reader.level)
	own.depth = reader.depth
	for i, r := range own.reads {
		if c.recipes[r.buf] != nil {
			own.reads[i].buf = c.copy(r.buf, reader)
		}
	}
	c.ops = append(c.ops, own)
	c.copies[key] = own.out
	return own.out
}

// setDepth makes the depth of an op greater than that of an elementwise op which it cannot
// be fused with. So no path leads from an elementwise op to another of the same depth by way
// of an op that is not fused with them. What it reads may have to be computed again by from.
func (c *copier) setDepth(o, from *op) {
	for _, r := range from.reads {
		if again := c.recipes[r.buf]; again != nil {
			c.setDepth(o, again.op)
			continue
		}
		for _, made := range r.buf.defs {
			if made.phase() != o.phase() {
				continue
			}
			d := made.depth
			if made.isElementwise() && !o.fuses(r, made) {
				d++
			}
			o.depth = max(o.depth, d)
		}
	}
}
