// Package lanes trains in-context learners on a CPU: one task in each lane of a SIMD
// register, forward and backward pass fused and in cache.
//
// There are kernels for two models. [Config] is the ICL transformer of "Why In-Context
// Learning Models are Good Few-Shot Learners?" (Wu, Wang, Yao; ICLR 2025): efficient
// attention and a GELU feed-forward layer, with residuals and without normalisation, on
// tokens of W = D + 2C ≤ 16 channels. [Decoder] is a small GPT-2-style decoder of up to
// 96 channels, for classes or real targets. [Evaluator.LossGrad] gives the mean loss and
// its gradient, [Evaluator.Logits] predictions. Weights and numbers are those of
// icl/transformer; lanes is only faster. Where there is no kernel ([Available]), use that.
//
// # How it works
//
// The matrices of the paper's model are so small (6×6, 24×6) that a tensor library spends
// its time on hundreds of tiny operations. Here an operation works on 4, 8 or 16
// tasks at once, as many as fit a register, and a group of that many tasks goes
// through all layers and back before the next one begins. A lane of the paper's model
// holds one pair (task, query). So one random prefix a task, all prefixes of a task, and a
// prediction after n examples are the same computation on other pairs. Pairs are
// sorted by length, so that the lanes of a group end together. A lane of a decoder holds
// a task with all its queries, since attention is causal.
//
// Groups are dealt out to threads of C's own (pool.c), and a step is one call into C. Shared
// out to goroutines it took 1.3 times as long on two cores: when a goroutine has been in C
// for 20 µs, Go's scheduler gives its processor to a thread that looks for other work, and
// that thread gets in the kernels' way. What another step needs, such as the draw of
// its tasks, is done meanwhile by the goroutine that called, see [Evaluator.Prefetch].
//
// The kernels are C with vector extensions. Start at kernel.h, which takes a group
// through the model; attention.h and feedforward.h hold the mathematics of a layer,
// forward and backward; vector.h the exponential and the GELU; task.h the tokens
// and the loss. decoder.h does the same for the decoder, with matrix.h, norm.h and
// causal.h. They are compiled once for each instruction set (kernel_avx512.c,
// kernel_avx2.c, kernel_sse2.c, kernel_neon.c), and the processor is asked at run
// time which one to use; GOICL_LANES=avx2 in the environment asks for another one, to
// compare, see [Variable]. A plain go build does all that. The shape of the paper's
// model (W = 6, H = 24) is compiled with constant loop bounds; another shape needs
// up to twice as long for the same number of operations.
//
// # Numbers
//
// Everything is float32. The logits of the paper's model at depth 8 are within 2e-6
// of a float64 evaluation, the gradient within 3e-7 of its largest value. Its GELU is
// the exact one (erf, to 1.5e-7). All softmaxes subtract their maximum, and nothing is
// clamped but a decoder's inputs, at 1e15: NaN and infinity come out as they would of
// an ordinary float32 evaluation, and exponentials below 2^-127 are 0. On x86 all numbers
// below 1.2e-38 count as 0, on arm64 they are what they are. The same weights and batch
// give the same bytes on every run and with any number of workers. Another instruction
// set, another number of lanes, rounds differently.
//
// # Speed
//
// One step is loss and gradient for 128 tasks of 50 points with one random prefix
// each (2 to 49 examples, stratified). BenchmarkStep on two cores of an AMD EPYC of the
// Zen 5 kind; GFLOP/s count matrix products only.
//
//	kernel            1 core               2 cores
//	avx512, 16 lanes  0.65 ms, 107 GFLOP/s  0.38 ms, 184 GFLOP/s
//	avx2, 8 lanes     1.18 ms, 59 GFLOP/s   0.66 ms, 106 GFLOP/s
//	sse2, 4 lanes     3.0 ms, 23 GFLOP/s    1.6 ms, 43 GFLOP/s
//
// With clipping and Adam that is a third of what multiply-adds on registers alone reach
// there, two fifths for the loss over all prefixes (goicl bench step-peak). A fifth of the
// time on one core goes into the GELU; the lanes of a group that end earlier than others
// count as nothing. How long XLA and PyTorch take beside it is printed by goicl bench step
// regression-step --peers. Besides, XLA compiles for seconds before.
//
// Three ways to write the kernels were compared on the 6→24 layer with GELU and its
// slope, 27 tokens in 8 lanes, AVX2, one core:
//
//	C, vector extensions, cgo    3.27 µs
//	Go assembly made by avo      3.42 µs
//	simd/archsimd                5.02 µs  (needs GOEXPERIMENT=simd, amd64 only)
//	plain Go loops             192    µs
//
// C was the fastest even with the call through cgo, and the only one where one
// readable source serves four instruction sets and every shape.
package lanes
