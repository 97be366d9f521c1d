package lanes

import (
	"fmt"
	"math"
	"runtime"
	"sync/atomic"

	"github.com/goicl/goicl/internal/vector"
)

// Instruction is the first word of an instruction of a [Program]; instructions.h and the
// headers of each kind say which words follow.
type Instruction int32

// The instructions.
const (
	Elementwise Instruction = iota
	SharedElementwise
	Reduce
	ReduceTasks
	SharedReduce
	Dot
	SharedDot
	Pack
	LoadTasks
	StoreTasks
)

// Reduction is what a reduction combines elements with.
type Reduction int32

// The reductions.
const (
	Sum Reduction = iota
	Product
	Max
	Min
	IntSum
	And
	Or
)

// Space is where an operand of an instruction lies.
type Space int32

// The spaces of an operand.
const (
	Temp   Space = iota // handed from one elementwise step to others; the offset is its number
	Local               // in lanes, for one phase
	Full                // in lanes, for all phases
	Shared              // the same for all tasks
	Scalar              // a shared number that is spread over all elements
)

// Operand is a space and an offset in it: in vectors in lanes, in floats if shared.
func Operand(s Space, offset int) int32 { return int32(uint32(s)<<28 | uint32(offset)) }

// MaxOffset bounds offsets.
const MaxOffset = 1<<28 - 1

// Aligned is what offsets of shared values are multiples of: the largest vector.
const Aligned = 16

// Temps is the number of temporaries that the steps of an elementwise instruction have.
const Temps = 24

// Panel is the number of columns of a packed factor that lie together.
const Panel = 4

// MostRows is the greatest number of rows that a product of matrices has in registers.
const MostRows = 6

// steps are the elementwise steps, in the order of instructions.h.
var steps = []string{
	"gather", "scatter", "move", "add", "sub", "mul", "div", "muladd", "mulsub", "submul", "max", "min", "neg", "abs", "sign", "exp", "log", "sqrt",
	"rsqrt", "tanh", "erf", "logistic", "sin", "cos", "expm1", "log1p", "floor", "ceil", "round", "pow", "rem", "atan2",
	"lt", "le", "eq", "ne", "finite", "iadd", "isub", "imul", "imax", "imin", "ineg", "iabs", "ilt", "ile", "ieq",
	"ine", "and", "or", "xor", "not", "itof", "ftoi", "btof", "btoi", "ftob", "itob", "select",
}

// Step is the number of an elementwise step.
func Step(name string) int32 {
	for i, s := range steps {
		if s == name {
			return int32(i)
		}
	}
	panic(fmt.Sprintf("lanes: no elementwise step %q", name))
}

// Width is the number of tasks in a vector, 0 where the machine has no kernels.
func Width() int {
	if ok, _ := Available(); !ok {
		return 0
	}
	return sets()[0].lanes()
}

// Program is what a graph is compiled to: stages, one after another.
type Program struct {
	Tables    []int32
	Shared    int // floats of shared values
	Fixed     int // the first ones of them, which are the same on every call
	Packed    int // vectors that a dot product packs at most
	Sums      int // floats of sums over tasks
	Constants []Constant
	Once      []int32 // shared instructions that give the same on every call
	Stages    []Stage
	Full      map[int]int // vectors of full values a block, by the number of tasks
}

// Constant is a shared value that is known beforehand.
type Constant struct {
	At   int
	Bits []uint32
}

// Stage is a piece of a program that needs sums over tasks of the stages before it.
type Stage struct {
	Shared []int32   // instructions on shared values
	Phases []Phase   // then these, in any order
	Sums   []TaskSum // then their sums over tasks are complete
}

// Phase is what is done for each block of tasks, independently of the others.
type Phase struct {
	Tasks int
	Code  []int32
	Local int // vectors
}

// TaskSum is a sum over tasks and where it is shared.
type TaskSum struct{ From, To, Size int }

// Runner executes a program. It must be used by one goroutine at a time.
type Runner struct {
	// Shared holds the shared values, after Use: inputs are written to it and outputs read
	// from it.
	Shared []float32

	p       *Program
	set     set
	workers int
	local   int // vectors of the largest phase
	most    int // slots of the phase with the most tasks
	full    map[int][]float32
	sums    []float32  // [slots, Sums]
	fixed   []float32  // values that are the same on every call
	own     []*Scratch // of each worker
	scratch []*Scratch // in use
	pool    *Pool
	work    func()

	phase   *Phase
	slots   int
	arrived atomic.Int32
	taken   atomic.Int32
}

// Scratch is memory that a worker needs while it executes a program. Programs that are
// executed one after another find it in the cache if they share it. The zero value is empty.
type Scratch struct{ shared, sums, local, temps, packed []float32 }

// fit makes room for a program whose phases need up to that many vectors.
func (s *Scratch) fit(p *Program, local, width int) *Scratch {
	s.local = vectors(s.local, local, width)
	s.temps = vectors(s.temps, Temps*chunk(width), width)
	s.packed = vectors(s.packed, p.Packed, width)
	return s
}

// local is the number of vectors that the largest phase needs.
func (p *Program) local() (n int) {
	for _, s := range p.Stages {
		for _, phase := range s.Phases {
			n = max(n, phase.Local)
		}
	}
	return n
}

// Block is the memory of the values of a block of tasks, in bytes: those of the largest phase,
// and those that outlive their phase.
func (p *Program) Block() int64 {
	full := 0
	for _, n := range p.Full {
		full += n
	}
	return int64(p.local()+full) * int64(Width()) * 4
}

