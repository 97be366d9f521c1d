package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goicl/goicl/internal/lanes"
	"github.com/goicl/goicl/internal/parity"
	"github.com/goicl/goicl/kernels"
)

// document decodes what a command printed: one JSON document and nothing else.
func document(t *testing.T, stdout string, into any) {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(stdout))
	if err := dec.Decode(into); err != nil {
		t.Fatalf("%v in %q", err, stdout)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		t.Errorf("something follows the document: %v", err)
	}
}

func TestDoctorJSON(t *testing.T) {
	status, stdout, stderr := goicl("doctor", "--json")
	var report kernels.Report
	document(t, stdout, &report)
	fits(t, "doctor", stdout)
	if len(report.Checks) < 5 || report.OK != (status == 0) || report.OK != (stderr == "") {
		t.Errorf("status %d, report %+v, stderr %q", status, report, stderr)
	}
}

func TestDoctorText(t *testing.T) {
	report := kernels.Report{Checks: []kernels.Check{
		{Name: "go", State: "ok", Detail: "go1.26.5"},
		{Name: "python", State: "broken", Detail: "gone", Next: "install it"},
	}}
	var out bytes.Buffer
	if err := printReport(&out, report, false); err != nil {
		t.Fatal(err)
	}
	want := "ok       go            go1.26.5\nbroken   python        gone\n                       → install it\n"
	if out.String() != want {
		t.Errorf("printed\n%s\nwant\n%s", out.String(), want)
	}
}

// TestBenchJSON: progress goes to standard error, the results to standard output.
func TestBenchJSON(t *testing.T) {
	if ok, reason := lanes.Available(); !ok {
		t.Skip(reason)
	}
	args := []string{"bench", "step-peak", "--tasks", "2", "--time", "1ns"}
	status, stdout, stderr := goicl(append(args, "--json")...)
	var doc struct {
		Machine string
		Results []map[string]any
	}
	document(t, stdout, &doc)
	fits(t, "bench", stdout)
	if status != 0 || doc.Machine == "" || len(doc.Results) != 2 || !strings.Contains(stderr, "in turn") {
		t.Errorf("status %d, document %+v, stderr %q", status, doc, stderr)
	}
	for _, key := range []string{"name", "goicl_ms", "peer", "peer_ms", "ratio"} {
		if doc.Results[0][key] == nil {
			t.Errorf("a result lacks %s: %v", key, doc.Results[0])
		}
	}
	status, stdout, _ = goicl(args...)
	if lines := strings.Split(stdout, "\n"); status != 0 || lines[0] != doc.Machine || !strings.HasPrefix(lines[1], "name ") || len(lines) != 5 {
		t.Errorf("status %d, the table is\n%s", status, stdout)
	}
}

func TestParityOutput(t *testing.T) {
	small, large := 1e-7, .5
	report := parity.Report{Backend: "go", LogitsF32: &small, GradF64: &large}
	var doc map[string]any
	var out bytes.Buffer
	if err := printParity(&out, report, true); err != nil {
		t.Fatal(err)
	}
	document(t, out.String(), &doc)
	fits(t, "parity", out.String())
	if doc["backend"] != "go" || doc["logits_f32"] != 1e-7 || doc["grad_f64"] != .5 || doc["pass"] != false {
		t.Errorf("the document is %v", doc)
	}
	out.Reset()
	if err := printParity(&out, report, false); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 4 || lines[3] != "FAIL" || !strings.Contains(lines[1], "logits, float32") || !strings.Contains(lines[2], "5.0e-01  (limit ") {
		t.Errorf("the text is\n%s", out.String())
	}
}

// TestParityWithoutFile: anybody can compare, with numbers that goicl makes or that it has written.
func TestParityWithoutFile(t *testing.T) {
	status, stdout, stderr := goicl("parity", "--backend", "go", "--json")
	if status != 0 || !strings.Contains(stdout, `"pass":true`) {
		t.Errorf("status %d, stdout %q, stderr %q", status, stdout, stderr)
	}
	fits(t, "parity", stdout)
	path := filepath.Join(t.TempDir(), "p.safetensors")
	if status, stdout, stderr := goicl("parity", "--make", path, "--seed", "3"); status != 0 || stdout != "" || !strings.Contains(stderr, "wrote 876 weights") {
		t.Errorf("status %d, stdout %q, stderr %q", status, stdout, stderr)
	}
	if status, stdout, stderr := goicl("parity", path, "--backend", "go"); status != 0 || !strings.HasSuffix(stdout, "pass\n") {
		t.Errorf("status %d, stdout %q, stderr %q", status, stdout, stderr)
	}
}

