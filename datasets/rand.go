package datasets

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"math/rand/v2"
)

// Rand returns the random stream of that name: a PCG seeded from a hash of seed
// and stream. Streams of different names are independent, so that training,
// validation and test tasks of one seed never share a draw:
//
//	train := datasets.Rand(seed, "train")
//	test := datasets.Rand(seed, "test")
func Rand(seed uint64, stream string) *rand.Rand {
	key := binary.LittleEndian.AppendUint64(nil, seed)
	sum := sha256.Sum256(append(key, stream...))
	return rand.New(rand.NewPCG(
		binary.LittleEndian.Uint64(sum[0:]),
		binary.LittleEndian.Uint64(sum[8:]),
	))
}

// Normal draws a standard normal number.
//
// It is the ziggurat of Marsaglia and Tsang (Journal of Statistical Software
// 5(8), 2000). Samplers use it rather than rng.NormFloat64, whose rejection
// test, in float32, falls out differently once in some 10⁸ draws on a machine
// that fuses multiply and add: from there on two streams have nothing in common.
func Normal(rng *rand.Rand) float64 {
	for {
		bits := rng.Uint64()
		i := bits % layers
		u := float64(int64(bits)>>11) * 0x1p-52 // in [-1, 1); bits 0..6 chose the layer
		x := u * zig.width[i]
		if math.Abs(x) < zig.width[i+1] {
			return x
		}
		if i == 0 {
			return math.Copysign(normalTail(rng), u)
		}
		height := zig.height[i] + float64(rng.Float64()*(zig.height[i+1]-zig.height[i]))
		if height < math.Exp(-x*x/2) {
			return x
		}
	}
}

// normalTail draws from the normal tail beyond tailStart (Marsaglia 1964).
func normalTail(rng *rand.Rand) float64 {
	for {
		x := -math.Log(1-rng.Float64()) / tailStart
		y := -math.Log(1 - rng.Float64())
		if 2*y >= x*x {
			return tailStart + x
		}
	}
}

const (
	layers    = 128
	tailStart = 3.442619855899      // where the tail begins
	layerArea = 9.91256303526217e-3 // area of each layer under exp(-x²/2)
)

var zig = newZiggurat()

// ziggurat covers exp(-x²/2), x ≥ 0, by layers of equal area from the bottom up:
// layer i spans the widths 0..width[i] and the heights height[i]..height[i+1].
// Layer 0 includes the tail, which its width makes up for.
type ziggurat struct {
	width, height [layers + 1]float64
}

// newZiggurat computes the layers. Rounding them to float32 removes what the
// machines' exp and log may differ in; the layers' areas then differ by 1e-7.
func newZiggurat() (z ziggurat) {
	z.width[0] = layerArea / math.Exp(-tailStart*tailStart/2)
	z.width[1] = tailStart
	for i := 2; i < layers; i++ {
		x := z.width[i-1]
		z.width[i] = math.Sqrt(-2 * math.Log(layerArea/x+math.Exp(-x*x/2)))
	}
	z.width[layers] = 0
	for i := range z.width {
		z.width[i] = float64(float32(z.width[i]))
		z.height[i] = float64(float32(math.Exp(-z.width[i] * z.width[i] / 2)))
	}
	z.height[0] = 0
	return z
}
