package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/claim"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
)

// tiny is a study of two arms that takes moments: a user's own.
var tiny = study.Definition{Name: "tiny", Title: "more steps help", New: func(preset string) (*study.Study, error) {
	if preset == "paper" {
		return nil, errors.New("tiny is too small for a paper")
	}
	arm := func(name string, steps int) study.Arm {
		return study.Arm{Name: name, Learner: metalearner.ProtoNet{}, Tasks: synthetic.Proto{N: 8}, Recipe: train.Recipe{Steps: steps, Batch: 16, Rate: .02}}
	}
	return &study.Study{
		Seeds: 3, Arms: []study.Arm{arm("long", 60), arm("short", 1)}, Conditions: []study.Condition{study.On(synthetic.Proto{N: 8}, 200)},
		Report: func(_ context.Context, d *study.Data, r *study.Result) error {
			r.Tasks = 200
			gain := d.Difference(eval.Accuracy, "long", "short", "proto")
			r.Checks = []study.Check{study.Above("long − short", 0, gain)}
			r.Headline = study.Find("long − short", gain)
			r.Findings = []study.Finding{study.Find("accuracy of long", d.Mean(eval.Accuracy, "long", "proto"))}
			r.Add("accuracy", d.Curve(eval.Accuracy, "long", "proto"), d.Curve(eval.Accuracy, "short", "proto"))
			r.Figure = study.Figure{Title: "More steps", Rows: []study.Row{{Title: "{family}", Group: "accuracy"}}}
			return nil
		},
	}, nil
}}

// withSettings is tiny with settings, so that its result is kept.
var withSettings = study.Definition{Name: "kept", Group: "quick ones", Title: tiny.Title, New: func(preset string) (*study.Study, error) {
	s, err := tiny.New(preset)
	if err == nil {
		s.Settings = "none"
	}
	return s, err
}}

// reproduce runs the command over the library's studies and two more.
func reproduce(t *testing.T, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	root := &cobra.Command{Use: "goicl", SilenceUsage: true, SilenceErrors: true}
	root.PersistentFlags().String("backend", "go", "")
	root.AddCommand(reproduceCmd(append(claim.Registry(), tiny, withSettings)))
	var out, errs bytes.Buffer
	root.SetOut(&out)
	root.SetErr(&errs)
	root.SetArgs(append([]string{"reproduce"}, args...))
	err = root.ExecuteContext(t.Context())
	return out.String(), errs.String(), err
}

// TestRegisteredStudyIsListed: a study in the registry needs nothing else to be listed.
func TestRegisteredStudyIsListed(t *testing.T) {
	help, _, err := reproduce(t, "--help")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range append(claim.Registry(), tiny) {
		if !strings.Contains(help, d.Name) || !strings.Contains(help, d.Title) {
			t.Errorf("the help has no %s: %s\n%s", d.Name, d.Title, help)
		}
	}
	if _, _, err := reproduce(t, "huge"); err == nil || !strings.Contains(err.Error(), `unknown study "huge"; known: claim1, claim2, claim3, claim4, claim5, tiny, kept, and for several claims, quick ones or all`) {
		t.Errorf("error %v; want one that lists the studies", err)
	}
}