// NewRunner makes a runner with that many goroutines, GOMAXPROCS for workers ≤ 0.
func NewRunner(p *Program, workers int) (*Runner, error) {
	if ok, reason := Available(); !ok {
		return nil, fmt.Errorf("lanes: %s", reason)
	}
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	r := &Runner{p: p, set: sets()[0], workers: workers, local: p.local(), most: 1, full: map[int][]float32{}, pool: NewPool(workers - 1)}
	r.work = r.takeSlots
	width := r.set.lanes()
	for tasks, n := range p.Full {
		r.full[tasks] = vectors(nil, n*groups(tasks, width), width)
	}
	r.fixed = vectors(nil, (p.Fixed+width-1)/width, width)
	for _, c := range p.Constants {
		for i, bits := range c.Bits {
			r.fixed[c.At+i] = math.Float32frombits(bits)
		}
	}
	for _, s := range p.Stages {
		for _, phase := range s.Phases {
			r.most = max(r.most, slotsOf(phase.Tasks, width))
		}
	}
	once := (&Scratch{}).fit(p, 0, width)
	r.execute(p.Once, work{shared: r.fixed, temps: once.temps, packed: once.packed})
	return r, nil
}

// Use has the next run take place in memory that the caller gives to a runner of one
// goroutine, or in the runner's own for nil. It must come before inputs are written.
func (r *Runner) Use(given *Scratch) {
	r.scratch = r.own
	switch {
	case given != nil:
		r.scratch = []*Scratch{given}
	case r.own == nil:
		for range r.workers {
			r.own = append(r.own, &Scratch{})
		}
		r.scratch = r.own
	}
	first, width := r.scratch[0], r.set.lanes()
	first.shared = vectors(first.shared, (r.p.Shared+width-1)/width, width)
	copy(first.shared, r.fixed[:r.p.Fixed])
	first.sums = grow(first.sums, r.most*r.p.Sums)
	r.Shared, r.sums = first.shared, first.sums
}

// chunk is the number of vectors that an elementwise step works on, CHUNK in program.h.
func chunk(width int) int { return 768 / width }

// vectors returns aligned memory for n vectors: s, if it is large enough.
func vectors(s []float32, n, width int) []float32 {
	if len(s) >= n*width {
		return s
	}
	return aligned(make([]float32, n*width+cacheLine))
}

func groups(tasks, width int) int { return (tasks + width - 1) / width }

// slotsOf is the number of pieces that the blocks of a phase are dealt out to. It does not
// depend on the number of workers, so neither does the order in which sums are added up.
func slotsOf(tasks, width int) int { return min(groups(tasks, width), maxSlots) }

// outside is the work of shared instructions.
func (r *Runner) outside() work {
	own := r.scratch[0].fit(r.p, r.local, r.set.lanes())
	return work{shared: r.Shared, temps: own.temps, packed: own.packed}
}

// Run executes the stages, after [Runner.Use].
func (r *Runner) Run() {
	for i := range r.p.Stages {
		s := &r.p.Stages[i]
		r.execute(s.Shared, r.outside())
		clear(r.sums)
		for k := range s.Phases {
			r.runPhase(&s.Phases[k])
		}
		for _, sum := range s.Sums {
			to := r.Shared[sum.To:][:sum.Size]
			clear(to)
			for at := sum.From; at < len(r.sums); at += r.p.Sums {
				vector.AddScaled(to, r.sums[at:], 1)
			}
		}
	}
}

func (r *Runner) runPhase(phase *Phase) {
	r.phase, r.slots = phase, slotsOf(phase.Tasks, r.set.lanes())
	r.arrived.Store(0)
	r.taken.Store(0)
	r.pool.Run(min(r.workers, r.slots)-1, r.work)
}

// takeSlots is a worker: it does a phase's slots until none is left.
func (r *Runner) takeSlots() {
	width, all := r.set.lanes(), groups(r.phase.Tasks, r.set.lanes())
	own := r.scratch[int(r.arrived.Add(1))-1].fit(r.p, r.local, width)
	full := r.p.Full[r.phase.Tasks] * width
	for {
		slot := int(r.taken.Add(1)) - 1
		if slot >= r.slots {
			return
		}
		w := work{shared: r.Shared, local: own.local, temps: own.temps, packed: own.packed, sums: r.sums[slot*r.p.Sums:][:r.p.Sums], tasks: r.phase.Tasks}
		for g := slot; g < all; g += r.slots {
			w.first = g * width
			if full > 0 {
				w.full = r.full[r.phase.Tasks][g*full:]
			}
			r.execute(r.phase.Code, w)
		}
	}
}

func (r *Runner) execute(code []int32, w work) {
	if len(code) > 0 {
		r.set.execute(r.p, w, code)
	}
}

// work is where instructions work, see instructions.h.
type work struct {
	shared, full, local, temps, packed, sums []float32
	first, tasks                             int
}

// Check reports a program that is too large for its offsets.
func (p *Program) Check() error {
	vectors := p.Shared
	for _, s := range p.Stages {
		for _, phase := range s.Phases {
			vectors = max(vectors, phase.Local)
		}
	}
	for _, full := range p.Full {
		vectors = max(vectors, full)
	}
	if vectors > MaxOffset {
		return fmt.Errorf("a graph with values of %d numbers is too large for lanes", vectors)
	}
	return nil
}
