package plane

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

func sizeOf(t *testing.T, preset string) Size {
	t.Helper()
	size, err := SizeOf(preset)
	if err != nil {
		t.Fatal(err)
	}
	return size
}

func armOf(t *testing.T, s Size, l learner.Learner, trainedOn string) study.Arm {
	t.Helper()
	arm, err := s.Arm(l, trainedOn)
	if err != nil {
		t.Fatal(err)
	}
	return arm
}

// everything is a learner of each kind that the claims 2 and 3 train.
func everything() []learner.Learner {
	return []learner.Learner{
		transformer.Paper{}, metalearner.ProtoNet{}, metalearner.ProtoNet{Width: 64}, metalearner.ProtoNet{Parity: true},
		metalearner.MatchNet{}, metalearner.MatchNet{Sum: true}, metalearner.MatchNet{Width: 64}, metalearner.MatchNet{Sum: true, Parity: true},
		metalearner.CNP{}, metalearner.CNP{Width: 64}, metalearner.ANIL{}, metalearner.ANIL{Width: 64}, metalearner.MAML{}, metalearner.MAML{Width: 8},
	}
}

// everywhere is all that learners are trained on.
func everywhere() []string {
	return slices.Concat(Families(), []string{Mixture, Shifted}, WideFamilies(), []string{WideMixture})
}

// TestSizes: presets grow in everything, and an unknown one is an error that names the known.
func TestSizes(t *testing.T) {
	var last Size
	seedsOf := func(looks []study.Look) int { return append(looks, study.Look{})[max(0, len(looks)-1)].Seeds }
	budgetOf := func(s Size) int { return append(s.Budgets, 0)[max(0, len(s.Budgets)-1)] }
	for _, preset := range study.Presets() {
		s := sizeOf(t, preset)
		for name, pair := range map[string][2]int{
			"seeds of claim 3": {seedsOf(last.Selection), seedsOf(s.Selection)}, "seeds of what is told": {last.Told, s.Told},
			"tasks": {last.Tasks, s.Tasks}, "shifted tasks": {last.Shift, s.Shift}, "tasks with few examples": {last.Few, s.Few},
			"steps on the mixture": {last.Mixture, s.Mixture}, "greatest budget": {budgetOf(last), budgetOf(s)},
			"steps beyond the plane": {last.Wide, s.Wide}, "steps of changed transformers": {last.Parts, s.Parts},
		} {
			if pair[1] <= pair[0] {
				t.Errorf("%s has %d %s, the preset before it %d", preset, pair[1], name, pair[0])
			}
		}
		last = s
	}
	if _, err := SizeOf("huge"); err == nil || err.Error() != `plane: unknown preset "huge"; known: smoke, quick, paper` {
		t.Errorf("error %v", err)
	}
}

// TestSizesFit: what belongs together in a preset does.
func TestSizesFit(t *testing.T) {
	for _, preset := range study.Presets() {
		s := sizeOf(t, preset)
		if s.Told < 2 || s.Told > s.Matching[0].Seeds || s.Told > s.Selection[0].Seeds || s.Starts < 2 || s.Few > s.Shift {
			t.Errorf("%s: %+v; want two seeds and starts at least, and what is told by the first look", preset, s)
		}
		if !slices.IsSorted(s.Budgets) || slices.Contains(s.Budgets, s.Mixture) || len(s.Budgets) == 0 {
			t.Errorf("%s has the budgets %v beside %d steps; want others, the largest last", preset, s.Budgets, s.Mixture)
		}
		if s.Authors {
			continue // no choice of rates, and steps of their own
		}
		if len(s.Small) < 2 || len(s.Large) < 1 || !slices.IsSorted(s.Small) || !slices.IsSorted(s.Large) || s.Rivals < 1 || s.CNP < s.Rivals {
			t.Errorf("%s: %+v; want rates to choose from, and more steps for the small CNP", preset, s)
		}
	}
}