// TestReproduce runs the smallest experiment, as JSON, and prints its stored result in the
// two other forms.
func TestReproduce(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for seconds")
	}
	args := []string{"reproduce", "claim4", "--preset", "smoke", "--backend", "go", "--dir", t.TempDir()}
	status, stdout, stderr := goicl(append(args, "--json")...)
	if status != 0 {
		t.Fatalf("status %d: %s", status, stderr)
	}
	var doc struct {
		Preset string
		Claims []struct {
			Claim, Title, Verdict string
			Checks                []map[string]any
		}
	}
	document(t, stdout, &doc)
	if len(doc.Claims) != 1 || doc.Claims[0].Claim != "claim4" || doc.Claims[0].Verdict == "" || len(doc.Claims[0].Checks) == 0 || doc.Preset != "smoke" {
		t.Fatalf("the document is %+v", doc)
	}
	c := doc.Claims[0]
	if _, text, _ := goicl(args...); !strings.Contains(text, c.Title) || !strings.Contains(text, strings.ToUpper(c.Verdict)) || !strings.Contains(text, "want ") {
		t.Errorf("the text is\n%s", text)
	}
	if _, table, _ := goicl(append(args, "--markdown")...); strings.Count(table, "\n") < 4 || !strings.Contains(table, "|---") || !strings.Contains(table, c.Verdict) {
		t.Errorf("the table is\n%s", table)
	}
}

// TestShard: a part of the runs gives no verdict and prints nothing on standard output.
func TestShard(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for seconds")
	}
	dir := t.TempDir()
	status, stdout, stderr := goicl("reproduce", "claim4", "--preset", "smoke", "--backend", "go", "--dir", dir, "--shard", "8/8")
	if status != 0 || stdout != "" || !strings.Contains(stderr, "claim4: part 8 of 8 is done; without --shard the same command prints the verdict") {
		t.Errorf("status %d, stdout %q, stderr %q", status, stdout, stderr)
	}
	if runs, err := os.ReadDir(dir); err != nil || len(runs) == 0 {
		t.Errorf("no runs were made: %v, %v", runs, err)
	}
}

// TestRunCheck reports each notebook that is unfit, not only the first.
func TestRunCheck(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"a.ipynb", "b.ipynb"} {
		if err := os.WriteFile(name, []byte(`{"nbformat":4,"metadata":{"kernelspec":{"name":"gonb"}},"cells":[]}`), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	status, stdout, stderr := goicl("run", "--check", "a.ipynb", "b.ipynb")
	if status != 1 || stdout != "" || !strings.Contains(stderr, "a.ipynb: no cell has an output") || !strings.Contains(stderr, "b.ipynb") {
		t.Errorf("status %d, stdout %q, stderr %q", status, stdout, stderr)
	}
}

// TestRunCheckQuotes reports each number in a text that is not that of the output above.
func TestRunCheckQuotes(t *testing.T) {
	t.Chdir(t.TempDir())
	const cells = `{"cell_type":"code","source":"x","execution_count":1,"outputs":[{"output_type":"stream","name":"stdout","text":"ICL .581\n"}]},
		{"cell_type":"markdown","source":".58<!-- ICL -->, not .57<!-- ICL --> nor .5<!-- CNP -->"}`
	if err := os.WriteFile("a.ipynb", []byte(`{"nbformat":4,"metadata":{"kernelspec":{"name":"gonb"}},"cells":[`+cells+`]}`), 0o644); err != nil {
		t.Fatal(err)
	}
	status, stdout, stderr := goicl("run", "--check", "a.ipynb")
	if status != 1 || stdout != "" || strings.Contains(stderr, ".58 ") ||
		!strings.Contains(stderr, `a.ipynb: cell 2 of the file quotes .57 from "ICL", but the output above says "ICL .581"`) || !strings.Contains(stderr, "quotes .5 from") {
		t.Errorf("status %d, stdout %q, stderr %q", status, stdout, stderr)
	}
}

// TestFindRun: a run is meant by its whole name, or by the beginning of one.
func TestFindRun(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"ICL-mix-1", "ICL-mix-12", "CNP-mix-1"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for given, want := range map[string]string{"CNP": "CNP-mix-1", "ICL-mix-1": "ICL-mix-1", "ICL-mix-12": "ICL-mix-12"} {
		if got, err := findRun(dir, given); err != nil || filepath.Base(got) != want {
			t.Errorf("%s is found as %s, %v; want %s", given, got, err, want)
		}
	}
	_, err := findRun(dir, "ICL")
	if err == nil || !strings.Contains(err.Error(), `2 runs begin with "ICL": ICL-mix-1, ICL-mix-12`) {
		t.Errorf("an ambiguous name: %v", err)
	}
	if got := list([]string{"a", "b", "c", "d", "e", "f"}); got != "a, b, c, d, e, …" {
		t.Errorf("a long list is %q", got)
	}
}
