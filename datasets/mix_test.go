package datasets_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"pgregory.net/rapid"
)

func ExampleMix() {
	mix := datasets.Mix{Samplers: []datasets.Sampler{synthetic.Proto{}, synthetic.Pair{}, synthetic.Amort{}}}
	b, err := mix.Sample(datasets.Rand(1, "example"), 6)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("members:", b.Latent["family"].Data)
	fmt.Println("a w of amort:", b.Latent["amort.w"].Dims)
	// Output:
	// members: [2 1 1 2 0 0]
	// a w of amort: [2]
}

// numbered is a sampler whose points all hold its number.
type numbered struct {
	ID, N, D, C int
	Dims        []int
}

func (s numbered) Name() string { return fmt.Sprint("member", s.ID) }

func (s numbered) Sample(_ *rand.Rand, tasks int) (*datasets.Batch, error) {
	if s.ID < 0 {
		return nil, errors.New("a member that fails")
	}
	b := datasets.NewBatch(tasks, s.N, s.D, s.C)
	id := b.AddLatent("id", s.Dims...)
	for i := range b.X {
		b.X[i] = float32(s.ID)
	}
	for i := range b.Y {
		b.Y[i] = int32(s.ID)
	}
	for i := range id.Data {
		id.Data[i] = float32(s.ID + 1)
	}
	return b, nil
}

// wide claims batches of a quarter of the limit a task, without making them.
type wide struct{}

func (wide) Name() string { return "wide" }

func (wide) Sample(_ *rand.Rand, tasks int) (*datasets.Batch, error) {
	return &datasets.Batch{T: tasks, N: 1, D: 1 << 26, C: 2}, nil
}

// TestMixProperties: shares equal up to one; every task is whole, with the
// family and the latent variables of the member that drew it.
func TestMixProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		members := rapid.IntRange(1, 5).Draw(t, "members")
		tasks := rapid.IntRange(1, 40).Draw(t, "tasks")
		n := rapid.IntRange(1, 4).Draw(t, "n")
		var mix datasets.Mix
		for id := range members {
			mix.Samplers = append(mix.Samplers, numbered{ID: id, N: n, D: 2, C: 5, Dims: []int{id, 2}})
		}
		b, err := mix.Sample(datasets.Rand(rapid.Uint64().Draw(t, "seed"), "mix"), tasks)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Validate(); err != nil {
			t.Fatal(err)
		}
		count := make([]int, members)
		for task := range tasks {
			id := int(b.Latent["family"].Row(task)[0])
			count[id]++
			checkTask(t, b, task, id, members)
		}
		for id, k := range count {
			if k != tasks/members && (k != tasks/members+1 || tasks%members == 0) {
				t.Fatalf("member %d has %d of %d tasks shared by %d", id, k, tasks, members)
			}
		}
	})
}

func checkTask(t *rapid.T, b *datasets.Batch, task, id, members int) {
	one := b.Slice(task, task+1)
	for _, x := range one.X {
		if x != float32(id) {
			t.Fatalf("task %d of member %d has inputs %v", task, id, one.X)
		}
	}
	for _, y := range one.Y {
		if y != int32(id) {
			t.Fatalf("task %d of member %d has labels %v", task, id, one.Y)
		}
	}
	for other := range members {
		want := float32(0)
		if other == id {
			want = float32(id + 1)
		}
		for _, v := range one.Latent[fmt.Sprintf("member%d.id", other)].Data {
			if v != want {
				t.Fatalf("task %d of member %d has %g as latent variable of member %d, want %g", task, id, v, other, want)
			}
		}
	}
}

// TestMixRemainder: over many batches each member gets the odd task equally
// often, and no place in the batch prefers a member.
func TestMixRemainder(t *testing.T) {
	rng := datasets.Rand(1, "mix")
	mix := synthetic.Mixture(0, 2)
	var total, first [3]int
	for range 3000 {
		b, err := mix.Sample(rng, 4)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range b.Latent["family"].Data {
			total[int(f)]++
		}
		first[int(b.Latent["family"].Data[0])]++
	}
	for f := range 3 {
		if total[f] < 3900 || total[f] > 4100 {
			t.Errorf("member %d has %d of 12000 tasks, want about 4000", f, total[f])
		}
		if first[f] < 850 || first[f] > 1150 {
			t.Errorf("member %d comes first in %d of 3000 batches, want about 1000", f, first[f])
		}
	}
}

// TestMixJSON: mixtures that draw other tasks have another JSON.
func TestMixJSON(t *testing.T) {
	seen := map[string]int{}
	for i, mix := range []datasets.Mix{
		{},
		{Samplers: []datasets.Sampler{synthetic.Proto{}}},
		{Samplers: []datasets.Sampler{synthetic.Amort{}}}, // the same fields as Proto
		{Samplers: []datasets.Sampler{synthetic.Amort{Parity: true}}},
		{Samplers: []datasets.Sampler{synthetic.Proto{}, synthetic.Amort{}}},
		{Samplers: []datasets.Sampler{synthetic.Amort{}, synthetic.Proto{}}},
		{Samplers: []datasets.Sampler{datasets.Mix{Samplers: []datasets.Sampler{synthetic.Proto{}, synthetic.Amort{}}}}},
	} {
		text, err := json.Marshal(mix)
		if err != nil {
			t.Fatal(err)
		}
		if j, ok := seen[string(text)]; ok {
			t.Errorf("mixtures %d and %d are both %s", j, i, text)
		}
		seen[string(text)] = i
	}
}

func TestMixErrors(t *testing.T) {
	member := numbered{ID: 0, N: 3, D: 2, C: 2}
	for want, samplers := range map[string][]datasets.Sampler{
		"a mixture of no samplers; list at least one":               nil,
		"member 1 of the mixture is nil":                            {member, nil},
		"a member that fails":                                       {member, numbered{ID: -1}},
		"cannot mix member0 (N 3, D 2, C 2) with proto (N 50, D 2":  {member, synthetic.Proto{}},
		`latent variables "member0.id", of dimensions [] and [2]; `: {member, numbered{ID: 0, N: 3, D: 2, C: 2, Dims: []int{2}}},
		"member 0 of the mixture: synthetic: sigma is -1":           {synthetic.Proto{Sigma: -1}},
	} {
		b, err := datasets.Mix{Samplers: samplers}.Sample(datasets.Rand(1, "mix"), 4)
		if b != nil || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want one with %q", err, want)
		}
	}
	// Each share is small enough, their sum is not.
	_, err := datasets.Mix{Samplers: []datasets.Sampler{wide{}, wide{}}}.Sample(datasets.Rand(1, "mix"), 5)
	if err == nil || !strings.Contains(err.Error(), "too many values") {
		t.Errorf("five tasks of a quarter of the limit: error %v", err)
	}
	if _, err := (datasets.Mix{Samplers: []datasets.Sampler{member}}).Sample(nil, 4); err == nil {
		t.Error("a nil rng is accepted")
	}
	if _, err := json.Marshal(datasets.Mix{Samplers: []datasets.Sampler{nil}}); err == nil {
		t.Error("a nil member has JSON")
	}
}
