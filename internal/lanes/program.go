package lanes

import "fmt"

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
	"gather", "gatherpad", "scatter", "move", "add", "sub", "mul", "div", "muladd", "mulsub", "submul", "max", "min", "neg", "abs", "sign", "exp", "log", "sqrt",
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
	Inputs    []Piece
	Outputs   []Piece
}

// Piece is where an input or an output lies among the shared values.
type Piece struct {
	At, Size int
	Table    []int32 // of an output whose elements do not follow each other; else nil
	Unused   bool    // an input that nothing reads
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