// TestRegisteredStudyRuns: it is made in parts, judged, printed in all forms and drawn.
func TestRegisteredStudyRuns(t *testing.T) {
	dir := t.TempDir()
	args := []string{"tiny", "--preset", "smoke", "--dir", dir}
	for _, shard := range []string{"1/2", "2/2"} {
		stdout, stderr, err := reproduce(t, append(args, "--shard", shard)...)
		if want := "tiny: part " + strings.Replace(shard, "/", " of ", 1) + " is done"; err != nil || stdout != "" || !strings.Contains(stderr, want) {
			t.Errorf("part %s: error %v, stdout %q, stderr %q", shard, err, stdout, stderr)
		}
	}
	runs, err := os.ReadDir(dir)
	if err != nil || len(runs) < 6 {
		t.Errorf("%d runs in the folder, error %v; want 6", len(runs), err)
	}
	stdout, _, err := reproduce(t, append(args, "--json")...)
	if err != nil {
		t.Fatal(err)
	}
	var doc reproduced
	if err := json.Unmarshal([]byte(stdout), &doc); err != nil || len(doc.Claims) != 1 || doc.Preset != "smoke" || doc.Seconds <= 0 || doc.Version == "" || !strings.Contains(doc.Machine, "cores, ") {
		t.Fatalf("error %v of the document %s", err, stdout)
	}
	c := doc.Claims[0]
	if c.Claim != "tiny" || c.Title != "more steps help" || c.Seeds != 3 || len(c.Checks) != 1 || c.Checks[0].Status != study.Pass || c.Verdict != study.Reproduced || len(c.Findings) != 1 {
		t.Errorf("%+v", c)
	}
	if len(c.Runs) != 6 || len(c.Engines) == 0 || len(c.Checks[0].Seeds) != 3 || c.Findings[0].ID != "tiny.finding.1" || c.Checks[0].ID == "" {
		t.Errorf("%+v", c)
	}
	text, _, err := reproduce(t, args...)
	if err != nil || !strings.Contains(text, "REPRODUCED (preset smoke, 3 seeds, 200 test tasks each)") || !strings.Contains(text, "  pass  long − short") {
		t.Errorf("error %v, text\n%s", err, text)
	}
	row, _, err := reproduce(t, append(args, "--markdown")...)
	if err != nil || !strings.HasPrefix(row, study.MarkdownHeader) || !strings.Contains(row, "| **tiny: more steps help** | **reproduced** | long − short | +0.") {
		t.Errorf("error %v, table\n%s", err, row)
	}
	drawn := filepath.Join(t.TempDir(), "tiny.svg")
	if _, _, err := reproduce(t, append(args, "--figure", drawn)...); err != nil {
		t.Fatal(err)
	}
	if svg, err := os.ReadFile(drawn); err != nil || !strings.Contains(string(svg), "<svg") {
		t.Errorf("the figure is %d bytes, error %v", len(svg), err)
	}
	folder := filepath.Join(t.TempDir(), "x.svg")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if text, _, err := reproduce(t, append(args, "--figure", folder)...); err == nil || text != "" || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("error %v, text %q of a figure that cannot be written", err, text)
	}
	if _, _, err := reproduce(t, append(args, "--figure", drawn+".txt")...); err == nil || !strings.Contains(err.Error(), "txt") {
		t.Errorf("error %v of a figure in no format", err)
	}
}

// TestVerdictWithoutFigure: the verdict is printed although the figure cannot be drawn.
func TestVerdictWithoutFigure(t *testing.T) {
	plain := tiny
	plain.Name, plain.New = "plain", func(preset string) (*study.Study, error) {
		s, err := tiny.New(preset)
		if err == nil {
			report := s.Report
			s.Report = func(ctx context.Context, d *study.Data, r *study.Result) error {
				defer func() { r.Figure = study.Figure{} }()
				return report(ctx, d, r)
			}
		}
		return s, err
	}
	cmd := reproduceCmd(study.Registry{plain})
	cmd.Flags().String("backend", "go", "")
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	var out bytes.Buffer
	cmd.SetOut(&out)
	drawn := filepath.Join(t.TempDir(), "x.png")
	cmd.SetArgs([]string{"plain", "--preset", "smoke", "--dir", t.TempDir(), "--figure", drawn})
	err := cmd.ExecuteContext(t.Context())
	if err == nil || !strings.Contains(err.Error(), "plain has no main figure") || !strings.Contains(out.String(), "REPRODUCED") {
		t.Errorf("error %v, output %q; want the verdict, and why there is no figure", err, out.String())
	}
	if _, err := os.Stat(drawn); err == nil {
		t.Error("there is a figure")
	}
}

