package selection

import (
	"context"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/claim/internal/plane"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/internal/predict/predicttest"
	"github.com/goicl/goicl/icl/study"
)

// skills are accuracies by "subject on condition", where a condition is radius, or a family
// for its tasks as in training, or "shifted" and a family for those of σ = 5.
type skills map[string]float64

// claimed are skills as the claim has them.
func claimed() skills {
	s := skills{
		icl + " on radius": .8, selected + " on radius": .7, specialists + " on radius": .68, bestOfSet + " on radius": .75,
		plane.BayesOptimal + " on radius": .95,
	}
	for _, f := range plane.Families() {
		s[icl+" on "+f], s[icl+" on shifted "+f] = .85, .55
		s[selected+" on "+f], s[selected+" on shifted "+f] = .75, .7
	}
	return s
}

// of interpolates between σ = 1 and 5; what is not named has .6.
func (s skills) of(subject, family string, sigma float64) float64 {
	least, ok := s[subject+" on "+family]
	if !ok {
		return .6
	}
	most, ok := s[subject+" on shifted "+family]
	if !ok {
		return least
	}
	return least + (most-least)*(sigma-1)/4
}

// with are the skills but for a change.
func (s skills) with(change skills) skills {
	all := maps.Clone(s)
	maps.Copy(all, change)
	return all
}

// small is the size of made-up studies.
func small() plane.Size {
	return plane.Size{Selection: study.LooksAt(5), Told: 2, Mixture: 30, Rivals: 4, CNP: 4, Small: []float64{.01, .03}, Parts: 4, Shift: 150, Few: 40}
}

// experiment is a made-up study: learners of known skill, and of ICL what it answers after n of
// few examples, between selecting, 0, and averaging, 1; nil means averaging.
type experiment struct {
	skills    skills
	averaging func(n int) float64
	all       bool // has all subjects and conditions, not those of the checks alone
	report    func(d *study.Data, r *study.Result) error
}

// run returns the result. A subject of few seeds is tested with these alone.
func (x experiment) run(t *testing.T) *study.Result {
	t.Helper()
	s, err := newStudy(small())
	if err != nil {
		t.Fatal(err)
	}
	var conditions []study.Condition
	for _, c := range s.Conditions {
		switch {
		case strings.Contains(c.Name, "few"):
			c.Derive = x.fewSubjects(c)
		case x.all || !strings.Contains(c.Name, "σ") || strings.HasSuffix(c.Name, "σ = 5"):
			c.Derive = x.subjects(s, c)
		default:
			continue
		}
		c.Arms = []string{}
		conditions = append(conditions, c)
	}
	made := &study.Study{
		Name: "made", Looks: s.Looks, Statements: s.Statements, Conditions: conditions,
		Parts: []study.Part{{Label: "nothing", Do: func(context.Context, *study.Session) error { return nil }}},
	}
	made.Report = func(_ context.Context, d *study.Data, r *study.Result) error { return x.report(d, r) }
	r, err := study.Run(t.Context(), made, study.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// subjects are those of a condition of the study.
func (x experiment) subjects(s *study.Study, c study.Condition) func(context.Context, *study.Session, uint64) ([]eval.Predictor, error) {
	sigma := 1.
	if _, after, shifted := strings.Cut(c.Name, "σ = "); shifted {
		sigma = float64(after[0] - '0')
	}
	return func(_ context.Context, _ *study.Session, seed uint64) (all []eval.Predictor, err error) {
		names := []string{icl, selected}
		if x.all {
			names = nil
			for _, a := range s.Arms {
				if a.Seeds == 0 || seed < uint64(a.Seeds) {
					names = append(names, a.Name)
				}
			}
			names = append(names, selected)
		}
		if x.all || c.Family == newFamily {
			names = append(names, specialists)
		}
		if c.Family == newFamily {
			names = append(names, bestOfSet)
		}
		if c.Family == newFamily || x.all && seed < uint64(small().Told) {
			names = append(names, plane.BayesOptimal)
		}
		for _, name := range names {
			all = append(all, predicttest.Skilled{Label: name, Skill: x.skills.of(name, c.Family, sigma)})
		}
		return all, nil
	}
}

// fewSubjects answer as made-up beliefs have it.
func (x experiment) fewSubjects(c study.Condition) func(context.Context, *study.Session, uint64) ([]eval.Predictor, error) {
	return func(_ context.Context, _ *study.Session, seed uint64) ([]eval.Predictor, error) {
		b, err := c.Sample(seed)
		if err != nil {
			return nil, err
		}
		families, class0 := beliefs(b)
		selects, averages := likeliest(families, class0), weighted(families, class0)
		mine := slices.Clone(averages)
		for i := range mine {
			if share := x.averaging; share != nil {
				v := float32(share(fewLengths()[i%len(fewLengths())]))
				mine[i] = v*averages[i] + (1-v)*selects[i]
			}
		}
		return []eval.Predictor{answers{icl, mine}, answers{hard, selects}, answers{average, averages}}, nil
	}
}

// beliefs are made-up probabilities of the families and of class 0 under each: the likeliest
// family says .9, and the average is some .25 less, a little otherwise at each point.
func beliefs(b *datasets.Batch) (families, class0 []float32) {
	for task := range b.T {
		for _, n := range fewLengths() {
			v := float32(predicttest.Uniform(b.Point(task, n)[0]))
			p, q := []float32{.5 + .2*v, .3 - .1*v, .2 - .1*v}, []float32{.9, .2, .4}
			for turn := range 3 { // the likeliest is another one at each point
				i := (turn + int(3*v)) % 3
				families, class0 = append(families, p[i]), append(class0, q[i])
			}
		}
	}
	return families, class0
}

func near(v, want float64) bool { return math.Abs(v-want) < .04 }
