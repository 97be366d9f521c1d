package study

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/goicl/goicl/icl/eval"
)

// experiment is a made-up study: what its checks estimate, of each seed, and its looks.
type experiment struct {
	looks  []Look
	checks []func(rng *rand.Rand) float64 // the value of one seed, whose threshold is 0
}

// run returns the verdict over one statement with all checks, and the seeds that it took.
func (x experiment) run(rng *rand.Rand) (Verdict, int) {
	values, closed := make([][]float64, len(x.checks)), map[string]Check{}
	for k, look := range x.looks {
		checks := make([]Check, len(x.checks))
		for i, draw := range x.checks {
			for len(values[i]) < look.Seeds {
				values[i] = append(values[i], draw(rng))
			}
			checks[i] = Above("", 0, eval.OfSeeds(values[i])).For("s", "")
			checks[i].ID = string(rune('a' + i))
		}
		r := Result{Statements: []Statement{{ID: "s"}}, Checks: judge(checks, closed, k+1, look)}
		if r.decide(); count(r.Checks, Open) == 0 || k == len(x.looks)-1 {
			return r.Verdict, look.Seeds
		}
	}
	return "", 0
}

// shares are those of each verdict in many experiments, with the mean number of seeds.
func (x experiment) shares(experiments int) (of map[Verdict]float64, seeds float64) {
	rng := rand.New(rand.NewPCG(1, 2))
	of = map[Verdict]float64{}
	for range experiments {
		v, n := x.run(rng)
		of[v] += 1 / float64(experiments)
		seeds += float64(n) / float64(experiments)
	}
	return of, seeds
}

// repeat has a number of checks with the same law.
func repeat(n int, draw func(rng *rand.Rand) float64) (all []func(rng *rand.Rand) float64) {
	for range n {
		all = append(all, draw)
	}
	return all
}

func normal(mean float64) func(rng *rand.Rand) float64 {
	return func(rng *rand.Rand) float64 { return mean + rng.NormFloat64() }
}

// heavy scatters like Student's distribution with three degrees of freedom: one seed in a
// hundred is 4.5 off.
func heavy(rng *rand.Rand) float64 { return distuv.StudentsT{Sigma: 1, Nu: 3, Src: rng}.Rand() }

// TestWrongVerdicts: where every truth lies at its threshold, so that any verdict is chance,
// at most one of twenty studies gets one, whatever the number of looks and checks, also if
// seeds have heavy tails.
func TestWrongVerdicts(t *testing.T) {
	const experiments = 2000
	for _, looks := range [][]Look{LooksAt(5), LooksAt(8, 16, 32)} {
		for _, checks := range []int{1, 4, 12} {
			for name, draw := range map[string]func(rng *rand.Rand) float64{"normal": normal(0), "heavy": heavy} {
				of, _ := experiment{looks, repeat(checks, draw)}.shares(experiments)
				wrong := of[Reproduced] + of[NotReproduced]
				if most := .05 + 3*math.Sqrt(.05*.95/experiments); wrong > most {
					t.Errorf("looks %v, %d checks of %s seeds: %.3f of the verdicts are wrong; want at most .05", looks, checks, name, wrong)
				}
			}
		}
	}
}

// TestSingleWrongVerdicts: with one check at one look the share is all that is allowed, so that
// the level is not wasted.
func TestSingleWrongVerdicts(t *testing.T) {
	of, _ := experiment{LooksAt(5), repeat(1, normal(0))}.shares(4000)
	if wrong := of[Reproduced] + of[NotReproduced]; wrong < .035 {
		t.Errorf("%.3f of the verdicts are wrong; want nearly .05", wrong)
	}
}

// TestRightVerdicts: effects of the size that claim 3 has, in standard deviations of a seed, are
// found, with few seeds where they are large.
func TestRightVerdicts(t *testing.T) {
	for _, c := range []struct {
		effects       []float64
		want          Verdict
		most          float64 // mean number of seeds
		leastVerdicts float64
	}{
		{[]float64{1.3}, Reproduced, 14, .95},
		{[]float64{2.5, 2.5, 2.5}, Reproduced, 9, .99},
		{[]float64{1.3, 1, 1.5}, Reproduced, 22, .9},
		{[]float64{1.3, -1.3}, NotReproduced, 15, .95},
	} {
		x := experiment{looks: LooksAt(8, 16, 32)}
		for _, e := range c.effects {
			x.checks = append(x.checks, normal(e))
		}
		of, seeds := x.shares(1000)
		if of[c.want] < c.leastVerdicts || seeds > c.most {
			t.Errorf("effects %v: %.3f %s after %.1f seeds in the mean; want at least %g after at most %g", c.effects, of[c.want], c.want, seeds, c.leastVerdicts, c.most)
		}
	}
}

