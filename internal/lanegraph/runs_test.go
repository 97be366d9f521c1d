package lanegraph_test

import (
	"math"
	"slices"
	"sync"
	"testing"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph
	"github.com/gomlx/gomlx/core/tensors"
)

// attention is a small learner's graph: a layer on points [T, N, 3], attention of each to
// all others, a readout, a loss over all tasks and points, and its gradients.
func attention(in []*Node) []*Node {
	x, w := in[0], in[1]
	weight := func(from int) *Node { return Reshape(Slice(w, AxisRange(from, from+9)), 3, 3) }
	h := Tanh(DotGeneral(x, []int{2}, nil, weight(0), []int{0}, nil))
	key := DotGeneral(h, []int{2}, nil, weight(9), []int{0}, nil)
	score := Softmax(DotGeneral(h, []int{2}, []int{0}, key, []int{2}, []int{0}), -1) // [T, N, N]
	out := Add(h, DotGeneral(score, []int{2}, []int{0}, h, []int{1}, []int{0}))
	logits := ReduceSum(Mul(out, Reshape(Slice(w, AxisRange(18, 21)), 1, 1, 3)), 2)
	loss := ReduceAllMean(Log(AddScalar(Square(Sub(logits, MulScalar(ReduceAndKeep(logits, ReduceMean, 0), .5))), 1)))
	return append([]*Node{logits, loss}, Gradient(loss, x, w)...)
}

// TestManyTasks: one task, as many as a register holds, one more, and so many that
// workers take several groups one after another; with points of an odd number.
func TestManyTasks(t *testing.T) {
	reference := onGo(t)
	for _, tasks := range []int{1, 4, 8, 16, 17, 600} {
		in := []*tensors.Tensor{numbers(1, tasks, 5, 3), numbers(2, 21)}
		want := must(call(reference, attention, in...))
		forEverySet(t, func(t *testing.T) {
			got := must(call(onLanes(t, 2), attention, in...))
			for i := range want {
				if off := offBy(got[i], want[i], 0); !(off <= 1e-5) {
					t.Errorf("%d tasks: output %d is off by %g", tasks, i, off)
				}
			}
		})
	}
}

// TestWorkersChangeNoBit: any number of workers gives the same bits, and so does a second call.
func TestWorkersChangeNoBit(t *testing.T) {
	forEverySet(t, func(t *testing.T) {
		for _, shape := range [][]int{{3, 5, 3}, {17, 5, 3}, {600, 5, 3}, {3, 60, 3}, {20, 120, 3}} {
			in := []*tensors.Tensor{numbers(1, shape...), numbers(2, 21)}
			exec := must(NewExec(onLanes(t, 1), attention))
			one := bits(must(callExec(exec, in...)))
			if again := bits(must(callExec(exec, in...))); !slices.Equal(again, one) {
				t.Errorf("%v: another call gives other bits", shape)
			}
			for _, workers := range []int{2, 3, 40, 0} {
				if got := bits(must(call(onLanes(t, workers), attention, in...))); !slices.Equal(got, one) {
					t.Errorf("%v: %d workers give other bits", shape, workers)
				}
			}
		}
	})
}

// TestConcurrentCalls: calls of one executable at once give the bits of calls made alone,
// also where one block has a large program.
func TestConcurrentCalls(t *testing.T) {
	const calls = 6
	for _, shape := range [][]int{{20, 5, 3}, {2, 60, 3}} {
		exec := must(NewExec(onLanes(t, 2), attention))
		var in [calls][]*tensors.Tensor
		var want [calls][]uint32
		for i := range calls {
			in[i] = []*tensors.Tensor{numbers(3*i, shape...), numbers(i, 21)}
			want[i] = bits(must(callExec(exec, in[i]...)))
		}
		var all sync.WaitGroup
		for i := range calls {
			all.Go(func() {
				for range 20 {
					out, err := callExec(exec, in[i]...)
					if err != nil || !slices.Equal(bits(out), want[i]) {
						t.Errorf("call %d on %v: other bits than alone (%v)", i, shape, err)
						return
					}
				}
			})
		}
		all.Wait()
	}
}

// TestSpecialNumbersStayInTheirTask: whatever one task holds, the logits of the others keep
// their bits.
func TestSpecialNumbersStayInTheirTask(t *testing.T) {
	const tasks, points, bad = 19, 5, 6
	logits := func(in []*Node) []*Node {
		masked := Where(LessThan(in[0], ScalarZero(in[0].Graph(), dtypes.Float32)), in[0], Log(Square(in[0])))
		return append(attention(in)[:1], ReduceMax(in[0], 1, 2), masked, Reverse(Concatenate([]*Node{in[0], masked}, 2), 1))
	}
	forEverySet(t, func(t *testing.T) {
		exec := must(NewExec(onLanes(t, 2), logits))
		weights := numbers(2, 21)
		want := must(callExec(exec, numbers(1, tasks, points, 3), weights))
		for _, x := range []float64{nan, inf, -inf, zero, 1e30, -1e30, 1e-30, 3e38, 1e-45} {
			data := noise(1, tasks*points*3)
			for i := range points {
				data[(bad*points+i)*3+i%3] = float32(x)
			}
			got := must(callExec(exec, tensors.FromFlatDataAndDimensions(data, tasks, points, 3), weights))
			for i := range got {
				g, w := bits(got[i:i+1]), bits(want[i:i+1])
				row := len(g) / tasks
				copy(g[bad*row:], w[bad*row:][:row])
				if !slices.Equal(g, w) {
					t.Errorf("%g in a task changes output %d of another", x, i)
				}
			}
		}
	})
}

