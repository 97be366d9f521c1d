package multilevel_test

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/multilevel"
)

// TestSleepstudy: the REML estimates are those of lme4 (Bates, Mächler, Bolker and Walker, Journal of
// Statistical Software 67, 2015, §1.2: Reaction ~ Days + (Days | Subject)).
func TestSleepstudy(t *testing.T) {
	path := filepath.Join("..", "..", "..", "shared", "data", "rdatasets", "csv", "lme4", "sleepstudy.csv")
	if _, err := os.Stat(path); err != nil {
		t.Skip("no ../shared/data/rdatasets beside the checkout")
	}
	table, err := datasets.OpenTargets(path, "Reaction", datasets.GroupBy("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	g, err := table.Groups("Subject")
	if err != nil {
		t.Fatal(err)
	}
	var groups []*datasets.Batch
	for _, rows := range g.Rows {
		b := datasets.NewBatch(1, len(rows), 1, 0)
		for i, row := range rows {
			b.Point(0, i)[0], b.Z[i] = g.Table.X[row][0], g.Table.Z[row]
		}
		groups = append(groups, b)
	}
	m := mustMixed(t, groups, multilevel.Correlated)
	correlation := m.Cov[0][1] / math.Sqrt(m.Cov[0][0]*m.Cov[1][1])
	for name, v := range map[string]struct{ got, want, tolerance float64 }{
		"intercept": {m.Mean[0], 251.405, .001}, "slope": {m.Mean[1], 10.467, .001}, "noise": {m.Noise, 25.592, .01},
		"deviation of intercepts": {math.Sqrt(m.Cov[0][0]), 24.741, .1}, "deviation of slopes": {math.Sqrt(m.Cov[1][1]), 5.922, .02}, "correlation": {correlation, .066, .005},
	} {
		if !near(v.got, v.want, v.tolerance) {
			t.Errorf("%s: %.4f, want %.4f", name, v.got, v.want)
		}
	}
}