// TestList: without a name, studies are listed with what they cost, and with their verdict once
// they were made; nothing is trained. A group stands for its studies.
func TestList(t *testing.T) {
	dir := t.TempDir()
	list := func() string {
		text, _, err := reproduce(t, "--preset", "smoke", "--dir", dir)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	if text := list(); !strings.Contains(text, "kept") || strings.Count(text, "not made yet") != len(claim.Registry())+2 || !strings.Contains(text, "claims, quick ones or all make several") {
		t.Errorf("the list is\n%s", text)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) > 0 {
		t.Errorf("listing has left %d files, error %v", len(files), err)
	}
	if _, _, err := reproduce(t, "quick ones", "--preset", "smoke", "--dir", dir); err != nil {
		t.Fatal(err)
	}
	if text := list(); !regexp.MustCompile(`kept +0 +reproduced`).MatchString(text) || strings.Count(text, "not made yet") != len(claim.Registry())+1 {
		t.Errorf("the list is\n%s", text)
	}
}

// TestSeedsFlag: it overrides the preset's, and runs of more seeds are added to those that
// there are.
func TestSeedsFlag(t *testing.T) {
	dir := t.TempDir()
	for _, seeds := range []string{"2", "4"} {
		text, _, err := reproduce(t, "tiny", "--preset", "smoke", "--dir", dir, "--seeds", seeds)
		if err != nil || !strings.Contains(text, "(preset smoke, "+seeds+" seeds, ") {
			t.Errorf("--seeds %s: error %v, text\n%s", seeds, err, text)
		}
	}
}

// TestWrongReproduce: what is wrong is a usage error, which gives exit status 2, before
// anything is trained. A study that cannot be made is one, too.
func TestWrongReproduce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	for args, want := range map[string]string{
		"tiny --preset huge":                   `unknown preset "huge"; known: smoke, quick, paper`,
		"tiny --preset paper":                  "tiny is too small for a paper",
		"tiny --seeds 1":                       "--seeds 1 gives no interval over seeds; want at least 2",
		"tiny --seeds -3":                      "--seeds -3",
		"tiny --seeds 0":                       "--seeds 0",
		"tiny --budget -1s":                    "--budget -1s; want a positive time, such as 10m",
		"tiny --shard 3/2":                     "--shard 3/2; want i/n with 1 ≤ i ≤ n, such as 2/8",
		"tiny --shard 0/2":                     "--shard 0/2",
		"tiny --shard 1/2/3":                   "--shard 1/2/3",
		"tiny --shard x":                       "--shard x",
		"tiny --engine gpu":                    `unknown engine "gpu"; want lanes or gomlx`,
		"tiny claim2 --figure x.png":           "--figure draws one study; name it",
		"--figure x.png":                       "--figure without a study; name one, such as: goicl reproduce claim1 --figure",
		"all --preset huge":                    `unknown preset "huge"`,
		"tiny nobody --preset smoke":           `unknown study "nobody"`,
		"claim2 tiny --preset smoke --seeds 1": "--seeds 1",
	} {
		stdout, _, err := reproduce(t, append(strings.Fields(args), "--dir", dir)...)
		var usage usageError
		if err == nil || !strings.Contains(err.Error(), want) || !errors.As(err, &usage) || stdout != "" {
			t.Errorf("goicl reproduce %s: error %v, stdout %q; want a usage error with %q", args, err, stdout, want)
		}
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("wrong calls have trained something")
	}
}

// TestFigureOfStudy: the figure has a panel for each family of each row, with the learners
// that the row names.
func TestFigureOfStudy(t *testing.T) {
	r := &study.Result{Figure: study.Figure{Title: "All", XLabel: "steps", LogX: true, Rows: []study.Row{
		{Title: "{family}, alone", Group: "a", Learners: []string{"ICL"}}, {Title: "{family}, mixed", Group: "b", YMax: 2},
	}}}
	curve := func(learner, family string) eval.Curve {
		return eval.Curve{Learner: learner, Family: family, N: []int{1, 10}, Mean: []float64{.5, .6}, Lo: []float64{.4, .5}, Hi: []float64{.6, .7}}
	}
	r.Add("a", curve("ICL", "pair"), curve("CNP", "pair"))
	r.Add("b", curve("ICL", "pair"), curve("ICL", "proto"))
	alt := figureOf(r).Alt()
	if !strings.Contains(alt, "pair, alone") || !strings.Contains(alt, "proto, mixed") || strings.Contains(alt, "CNP") || !strings.Contains(alt, "All") {
		t.Errorf("the figure shows %q", alt)
	}
}
