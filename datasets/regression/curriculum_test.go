package regression_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/datasets/samplertest"
)

var _ datasets.Scheduled = regression.Curriculum{}

func TestCurriculumDims(t *testing.T) {
	paper := regression.Curriculum{Family: regression.Linear{}}
	short := regression.Curriculum{Family: regression.Linear{}, Order: "reverse", From: 3, To: 14, Every: 300}
	mixed := regression.Curriculum{Family: regression.Linear{D: 14}, Order: "mixed", From: 3}
	for _, c := range []struct {
		c           regression.Curriculum
		step        int
		least, most int
	}{
		{paper, 0, 5, 5}, {paper, 9_999, 5, 5}, {paper, 10_000, 6, 6}, {paper, 149_999, 19, 19},
		{paper, 150_000, 20, 20}, {paper, math.MaxInt, 20, 20},
		{short, 0, 14, 14}, {short, 299, 14, 14}, {short, 300, 13, 13}, {short, 3300, 3, 3}, {short, math.MaxInt, 3, 3},
		{mixed, 0, 3, 14}, {mixed, math.MaxInt, 3, 14},
	} {
		if least, most := c.c.Dims(c.step); least != c.least || most != c.most {
			t.Errorf("%s at step %d: %d to %d dimensions, want %d to %d", c.c.Name(), c.step, least, most, c.least, c.most)
		}
	}
}

// TestCurriculumTasks: the tasks of a step are the family's with inputs of as many
// dimensions as Dims says, in batches of the same sizes; its own tasks are those of
// the family.
func TestCurriculumTasks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.IntRange(1, 9).Draw(t, "d")
		family, err := regression.ByName(rapid.SampledFrom([]string{"linear", "quadratic", "relu", "tree", "classification"}).Draw(t, "family"), 1, 4, d)
		if err != nil {
			t.Fatal(err)
		}
		c := regression.Curriculum{
			Family: family, Order: rapid.SampledFrom([]string{"", "reverse", "mixed"}).Draw(t, "order"),
			From: rapid.IntRange(1, d).Draw(t, "from"), Every: rapid.IntRange(1, 5).Draw(t, "every"),
		}
		step := rapid.IntRange(0, 60).Draw(t, "step")
		least, most := c.Dims(step)
		b, err := c.At(step).Sample(datasets.Rand(1, "t"), 3)
		if err != nil {
			t.Fatal(err)
		}
		if b.N != 4 || b.D != d {
			t.Fatalf("%d points in %d dimensions, want 4 in %d", b.N, b.D, d)
		}
		for i := range b.T * b.N {
			if got := drawn(b.Point(i/b.N, i%b.N)); got < least || got > most {
				t.Fatalf("step %d: point of %d dimensions, want %d to %d", step, got, least, most)
			}
		}
		own, errOwn := c.Sample(datasets.Rand(2, "t"), 3)
		whole, errWhole := family.Sample(datasets.Rand(2, "t"), 3)
		if errOwn != nil || errWhole != nil || !slices.Equal(own.X, whole.X) || !slices.Equal(own.Z, whole.Z) || !slices.Equal(own.Y, whole.Y) {
			t.Fatal("the tasks that the curriculum leads to are not the family's")
		}
	})
}

// TestCurriculumSamplers: a curriculum and its steps are samplers like any other, and
// targets follow from masked inputs.
func TestCurriculumSamplers(t *testing.T) {
	c := regression.Curriculum{Family: regression.Linear{N: 6, D: 5}, From: 2, Every: 10}
	samplertest.Run(t, c, expect(6, 5, 0, 5))
	e := expect(6, 5, 0, 3)
	e.Cov[3][3], e.Cov[4][4] = 0, 0
	samplertest.Run(t, c.At(10), e)
	c.Order = "mixed"
	e = expect(6, 5, 0, 3.5)
	e.Cov[2][2], e.Cov[3][3], e.Cov[4][4] = .75, .5, .25
	samplertest.Run(t, c.At(0), e)
}

func TestCurriculumErrors(t *testing.T) {
	linear := regression.Linear{D: 14}
	for want, c := range map[string]regression.Curriculum{
		"a curriculum without a family": {},
		"noise is -1":                   {Family: regression.Linear{Noise: -1}},
		"a curriculum from 5 to 15 dimensions of 14; want 1 ≤ from ≤ to ≤ 14":   {Family: linear, To: 15},
		"a curriculum from -1 to 14 dimensions of 14":                           {Family: linear, From: -1},
		"a curriculum from 9 to 8 dimensions of 14":                             {Family: linear, From: 9, To: 8},
		"a curriculum from 5 to 3 dimensions of 3":                              {Family: regression.Linear{D: 3}},
		"a curriculum that changes every -5 steps":                              {Family: linear, Every: -5},
		`unknown order "zigzag" of a curriculum; want "", "reverse" or "mixed"`: {Family: linear, Order: "zigzag"},
		"over inputs that have 4 dimensions already":                            {Family: regression.Linear{Inputs: regression.Inputs{Dims: 4}}},
		"orthogonal to 9 examples in 5 dimensions":                              {Family: regression.Linear{N: 10, Inputs: regression.Inputs{Strategy: "orthogonal"}}},
	} {
		_, err := c.Sample(datasets.Rand(1, "t"), 1)
		checkMessage(t, err, want)
		_, err = c.At(7).Sample(datasets.Rand(1, "t"), 1)
		checkMessage(t, err, want)
	}
}

// The paper's curriculum: from 5 to 20 dimensions, one more every 10,000 steps.
func ExampleCurriculum() {
	c := regression.Curriculum{Family: regression.Linear{}}
	b, err := c.At(25_000).Sample(datasets.Rand(1, "train"), 64)
	if err != nil {
		fmt.Println(err)
		return
	}
	x := b.Point(0, 0)
	fmt.Println(c.Name(), "has", b.D, "dimensions;", "at step 25,000 the first zero is", slices.Index(x, 0))
	// Output: linear-ramp has 20 dimensions; at step 25,000 the first zero is 7
}