// TestRecipes: steps of each learner on each of the things that it is trained on, in the
// recipe of the project.
func TestRecipes(t *testing.T) {
	s := sizeOf(t, "quick")
	for name, c := range map[string]struct {
		l         learner.Learner
		trainedOn string
		steps     int
		rates     []float64 // to choose from
	}{
		"ICL on a family":        {transformer.Paper{}, "pair", s.Mixture / 3, nil},
		"ICL on the mixture":     {transformer.Paper{}, Mixture, s.Mixture, nil},
		"ICL on spreads":         {transformer.Paper{}, Shifted, s.Mixture, nil},
		"ICL, changed":           {transformer.Paper{Softmax: true, Causal: true}, Mixture, s.Parts, nil},
		"ICL beyond the plane":   {transformer.Paper{}, WidePair, s.Wide / 2, nil},
		"ICL on both, beyond it": {transformer.Paper{}, WideMixture, s.Wide, nil},
		"ProtoNet":               {metalearner.ProtoNet{}, "proto", s.Rivals, s.Small},
		"ProtoNet, mixture":      {metalearner.ProtoNet{Width: 64}, Mixture, s.Rivals, s.Large},
		"MatchNet, the authors'": {metalearner.MatchNet{Sum: true, Parity: true}, "pair", s.Rivals, s.Small},
		"CNP":                    {metalearner.CNP{}, "amort", s.CNP, s.Small[:2]},
		"large CNP":              {metalearner.CNP{Width: 64}, "amort", s.Rivals, s.Large},
		"ANIL":                   {metalearner.ANIL{Width: 64}, "amort", s.Rivals, s.Large},
		"MAML":                   {metalearner.MAML{Width: 8}, Mixture, s.Rivals, s.Small},
	} {
		arm, want := armOf(t, s, c.l, c.trainedOn), train.Fast(c.steps)
		if !reflect.DeepEqual(arm.Recipe, want) {
			t.Errorf("%s: %+v, want %+v", name, arm.Recipe, want)
		}
		if !slices.Equal(arm.Rates, c.rates) || (len(arm.Rates) > 1) != (arm.RateSeeds == 2) {
			t.Errorf("%s has the rates %v to choose from, with %d seeds; want %v, with two", name, arm.Rates, arm.RateSeeds, c.rates)
		}
	}
	arm := armOf(t, s, metalearner.ProtoNet{Width: 64}, WideMixture)
	want := train.Fast(s.Wide)
	want.Rate = wideRate
	if !reflect.DeepEqual(arm.Recipe, want) || arm.Rates != nil || !slices.Contains(s.Large, wideRate) {
		t.Errorf("beyond the plane %+v with the rates %v; want %+v without a choice", arm.Recipe, arm.Rates, want)
	}
}

// TestAuthorsRecipes: the paper's preset trains in the plane as the authors do: at a constant
// rate, on all lengths of contexts, where the learner can.
func TestAuthorsRecipes(t *testing.T) {
	s := sizeOf(t, "paper")
	if !s.Authors {
		t.Fatalf("%+v", s)
	}
	mixture := train.Recipe{Steps: 1_000_000, Batch: 126, Rate: 3e-3}
	for trainedOn, want := range map[string]train.Recipe{
		"proto": {Steps: 1_000_000, Batch: 128, Rate: 3e-3}, "pair": {Steps: 500_000, Batch: 512, Rate: 3e-3},
		"amort": {Steps: 100_000, Batch: 128, Rate: 1e-3}, Mixture: mixture, Shifted: mixture,
	} {
		for _, l := range everything() {
			want.OnePrefix = gradientBased(l)
			if arm := armOf(t, s, l, trainedOn); !reflect.DeepEqual(arm.Recipe, want) || arm.Rates != nil {
				t.Errorf("%s on %s: %+v, want %+v without a choice", l.Name(), trainedOn, arm, want)
			}
		}
	}
	if got := armOf(t, s, transformer.Paper{Norm: true}, Mixture).Recipe; !reflect.DeepEqual(got, train.Fast(s.Parts)) {
		t.Errorf("a changed transformer is trained by %+v", got)
	}
	if got := armOf(t, s, transformer.Paper{}, WideProto).Recipe; !reflect.DeepEqual(got, train.Fast(s.Wide/2)) {
		t.Errorf("beyond the plane it is trained by %+v", got)
	}
}

