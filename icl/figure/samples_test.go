package figure

import (
	"math"
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
)

// samples are figures of made-up results, one of each kind.
func samples() map[string]*Figure {
	rng := rand.New(rand.NewPCG(1, 2))
	b, scenes := sampleScenes(rng)
	families := []string{"proto", "pair", "amort"}
	dots := []eval.Curve{
		series("ICL", .935, .946, .964), series("ICL (mix)", .927, .92, .956),
		series("ProtoNet", .911, .879, .886), series("Bayes", .944, .953, .964),
	}
	return map[string]*Figure{
		"curves": Curves("Penguins", []Panel{{Curves: []eval.Curve{
			sampleCurve(rng, "ICL (mix)", "penguins", .96, 12), sampleCurve(rng, "logistic regression", "penguins", .95, 12),
			sampleCurve(rng, "k-NN", "penguins", .93, 12)}}}),
		"fig2": Rows("Accuracy by number of in-context examples", Panel{},
			Panel{Title: "{family}, trained on {family}", Curves: sampleCurves(1)}, Panel{Title: "{family}, trained on mix", Curves: sampleCurves(2)}),
		"loss": Loss("Training", sampleRun(rng, "ICL", .12), sampleRun(rng, "CNP", .25)),
		"task": Tasks("One task: label the star", Scene{Batch: b, N: 10, Classes: []string{"Adelie", "Gentoo"}, XLabel: "bill length (standardised)", YLabel: "bill depth"}),
		"map":  Tasks("Three learners, one task", scenes...),
		"table": Table("Conventional learners off their own family", sampleTable(families,
			estimates(.911, .879, .886), estimates(.725, .913, .863), estimates(.737, .717, .94))),
		"heat": HeatMaps("A head of gradient descent",
			HeatMap{"W_QK", sampleSpans, sampleSpans, [][]float64{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 0, 0}, {0, 0, 0, 0}}},
			HeatMap{"W_OV", sampleSpans, sampleSpans, [][]float64{{0, 0, 0, 0}, {0, 0, 0, 0}, {0, 0, 0, 0}, {0, 0, 0, -.25}}}),
		"agreement": Agreement("Two that agree", "learner", "transformer",
			Cloud{"one", []float64{0, .3, .9}, []float64{0, .3, .9}}, Cloud{"another", []float64{.2, .5, .7}, []float64{.2, .55, .7}}),
		"clouds": Clouds("Two domains", "w_1", "w_2",
			Cloud{"one", []float64{0, .3, .9, .5}, []float64{0, .2, 1.1, .4}}, Cloud{"another", []float64{-2, -1.5, -1.7}, []float64{-1, 1.2, .1}}),
		"words": drawTable("Who is what", "", "", []string{"a", "b"}, []string{"one", "two"}, [][]cell{
			{{text: "exact", note: "2e-15", tint: 1}, {text: "no", note: "off by .3"}},
			{{text: "near", note: ".02 ±.01", tint: .4}, {text: "exact", tint: 1, framed: true}}}),
		"depth": Curves("Error by depth", []Panel{{XLabel: "steps", YLabel: "error", LogY: true, Curves: []eval.Curve{
			{Learner: "Chebyshev", N: []int{1, 8, 16, 32}, Mean: []float64{.7, .1, 1e-2, 1e-4}}, {Learner: "bound", N: []int{1, 8, 16, 32}, Mean: []float64{.9, .2, 2e-2, 2e-4}}}}}),
		"lines": Lines("A wave", Plane{Title: "before", YLabel: "target", Lines: []Cloud{sampleWave("MAML", .2), sampleWave("the wave", 1)}, Points: []Cloud{{"examples", []float64{-2, 1}, []float64{-.91, .84}}}},
			Plane{Title: "after", YLabel: "target", Lines: []Cloud{sampleWave("MAML", .9), sampleWave("the wave", 1)}}),
		"forest": Forest("Does depth matter?", "accuracy less that of 8 layers (higher is better)", .004,
			Row{"4 layers", eval.Estimate{Mean: -.006, Lo: -.011, Hi: -.001}, []float64{-.01, -.004, -.007, -.003, -.006}},
			Row{"16 layers", eval.Estimate{Mean: .001, Lo: -.003, Hi: .003}, []float64{.002, -.001, .003, 0, .001}}),
		"dots": Dots("Single family against mixture", "mean accuracy", families, dots),
	}
}

