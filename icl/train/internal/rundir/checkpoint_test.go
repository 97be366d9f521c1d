package rundir

import (
	"maps"
	"os"
	"reflect"
	"slices"
	"testing"

	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/optim"
	"github.com/goicl/goicl/internal/tensorfile"
)

// TestCheckpointRoundTrip: every field is read as it was written.
func TestCheckpointRoundTrip(t *testing.T) {
	moments := optim.Adam.Moments()
	layout := learner.Layout{Params: []learner.Param{{Name: "a", Dims: []int{2, 2}}, {Name: "b", Dims: []int{1}}}, Size: 5}
	want := &Checkpoint{
		Step: 7, Params: ramp(5), Moments: [][]float32{ramp(5), {0, 0, 0, 0, 1}},
		Best: []float32{5, 4, 3, 2, 1}, BestStep: 6, BestScore: Score{Loss: .25, Accuracy: .5}, Engine: "lanes", Seconds: 1.5, Processor: 2.5,
		FirstLoss: .7, Log: &LogState{Bytes: 3, SHA256: "0f", Loss: .1, GradNorm: .2, Steps: 4}, Inputs: &Inputs{Min: []float32{-1.5}, Max: []float32{.1}},
	}
	d := Dir{t.TempDir()}
	if c, err := d.Load(layout, moments, 7); c != nil || err != nil {
		t.Errorf("an empty directory gives %v, error %v; want neither", c, err)
	}
	if err := d.Save(want, layout, moments); err != nil {
		t.Fatal(err)
	}
	got, err := d.Load(layout, moments, 7)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v (error %v), want %+v", got, err, want)
	}
	tensors, _, err := tensorfile.Read(d.file(CheckpointFile))
	names := slices.Sorted(maps.Keys(tensors))
	if err != nil || !slices.Equal(names, []string{"adam.m", "adam.v", "latest", "model.a", "model.b"}) {
		t.Errorf("the file holds %v, error %v", names, err)
	}
}

// BenchmarkCheckpoint saves and loads 9.5 million weights with Adam's moments.
func BenchmarkCheckpoint(b *testing.B) {
	const size = 9_500_000
	moments := optim.Adam.Moments()
	layout := learner.Layout{Params: []learner.Param{{Name: "w", Dims: []int{size}}}, Size: size}
	state := &Checkpoint{Params: ramp(size), Moments: [][]float32{ramp(size), ramp(size)}, Best: ramp(size)}
	d := Dir{b.TempDir()}
	b.Run("save", func(b *testing.B) {
		for b.Loop() {
			if err := d.Save(state, layout, moments); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("load", func(b *testing.B) {
		for b.Loop() {
			if _, err := d.Load(layout, moments, 7); err != nil {
				b.Fatal(err)
			}
		}
	})
	if info, err := os.Stat(d.file(CheckpointFile)); err == nil {
		b.ReportMetric(float64(info.Size())/1e6, "MB")
	}
}

// ramp returns weights that differ from each other.
func ramp(size int) []float32 {
	v := make([]float32, size)
	for i := range v {
		v[i] = 1 / float32(i+3)
	}
	return v
}