// TestNaNWeightShows: a run that has diverged gives NaN for all tasks.
func TestNaNWeightShows(t *testing.T) {
	forEverySet(t, func(t *testing.T) {
		for i := range 21 {
			w := noise(2, 21)
			w[i] = float32(nan)
			out := must(call(onLanes(t, 1), attention, numbers(1, 6, 5, 3), tensors.FromFlatDataAndDimensions(w, 21)))
			if loss := flat(out[1])[0]; !math.IsNaN(loss) {
				t.Errorf("weight %d is NaN and the loss is %g", i, loss)
			}
		}
	})
}

// TestManyValuesAlive: more elementwise results at once than an instruction has temporaries.
func TestManyValuesAlive(t *testing.T) {
	of := func(in []*Node) []*Node {
		var out []*Node
		for _, x := range in {
			var all []*Node
			for i := range 40 {
				all = append(all, Sin(MulScalar(Add(x, Reverse(x, 0)), float64(i))))
			}
			sum := all[0]
			for i := range all {
				sum = Add(Tanh(sum), Mul(all[i], all[len(all)-1-i]))
			}
			out = append(out, sum)
		}
		return out
	}
	for _, n := range []int{1, 3, 700} {
		in := []*tensors.Tensor{numbers(1, 9, n), numbers(2, n)}
		want := must(call(onGo(t), of, in...))
		forEverySet(t, func(t *testing.T) {
			for i, got := range must(call(onLanes(t, 2), of, in...)) {
				if off := offBy(got, want[i], 1); !(off <= 1e-5) {
					t.Errorf("%d numbers, output %d is off by %g", n, i, off)
				}
			}
		})
	}
}

// TestPadsThatCut: negative padding, which the Go backend lacks, is a slice.
func TestPadsThatCut(t *testing.T) {
	x := numbers(1, 6, 4)
	for _, test := range [][2]padding{
		{{Start: -1}, {}}, {{Start: 1, End: -1}, {}}, {{Start: -2, End: 2}, {End: 1}}, {{}, {Start: -1, End: -1}},
		{{Start: -1, End: -1, Interior: 1}, {Start: 2, End: -3, Interior: 1}}, {{Start: -1, End: -4, Interior: 1}, {}},
	} {
		padded := func(in []*Node) []*Node {
			return []*Node{Pad(Tanh(in[0]), Scalar(in[0].Graph(), dtypes.Float32, 7), test[0], test[1])}
		}
		sliced := func(in []*Node) []*Node {
			var more [2]padding
			var cut [2]SliceAxisSpec
			for a, p := range test {
				more[a] = padding{Start: max(0, p.Start), End: max(0, p.End), Interior: p.Interior}
				cut[a] = AxisRange(max(0, -p.Start), in[0].Shape().Dimensions[a]*(1+p.Interior)-p.Interior+more[a].Start+more[a].End-max(0, -p.End))
			}
			return []*Node{Slice(Pad(Tanh(in[0]), Scalar(in[0].Graph(), dtypes.Float32, 7), more[0], more[1]), cut[0], cut[1])}
		}
		got, want := must(call(onLanes(t, 1), padded, x)), must(call(onGo(t), sliced, x))
		if off := offBy(got[0], want[0], 1); !(off <= 1e-6) {
			t.Errorf("%v: %v, want %v", test, flat(got[0]), flat(want[0]))
		}
	}
}

// TestOutputs: inputs, constants, views and one value several times.
func TestOutputs(t *testing.T) {
	of := func(in []*Node) []*Node {
		g, x, y := in[0].Graph(), in[0], Exp(in[0])
		return []*Node{
			x, in[1], x, Const(g, []float32{1, 2}), Iota(g, x.Shape(), 1), y, TransposeAllAxes(y, 1, 0), y,
			BroadcastToDims(Reshape(y, 5, 1, 3), 5, 2, 3), ReduceAllSum(y), Slice(y, AxisRange(4, 5)), OnesLike(y),
			GreaterThan(x, y), ConvertDType(in[1], dtypes.Int32), Reshape(x, 15), Reverse(x, 0), Scalar(g, dtypes.Bool, 1),
		}
	}
	in := []*tensors.Tensor{numbers(1, 5, 3), numbers(2, 4), numbers(3, 5, 2)} // the last is not read
	want := must(call(onGo(t), of, in...))
	forEverySet(t, func(t *testing.T) {
		for i, got := range must(call(onLanes(t, 1), of, in...)) {
			if off := offBy(got, want[i], 0); !(off <= 1e-6) {
				t.Errorf("output %d of %s is off by %g", i, got.Shape(), off)
			}
		}
	})
}