func sampleWave(name string, amplitude float64) Cloud {
	c := Cloud{Name: name}
	for x := -5.; x <= 5; x += .1 {
		c.X, c.Y = append(c.X, x), append(c.Y, amplitude*math.Sin(x))
	}
	return c
}

var sampleSpans = []Span{{"x", 2}, {"y", 1}, {"r", 1}}

func sampleCurves(seed uint64) []eval.Curve {
	rng := rand.New(rand.NewPCG(seed, 0))
	var out []eval.Curve
	for _, family := range []string{"proto", "pair", "amort"} {
		for i, learner := range []string{"ICL", "ProtoNet", "MatchNet", "CNP", "CNP-64", "Bayes"} {
			end := []float64{.94, .91, .86, .82, .93, .955}[i]
			out = append(out, sampleCurve(rng, learner, family, end, 50))
		}
	}
	return out
}

func sampleCurve(rng *rand.Rand, learner, family string, end float64, points int) eval.Curve {
	c := eval.Curve{Learner: learner, Family: family}
	for i := range points {
		n := i * 49 / (points - 1)
		mean := end - (end-.5)*math.Exp(-.15*float64(n)) + .004*rng.NormFloat64()
		half := .008 + .004*rng.Float64()
		c.N, c.Mean = append(c.N, n), append(c.Mean, mean)
		c.Lo, c.Hi = append(c.Lo, mean-half), append(c.Hi, mean+half)
	}
	return c
}

func sampleRun(rng *rand.Rand, learner string, end float64) eval.Curve {
	r := eval.Curve{Learner: learner}
	for step := 0; step < 12000; step += 10 {
		r.N = append(r.N, step)
		r.Mean = append(r.Mean, (end+(.69-end)*math.Exp(-float64(step)/2000))*(1+.1*rng.NormFloat64()))
	}
	return r
}

func estimates(means ...float64) []eval.Estimate {
	out := make([]eval.Estimate, len(means))
	for i, m := range means {
		out[i] = eval.Estimate{Mean: m, Lo: m - .004*float64(i+1), Hi: m + .004*float64(i+1)}
	}
	return out
}

// sampleTable is a table of estimates by the family that was trained and tested on.
func sampleTable(families []string, rows ...[]eval.Estimate) eval.Table {
	t := eval.Table{Header: append([]string{`trained on \ tested on`}, families...)}
	for i, row := range rows {
		cells, tints := []string{families[i]}, []float64(nil)
		for _, e := range row {
			cells, tints = append(cells, e.String()), append(tints, e.Mean)
		}
		t.Rows, t.Tints = append(t.Rows, cells), append(t.Tints, tints)
	}
	return t
}

// series are a learner's estimates, one for each group of dots.
func series(learner string, means ...float64) eval.Curve {
	return seriesOf(learner, estimates(means...)...)
}

func seriesOf(learner string, points ...eval.Estimate) eval.Curve {
	c := eval.Curve{Learner: learner}
	for _, e := range points {
		c.Add(e)
	}
	return c
}

// sampleScenes are a task and three decision maps of it.
func sampleScenes(rng *rand.Rand) (*datasets.Batch, []Scene) {
	b := datasets.NewBatch(1, 50, 2, 2)
	for n := range b.N {
		x := b.Point(0, n)
		x[0], x[1] = float32(rng.NormFloat64()), float32(rng.NormFloat64())
		if x[0]+x[1] > 0 {
			b.Y[n] = 1
		}
	}
	var scenes []Scene
	const n, g = 20, 32
	grid, err := Grid(b, 0, n, g)
	if err != nil {
		panic(err)
	}
	for k, name := range []string{"ICL", "ProtoNet", "MatchNet"} {
		probs := make([]float32, 0, g*g*2)
		for i := range g * g {
			x := grid.Point(i, n)
			score := 3 * (x[0] + x[1] + float32(k)*x[0]*x[1]/2)
			p := float32(1 / (1 + math.Exp(float64(-score))))
			probs = append(probs, 1-p, p)
		}
		scenes = append(scenes, Scene{Title: name, Batch: b, N: n, Probs: probs})
	}
	return b, scenes
}
