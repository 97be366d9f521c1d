package train

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
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
	path := filepath.Join(t.TempDir(), logFile)
	log := must(openLog(path, 0, nil))
	for s := 1; s <= 2000; s++ { // an entry every 4 steps
		step := Step{Step: s, Steps: 2000, Loss: float64(s), GradNorm: 1, Rate: float64(s) / 1e3}
		if s == 6 {
			step.Score = &Score{Loss: .5}
		}
		log.add(step)
	}
	state := must(log.save())
	entries := entries(t, must(readLog(path, 2000, state)))
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
	path := filepath.Join(t.TempDir(), logFile)
	lines := `{"step":10,"loss":1,"grad_norm":1,"rate":1}
{"step":20,"loss":2,"grad_norm":1,"rate":1}
{"step":30,"loss":3,"grad_norm":1,"rate":1}
{"step":40,"lo`
	if err := os.WriteFile(path, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	if e := entries(t, must(readLog(path, 100, nil))); len(e) != 3 {
		t.Errorf("%d entries; want the 3 whole ones", len(e))
	}
	log := must(openLog(path, 20, nil))
	log.add(Step{Step: 21, Steps: 21, Loss: math.Pi})
	state := must(log.save())
	e := entries(t, must(readLog(path, 21, state)))
	if len(e) != 3 || e[1].Step != 20 || e[2].Loss != math.Pi {
		t.Errorf("%+v; want steps 10, 20 and 21", e)
	}
	if text, err := readLog(filepath.Join(t.TempDir(), logFile), 21, state); text != nil || err != nil {
		t.Errorf("a run without a log gives %q, error %v", text, err)
	}
}

// TestInterruptedLog: stopped anywhere, a log goes on as if it had not been, and what was
// written after the checkpoint is dropped.
func TestInterruptedLog(t *testing.T) {
	step := func(s int) Step { return Step{Step: s, Steps: 4000, Loss: 1 / float64(s), GradNorm: float64(s)} }
	path := filepath.Join(t.TempDir(), logFile)
	whole := must(openLog(filepath.Join(t.TempDir(), logFile), 0, nil))
	for s := 1; s <= 300; s++ {
		whole.add(step(s))
	}
	log := must(openLog(path, 0, nil))
	for s := 1; s <= 300; s++ {
		log.add(step(s))
		if s == 137 || s == 200 {
			state := must(log.save())
			if s == 200 { // killed some steps after it
				log.add(step(208))
				must(log.save())
			}
			log = must(openLog(path, s, state))
		}
	}
	if !slices.Equal(log.text, whole.text) || !reflect.DeepEqual(log.sums, whole.sums) {
		t.Errorf("the log is\n%s%+v, want\n%s%+v", log.text, log.sums, whole.text, whole.sums)
	}
}

// TestDamagedLog: one flipped bit is an error, and the file is left as it is.
func TestDamagedLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), logFile)
	log := must(openLog(path, 0, nil))
	for s := 1; s <= 3; s++ {
		log.add(Step{Step: s, Steps: 3, Loss: 1})
	}
	state := must(log.save())
	good := must(os.ReadFile(path))
	for bit := range 8 * len(good) {
		bad := slices.Clone(good)
		bad[bit/8] ^= 1 << (bit % 8)
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := openLog(path, 3, state); err == nil || !strings.Contains(err.Error(), path) {
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
	if err := os.Mkdir(filepath.Join(dir, logFile), 0o700); err != nil {
		t.Fatal(err)
	}
	log := must(openLog(filepath.Join(dir, "none", logFile), 0, nil))
	if _, err := log.save(); err == nil || !strings.Contains(err.Error(), "cannot write the log") {
		t.Errorf("error %v; want one that the log cannot be written", err)
	}
	if _, err := openLog(filepath.Join(dir, logFile), 0, nil); err == nil {
		t.Error("a folder is read as a log")
	}
}
