package landmark

import (
	"context"
	"fmt"
	"math"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/landmark/internal/measure"
	"github.com/goicl/goicl/icl/study"
)

// Bai is the result of Bai, Chen, Wang, Xiong and Mei, "Transformers as Statisticians: Provable
// In-Context Learning with In-Context Algorithm Selection" (NeurIPS 2023): one transformer that
// is trained on linear functions of several levels of noise predicts, at each level, about as
// well as the ridge regression that is optimal for it, which no single ridge regression does.
// The paper has 20 dimensions and examples, noise of 0 to 1 with w ~ N(0, I/20), 12 layers of 64
// channels and 300,001 steps of 64 tasks for each level. Its size would add whether the decoder
// gets below all ridge regressions with that training.
//
// The decoder that is trained on all levels takes as many steps for each as the one that is
// trained on it alone. Errors are divided by the mean square of w·x, in the mean over all numbers
// of examples from two for each dimension on, and have that of the noise.
var Bai = study.Definition{Name: "bai2023", CoreMinutes: 17, Title: "one decoder matches the best ridge regression of each level of noise", New: newBai}

// baiSize is the size of the study.
type baiSize struct {
	Dims, Points, First, Width, Depth, Heads, Steps, Tests int
	Low, High, Unseen                                      float64 // standard deviations of the noise
	Looks                                                  []study.Look
}

func newBai(preset string) (*study.Study, error) {
	z, err := size(preset,
		baiSize{2, 6, 4, 0, 1, 0, 40, 48, .2, 1.5, .55, study.LooksAt(2)},
		baiSize{4, 13, 8, 0, 3, 0, 8000, 1000, .2, 1.5, .55, study.LooksAt(4, 6)},
		baiSize{20, 21, 20, 64, 12, 8, 300_000, 1280, .447, 2.236, 1, study.LooksAt(3)})
	if err != nil {
		return nil, err
	}
	return z.study(), nil
}

// The arm of all levels.
const mixArm = "both levels"

func onlyArm(noise float64) string  { return fmt.Sprintf("noise %g only", noise) }
func atNoise(noise float64) string  { return fmt.Sprintf("noise %g", noise) }
func toOthers(noise float64) string { return fmt.Sprintf("noise %g, distances", noise) }

func (z baiSize) family(noise float64) regression.Linear {
	return regression.Linear{N: z.Points, D: z.Dims, Noise: noise}
}

// optimal is the ridge regression that is optimal for a level.
func (z baiSize) optimal(noise float64) eval.Predictor {
	return eval.Named{Predictor: bayes.Linear{Noise: noise}, Label: "optimal ridge"}
}

// algorithms are ways to predict without knowing which of both levels a task has: the Bayes
// predictor, the ridge regression of the likelier level, and that of less leave-one-out error.
func (z baiSize) algorithms() []eval.Predictor {
	ridges := []eval.Regressor{bayes.Linear{Noise: z.Low}, bayes.Linear{Noise: z.High}}
	return []eval.Predictor{
		eval.Named{Predictor: baseline.Evidence{Of: ridges}, Label: "Bayes, level unknown"},
		eval.Named{Predictor: baseline.Evidence{Of: ridges, Likeliest: true}, Label: "likelier level"},
		eval.Named{Predictor: baseline.Selection{Of: []eval.Predictor{ridges[0], ridges[1]}}, Label: "leave-one-out"},
	}
}

// penalties are the logarithms of those of the ridge regressions to compare with: half steps
// from a quarter of the least level to four times the greatest.
func (z baiSize) penalties() (logs []float64) {
	for log := math.Floor(2*math.Log2(z.Low)) - 2; log <= 2*math.Log2(z.High)+2; log += .5 {
		logs = append(logs, log)
	}
	return logs
}

func (z baiSize) study() *study.Study {
	s := &study.Study{Looks: z.Looks, Settings: z, Statements: []study.Statement{
		{ID: "adapts", Text: "at each level of noise, a decoder trained on both is nearer to the one trained on it than to the one trained on the other"},
		{ID: "selects", Text: "no single ridge regression is as good as it at both levels"},
		{ID: "matches", Text: "it is as good as the ridge regression that is optimal for each level"},
	}}
	arm := func(name string, tasks datasets.Sampler, steps int) study.Arm {
		return study.Arm{Name: name, Learner: decoderOf(z.Points, z.Width, z.Depth, z.Heads), Tasks: tasks, Recipe: everyPoint(steps, 2e-3), Last: true}
	}
	low, high := z.family(z.Low), z.family(z.High)
	s.Arms = []study.Arm{
		arm(mixArm, datasets.Mix{Samplers: []datasets.Sampler{low, high}}, 2*z.Steps),
		arm(onlyArm(z.Low), low, z.Steps), arm(onlyArm(z.High), high, z.Steps),
	}
	at := eval.AllLengths(z.Points)[z.First:]
	for _, noise := range []float64{z.Low, z.High, z.Unseen} {
		others := append(z.algorithms(), z.optimal(noise))
		for _, log := range z.penalties() {
			others = append(others, ridgeOf(log))
		}
		sample := tests(z.family(noise), atNoise(noise), z.Tests)
		s.Conditions = append(s.Conditions,
			study.Condition{Name: atNoise(noise), Sample: sample, At: at, Unit: float64(z.Dims), Derive: beside(others...)},
			study.Condition{Name: toOthers(noise), Sample: sample, At: at, Arms: []string{mixArm}, Test: measure.NearTo(toOthers(noise), float64(z.Dims),
				func(uint64) ([]eval.Predictor, error) { return z.algorithms(), nil })})
	}
	s.Report = func(_ context.Context, d *study.Data, r *study.Result) error {
		r.Tasks = z.Tests
		z.check(d, r)
		z.draw(d, r)
		return nil
	}
	return s
}