// TestArms: an arm is named by learner and tasks, has the tasks that it is named by, and is
// tested as it is at its end.
func TestArms(t *testing.T) {
	for _, preset := range study.Presets() {
		s, names := sizeOf(t, preset), map[string]bool{}
		for _, trainedOn := range everywhere() {
			tasks, err := Tasks(trainedOn)
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range everything() {
				arm := armOf(t, s, l, trainedOn)
				if arm.Name != Name(l.Name(), trainedOn) || names[arm.Name] || !reflect.DeepEqual(arm.Tasks, tasks) || !arm.Last || arm.Seeds != 0 {
					t.Errorf("%s on %s: %+v", l.Name(), trainedOn, arm)
				}
				names[arm.Name] = true
			}
		}
	}
	if arm, err := sizeOf(t, "quick").Arm(metalearner.ProtoNet{}, "foo"); err == nil || !strings.Contains(err.Error(), "foo") {
		t.Errorf("an arm on an unknown family: %+v, error %v", arm, err)
	}
}

// TestStarts: embeddings of two units get several random starts, others and the authors'
// variants one.
func TestStarts(t *testing.T) {
	s := sizeOf(t, "quick")
	small := []learner.Learner{metalearner.ProtoNet{}, metalearner.MatchNet{}, metalearner.MatchNet{Sum: true}}
	for _, l := range everything() {
		if want := map[bool]int{true: s.Starts, false: 1}[slices.Contains(small, l)]; armOf(t, s, l, "pair").Starts != want {
			t.Errorf("%s gets %d starts, want %d", l.Name(), armOf(t, s, l, "pair").Starts, want)
		}
	}
}

// TestBudgets: a transformer of another budget differs from the usual one in name and steps: on
// a family those that have as many tasks of it as there are in the mixture.
func TestBudgets(t *testing.T) {
	s := Size{Mixture: 900, Budgets: []int{300, 30_000, 300_000}}
	for trainedOn, want := range map[string][]int{"pair": {100, 10_000, 100_000}, Mixture: {300, 30_000, 300_000}} {
		longer, err := s.Longer(trainedOn)
		if err != nil || len(longer) != 3 {
			t.Fatalf("%d arms, error %v", len(longer), err)
		}
		usual := armOf(t, s, transformer.Paper{}, trainedOn)
		for i, arm := range longer {
			usual.Name, usual.Recipe = ICLOf(trainedOn, want[i]), train.Fast(want[i])
			if !reflect.DeepEqual(arm, usual) {
				t.Errorf("%+v, want %+v", arm, usual)
			}
		}
	}
	if longer, err := s.Longer("foo"); err == nil {
		t.Errorf("transformers on an unknown family: %+v", longer)
	}
	for trainedOn, want := range map[string]int{"proto": 200, Mixture: 600, Shifted: 600, WideProto: 300, WideMixture: 600} {
		if got := s.StepsOn(trainedOn, 600); got != want {
			t.Errorf("%d steps on %s go with 600 on the mixture, want %d", got, trainedOn, want)
		}
	}
}

// TestAllPrefixes: a few tasks with all their lengths, else the project's recipe.
func TestAllPrefixes(t *testing.T) {
	want := train.Fast(70)
	want.OnePrefix, want.Batch, want.Rate = false, 16, .02
	if got := AllPrefixes(70, 16, .02); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}
