package train

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/icl/train/internal/rundir"
)

// entries parses the text of a log.
func entries(t *testing.T, text []byte) []Entry {
	t.Helper()
	var all []Entry
	for line := range strings.Lines(string(text)) {
		var e Entry
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

// TestLogAverages: an entry has the mean loss and gradient of the steps since the last
// one, and the rate and score of its own step.
func TestLogAverages(t *testing.T) {
	d := rundir.Dir{Path: t.TempDir()}
	log := must(d.OpenLog(0, nil))
	for s := 1; s <= 2000; s++ { // an entry every 4 steps
		step := Step{Step: s, Steps: 2000, Loss: float64(s), GradNorm: 1, Rate: float64(s) / 1e3}
		if s == 6 {
			step.Score = &Score{Loss: .5}
		}
		addToLog(log, step)
	}
	state := must(log.Save())
	entries := entries(t, must(d.ReadLog(2000, state)))
	if len(entries) != 501 {
		t.Fatalf("%d entries; want 500 and that of the score", len(entries))
	}
	for i, want := range []Entry{{Step: 4, Loss: 2.5, GradNorm: 1, Rate: .004}, {Step: 6, Loss: 5.5, GradNorm: 1, Rate: .006}, {Step: 8, Loss: 7.5, GradNorm: 1, Rate: .008}} {
		got := entries[i]
		if (got.Score != nil) != (i == 1) {
			t.Errorf("entry %d has score %v", i, got.Score)
		}
		got.Score = nil
		if got != want {
			t.Errorf("entry %d is %+v, want %+v", i, got, want)
		}
	}
}

// TestLogOfFormat2: without a state of the log, a line that a crash cut short and entries of
// steps that were not saved are dropped where the log is opened again.
func TestLogOfFormat2(t *testing.T) {
	d := rundir.Dir{Path: t.TempDir()}
	path := filepath.Join(d.Path, rundir.LogFile)
	lines := `{"step":10,"loss":1,"grad_norm":1,"rate":1}
{"step":20,"loss":2,"grad_norm":1,"rate":1}
{"step":30,"loss":3,"grad_norm":1,"rate":1}
{"step":40,"lo`
	if err := os.WriteFile(path, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	if e := entries(t, must(d.ReadLog(100, nil))); len(e) != 3 {
		t.Errorf("%d entries; want the 3 whole ones", len(e))
	}
	log := must(d.OpenLog(20, nil))
	addToLog(log, Step{Step: 21, Steps: 21, Loss: math.Pi})
	state := must(log.Save())
	e := entries(t, must(d.ReadLog(21, state)))
	if len(e) != 3 || e[1].Step != 20 || e[2].Loss != math.Pi {
		t.Errorf("%+v; want steps 10, 20 and 21", e)
	}
	if text, err := (rundir.Dir{Path: t.TempDir()}).ReadLog(21, state); text != nil || err != nil {
		t.Errorf("a run without a log gives %q, error %v", text, err)
	}
}

// TestInterruptedLog: stopped anywhere, a log goes on as if it had not been, and what was
// written after the checkpoint is dropped.
func TestInterruptedLog(t *testing.T) {
	step := func(s int) Step { return Step{Step: s, Steps: 4000, Loss: 1 / float64(s), GradNorm: float64(s)} }
	d := rundir.Dir{Path: t.TempDir()}
	whole := must(rundir.Dir{Path: t.TempDir()}.OpenLog(0, nil))
	for s := 1; s <= 300; s++ {
		addToLog(whole, step(s))
	}
	log := must(d.OpenLog(0, nil))
	for s := 1; s <= 300; s++ {
		addToLog(log, step(s))
		if s == 137 || s == 200 {
			state := must(log.Save())
			if s == 200 { // killed some steps after it
				addToLog(log, step(208))
				must(log.Save())
			}
			log = must(d.OpenLog(s, state))
		}
	}
	got, want := must(log.Save()), must(whole.Save())
	if *got != *want {
		t.Errorf("the log is %+v, want %+v", got, want)
	}
}

// TestDamagedLog: one flipped bit is an error, and the file is left as it is.
func TestDamagedLog(t *testing.T) {
	d := rundir.Dir{Path: t.TempDir()}
	path := filepath.Join(d.Path, rundir.LogFile)
	log := must(d.OpenLog(0, nil))
	for s := 1; s <= 3; s++ {
		addToLog(log, Step{Step: s, Steps: 3, Loss: 1})
	}
	state := must(log.Save())
	good := must(os.ReadFile(path))
	for bit := range 8 * len(good) {
		bad := slices.Clone(good)
		bad[bit/8] ^= 1 << (bit % 8)
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := d.OpenLog(3, state); err == nil || !strings.Contains(err.Error(), path) {
			t.Fatalf("bit %d: error %v", bit, err)
		}
		if !slices.Equal(must(os.ReadFile(path)), bad) {
			t.Fatal("the file was changed")
		}
	}
}

// TestUnwritableLog: the error says that it is the log.
func TestUnwritableLog(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, rundir.LogFile), 0o700); err != nil {
		t.Fatal(err)
	}
	log := must(rundir.Dir{Path: filepath.Join(dir, "none")}.OpenLog(0, nil))
	if _, err := log.Save(); err == nil || !strings.Contains(err.Error(), "cannot write the log") {
		t.Errorf("error %v; want one that the log cannot be written", err)
	}
	if _, err := (rundir.Dir{Path: dir}).OpenLog(0, nil); err == nil {
		t.Error("a folder is read as a log")
	}
}
