package train

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLogAverages: an entry has the mean loss and gradient of the steps since the last
// one, and the rate and score of its own step.
func TestLogAverages(t *testing.T) {
	path := filepath.Join(t.TempDir(), logFile)
	log, err := openLog(path, 0)
	if err != nil {
		t.Fatal(err)
	}
	for s := 1; s <= 2000; s++ { // an entry every 4 steps
		step := Step{Step: s, Steps: 2000, Loss: float64(s), GradNorm: 1, Rate: float64(s) / 1e3}
		if s == 6 {
			step.Score = &Score{Loss: .5}
		}
		log.add(step)
	}
	if err := log.close(); err != nil {
		t.Fatal(err)
	}
	entries, err := readLog(path)
	if err != nil || len(entries) != 501 {
		t.Fatalf("%d entries, error %v; want 500 and that of the score", len(entries), err)
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

// TestLogIsRepaired: a line that a crash cut short, and entries of steps that were not
// saved, are dropped where the log is opened again.
func TestLogIsRepaired(t *testing.T) {
	path := filepath.Join(t.TempDir(), logFile)
	lines := `{"step":10,"loss":1,"grad_norm":1,"rate":1}
{"step":20,"loss":2,"grad_norm":1,"rate":1}
{"step":30,"loss":3,"grad_norm":1,"rate":1}
{"step":40,"lo`
	if err := os.WriteFile(path, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	if entries, err := readLog(path); err != nil || len(entries) != 3 {
		t.Errorf("%d entries, error %v; want the 3 whole ones", len(entries), err)
	}
	log, err := openLog(path, 20)
	if err != nil {
		t.Fatal(err)
	}
	log.add(Step{Step: 21, Steps: 21, Loss: math.Pi})
	if err := log.close(); err != nil {
		t.Fatal(err)
	}
	entries, err := readLog(path)
	if err != nil || len(entries) != 3 || entries[1].Step != 20 || entries[2].Loss != math.Pi {
		t.Errorf("%+v, error %v; want steps 10, 20 and 21", entries, err)
	}
	if entries, err := readLog(filepath.Join(t.TempDir(), logFile)); entries != nil || err != nil {
		t.Errorf("a run without a log gives %v, error %v", entries, err)
	}
}

// TestUnwritableLog: the error says that it is the log.
func TestUnwritableLog(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, logFile), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := openLog(filepath.Join(dir, "none", logFile), 0); err == nil || !strings.Contains(err.Error(), "cannot write the log") {
		t.Errorf("error %v; want one that the log cannot be written", err)
	}
	if _, err := openLog(filepath.Join(dir, logFile), 0); err == nil {
		t.Error("a folder is read as a log")
	}
}