// errorOf is the error of a subject at a level, by seed.
func errorOf(d *study.Data, subject string, noise float64) []float64 {
	return measure.SeedMeans(d, eval.SquaredError, subject, atNoise(noise))
}

// single is by how much the best single ridge regression is better than the decoder of both
// levels, at that level where it gains less, by seed; below 0 where none is as good at both.
func (z baiSize) single(d *study.Data) []float64 {
	var most []float64
	for _, log := range z.penalties() {
		name := ridgeOf(log).Label
		low, high := measure.LessBy(errorOf(d, mixArm, z.Low), errorOf(d, name, z.Low)), measure.LessBy(errorOf(d, mixArm, z.High), errorOf(d, name, z.High))
		for i := range low {
			gain := min(low[i], high[i])
			if i == len(most) {
				most = append(most, gain)
			}
			most[i] = max(most[i], gain)
		}
	}
	return most
}

func (z baiSize) check(d *study.Data, r *study.Result) {
	shares := make([]float64, len(errorOf(d, mixArm, z.Low)))
	for _, l := range []struct{ level, other float64 }{{z.Low, z.High}, {z.High, z.Low}} {
		name, own, other := atNoise(l.level)+": ", onlyArm(l.level), onlyArm(l.other)
		at := func(subject string) [][]float64 { return d.PerTask(eval.SquaredError, subject, atNoise(l.level)) }
		halfway := eval.Combine(at(mixArm), 1, eval.Combine(at(own), .5, at(other), .5), -1)
		r.Checks = append(r.Checks,
			study.Below(name+"error of both levels − halfway from its own to the other decoder", 0, eval.Interval(halfway)).
				For("adapts", "halfway between the two decoders it is as near to either"),
			study.Below(name+"error of both levels − optimal ridge", .05, d.Difference(eval.SquaredError, mixArm, "optimal ridge", atNoise(l.level))).
				For("matches", "5 % of the mean square of w·x"))
		gained, gap := measure.LessBy(errorOf(d, other, l.level), errorOf(d, mixArm, l.level)), measure.LessBy(errorOf(d, other, l.level), errorOf(d, own, l.level))
		for i := range shares {
			shares[i] += gained[i] / gap[i] / 2
		}
	}
	r.Checks = append(r.Checks, study.Below("gain of the best single ridge at the level where it gains less", 0, eval.OfSeeds(z.single(d))).
		For("selects", "the sign says whether there is a ridge regression that is better at both levels"))
	r.Headline = study.Find("share of the difference between the decoders of one level that that of both makes up for, mean of both levels", eval.OfSeeds(shares))
}

// draw adds the figure, the tables, and what is told and not checked.
func (z baiSize) draw(d *study.Data, r *study.Result) {
	const byPenalty = "error by penalty"
	var whole []int
	for _, log := range z.penalties() {
		if log == math.Trunc(log) {
			whole = append(whole, int(log))
		}
	}
	subjects := []string{mixArm, onlyArm(z.Low), onlyArm(z.High), "Bayes, level unknown", "likelier level", "leave-one-out", "optimal ridge"}
	errors := eval.Table{Title: "squared error", Header: append([]string{"condition"}, subjects...)}
	distances := eval.Table{Title: "squared distance of the decoder of both levels", Header: []string{"condition"}}
	for _, p := range z.algorithms() {
		distances.Header = append(distances.Header, p.Name())
	}
	for _, noise := range []float64{z.Low, z.High, z.Unseen} {
		at := func(subject string) eval.Estimate { return d.Mean(eval.SquaredError, subject, atNoise(noise)) }
		row := []string{atNoise(noise)}
		for _, subject := range subjects {
			row = append(row, at(subject).String())
		}
		errors.Rows = append(errors.Rows, row)
		row = []string{atNoise(noise)}
		for _, p := range z.algorithms() {
			row = append(row, d.Mean(eval.SquaredDistanceTo(p.Name()), mixArm, toOthers(noise)).String())
		}
		distances.Rows = append(distances.Rows, row)
		r.Add(byPenalty, measure.Across("ridge", atNoise(noise), eval.SquaredError, whole, func(i int) eval.Estimate { return at(ridgeOf(float64(whole[i])).Label) }))
		for _, subject := range subjects[:4] {
			r.Add(byPenalty, measure.Across(subject, atNoise(noise), eval.SquaredError, whole, func(int) eval.Estimate { return at(subject) }))
		}
		r.Findings = append(r.Findings, study.Find(atNoise(noise)+": squared distance of both levels to the Bayes predictor − to the likelier level's ridge",
			eval.Interval(eval.Differences(d.PerTask(eval.SquaredDistanceTo("Bayes, level unknown"), mixArm, toOthers(noise)), d.PerTask(eval.SquaredDistanceTo("likelier level"), mixArm, toOthers(noise))))))
	}
	r.Tables = append(r.Tables, errors, distances)
	r.Figure = study.Figure{Title: "Linear functions of two levels of noise", XLabel: "log₂ λ of ridge regression", YLabel: "squared error", Rows: []study.Row{{Group: byPenalty}}}
}