// TestClosedChecksStay: what an early look closed is kept as it was found, with its seeds.
func TestClosedChecksStay(t *testing.T) {
	looks, closed := LooksAt(4, 8), map[string]Check{}
	early := Above("a", 0, eval.OfSeeds([]float64{1, 1.1, .9, 1}))
	early.ID = "a"
	first := judge([]Check{early}, closed, 1, looks[0])[0]
	late := Above("a", 0, eval.OfSeeds([]float64{1, 1.1, .9, 1, -5, -5, -5, -5}))
	late.ID = "a"
	second := judge([]Check{late}, closed, 2, looks[1])[0]
	if first.Status != Pass || first.Look != 1 || second.Status != Pass || second.Look != 1 || len(second.Seeds) != 4 {
		t.Errorf("first %+v, then %+v; want it as it was", first, second)
	}
}

// TestFailingIsCorrected: of many checks one fails by chance, so failing needs more than
// passing.
func TestFailingIsCorrected(t *testing.T) {
	at := Look{5, .025}
	low, mid := Above("", 0, estimate(-.021)), Above("", 0, estimate(0))
	low.ID, mid.ID = "low", "mid"
	if got := judge([]Check{low}, map[string]Check{}, 1, at)[0]; got.Status != Fail {
		t.Errorf("alone %+v; want it to fail", got)
	}
	if got := judge([]Check{low, mid}, map[string]Check{}, 1, at)[0]; got.Status != Open {
		t.Errorf("of two %+v; want it open", got)
	}
}

func TestLooksErrors(t *testing.T) {
	for want, s := range map[string]*Study{
		"has Seeds and Looks":                     {Seeds: 3, Looks: LooksAt(3)},
		"with 0 seeds; want at least 2":           {},
		"a look of two after 4 seeds follows one": {Looks: LooksAt(4, 4)},
		"at level 0; want a positive one":         {Looks: []Look{{4, 0}}},
		"add up to 0.05; want at most 0.025":      {Looks: []Look{{4, .025}, {8, .025}}},
	} {
		s.Name, s.Arms = "two", two(2).Arms
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// TestVerdict: what statements and study are said to be.
func TestVerdict(t *testing.T) {
	for _, c := range []struct {
		of         string // statuses of the checks of each statement: p, f, o
		statements []Verdict
		want       Verdict
	}{
		{"pp", []Verdict{Reproduced}, Reproduced},
		{"pf", []Verdict{NotReproduced}, NotReproduced},
		{"of", []Verdict{NotReproduced}, NotReproduced},
		{"po", []Verdict{Undecided}, Undecided},
		{"p p", []Verdict{Reproduced, Reproduced}, Reproduced},
		{"p f", []Verdict{Reproduced, NotReproduced}, Mixed},
		{"f pf", []Verdict{NotReproduced, NotReproduced}, NotReproduced},
		{"p o", []Verdict{Reproduced, Undecided}, Undecided},
		{"f o", []Verdict{NotReproduced, Undecided}, Undecided},
		{"p f o", []Verdict{Reproduced, NotReproduced, Undecided}, Mixed},
	} {
		r := &Result{}
		for i, checks := range strings.Fields(c.of) {
			id := string(rune('a' + i))
			r.Statements = append(r.Statements, Statement{ID: id})
			for _, status := range checks {
				r.Checks = append(r.Checks, Check{Statement: id, Status: map[rune]Status{'p': Pass, 'f': Fail, 'o': Open}[status]})
			}
		}
		r.decide()
		var got []Verdict
		for _, s := range r.Statements {
			got = append(got, s.Verdict)
		}
		if r.Verdict != c.want || !slices.Equal(got, c.statements) {
			t.Errorf("%s: %s of %v, want %s of %v", c.of, r.Verdict, got, c.want, c.statements)
		}
	}
	if r := (&Result{Statements: []Statement{{ID: "a"}}}); true {
		if r.decide(); r.Verdict != "" || r.Statements != nil {
			t.Errorf("without a check %+v; want no verdict", r)
		}
	}
}
