package main

import (
	"bytes"
	"context"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// empty stands for "" in the table of wrong calls.
const empty = "EMPTY"

// oneLine fails unless stderr is one line of goicl's with that text.
func oneLine(t *testing.T, args []string, stderr, says string) {
	t.Helper()
	if !strings.HasPrefix(stderr, "goicl: ") || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, says) {
		t.Errorf("goicl %q: stderr %q, want one line with %q", args, stderr, says)
	}
}

// wrong are calls with wrong arguments, by command, and what the message has to hold.
var wrong = map[string][]struct{ args, says string }{
	"": {
		{"labb", `unknown command "labb"`},
		{"--colour", "unknown flag: --colour; see \"goicl --help\""},
	},
	"lab": {
		{"--port x", `invalid argument "x" for "--port"`},
		{"--port 65536", "--port 65536 does not exist; choose one from 1 to 65535"},
		{"--port -1", "--port -1 does not exist"},
		{"notebooks", "goicl lab --help"},
	},
	"book": {
		{"", "accepts 1 arg(s), received 0; see \"goicl book --help\""},
		{"a b", "accepts 1 arg(s), received 2"},
	},
	"run": {
		{"", "requires at least 1 arg(s), only received 0; see \"goicl run --help\""},
		{"a.ipynb --preset huge", `unknown preset "huge"; use smoke, quick, paper`},
		{"a.ipynb --timeout -1s", "--timeout -1s is negative; use 0 for no limit"},
		{"a.ipynb --timeout soon", "goicl run --help"},
	},
	"reproduce": {
		{"claim9", `unknown study "claim9"; known: claim1, claim2`},
		{"all --preset huge", `"huge"`},
		{"claim2 --seeds 1", "--seeds 1 gives no interval over seeds; want at least 2"},
		{"claim2 --engine gpu", `unknown engine "gpu"; want lanes or gomlx`},
		{"claim2 --shard 3/2", "--shard 3/2; want i/n with 1 ≤ i ≤ n, such as 2/8"},
		{"claim2 --shard 0/2", "--shard 0/2"},
		{"claim2 --shard 1", "--shard 1;"},
		{"claim2 --shard a/b", "--shard a/b"},
		{"claim2 claim3 --figure x.png", "--figure draws one study; name it"},
		{"claim2 --budget -1s", "--budget -1s; want a positive time"},
		{"claim2 --colour", "goicl reproduce --help"},
		{"claim2 --json --markdown", "--json and --markdown exclude each other; choose one"},
		{"claim2 --shard 1/2 --json", "--shard makes runs and prints nothing"},
		{"claim2 --shard EMPTY", "--shard ; want i/n"},
		{"claim2 --budget 0s", "--budget 0s; want a positive time"},
		{"claim2 --figure x.txt", `--figure x.txt: unknown extension ".txt"; use .png or .svg`},
		{"claim2 --figure EMPTY", `--figure "" names nothing`},
		{"claim2 --dir EMPTY", `--dir "" names nothing; leave it out, or give a name`},
		{"claim2 --seeds 100000000", "--seeds 100000000; want at most 10000"},
		{"claim2 --backend nosuch", `--backend: backend: "nosuch": unknown backend; use lanes, go, xla`},
		{"claim2 claim2", "a study is named twice"},
		{"all claim2", "a study is named twice: all, claim2"},
		{"EMPTY", `unknown study ""`},
	},
	"longrun": {
		{"fast", `unknown recipe "fast"; known: authors, clipped, decayed`},
		{"authors --steps 10", "10 steps and 2048 test tasks; want at least 1000 and 1"},
		{"authors --tests 0", "0 test tasks; want at least 1000 and 1"},
		{"--steps many", "goicl longrun --help"},
		{"--steps -1", "-1 steps"},
		{"--steps 10000000000", "10000000000 steps; want at most 2147483647"},
		{"--tests 1000000000", "1000000000 tasks of 50 points in 2 dimensions are too many values"},
		{"authors authors", "two arms called"},
		{"authors --figure x", `unknown extension ""; use .png or .svg or .pdf`},
		{"authors --dir EMPTY", `--dir "" names nothing`},
		{"authors --backend gpu", "unknown backend"},
	},
	"data": {
		{"", "data needs list or get NAME"},
		{"fetch", `unknown command "fetch"`},
		{"list omniglot", "omniglot"},
		{"get", "requires at least 1 arg"},
		{"get nosuch", `no data set is called "nosuch"; known: omniglot, mnist, fashion-mnist`},
		{"get omniglot --from EMPTY", "--from"},
	},
	"sample": {
		{"", "goicl sample --help"},
		{"foo", `unknown family "foo"; known: proto`},
		{"proto -n 0", "0 tasks; want at least 1"},
		{"proto -o EMPTY", `--output "" names nothing`},
		{"proto -o x.csv", `--output x.csv: unknown extension ".csv"; use .npz`},
		{"proto -n 1000000000000", "too many values"},
		{"proto --points -1", "-1 points"},
		{"proto --sigma NaN", "NaN"},
		{"proto --sigma 0", "0"},
		{"proto --seed -1", `invalid argument "-1" for "--seed"`},
	},
	"export": {
		{"", "accepts 1 arg(s), received 0; see \"goicl export --help\""},
		{"a b", "received 2"},
		{"a -o w.pt", `--output w.pt: unknown extension ".pt"; use .safetensors or .npz`},
		{"a -o EMPTY", `--output "" names nothing`},
		{"EMPTY", `the run is ""`},
		{"a --dir EMPTY", `--dir "" names nothing`},
	},
	"predict": {
		{"a.csv --target y", "accepts 2 arg(s), received 1; see \"goicl predict --help\""},
		{"a.csv b.csv", "--target names the column to predict"},
		{"a.csv b.csv --target y --steps -1", "--steps -1; want a positive number"},
		{"a.csv b.csv --target y --members 0", "--members 0; want 1 to 1000"},
		{"a.csv b.csv --target y -o p.xlsx", `--output p.xlsx: unknown extension ".xlsx"; use .csv`},
		{"a.csv b.csv --target y -o EMPTY", `--output "" names nothing`},
	},
	"rank": {
		{"tables", "goicl rank --help"},
		{"--rows 1", "--rows 1; want 2 to 1000"},
		{"--splits 1", "--splits 1 of 4 numbers of rows; want at least 2"},
		{"--only some", "--only some; want tables or groups"},
		{"--only groups --peers", "--peers is for the tables"},
		{"--given 4,2", "[4 2] given rows; want rising numbers from 1 to 7"},
		{"--given 8", "[8] given rows"},
		{"--draws 0", "5 folds and 0 draws"},
		{"--data EMPTY", `--data "" names nothing`},
	},
	"parity": {
		{"a b", "goicl parity --help"},
		{"a --make b.safetensors", "--make writes a file and reads none"},
		{"--make b.npz", `--make b.npz: unknown extension ".npz"; use .safetensors`},
		{"a --seed 2", "--seed is for numbers that goicl makes; leave it out with the file a"},
		{"--make b.safetensors --json", "--make prints nothing; leave out --json"},
		{"--make EMPTY", `--make "" names nothing`},
		{"f.safetensors --engine torch", `unknown engine "torch"; want gomlx or lanes`},
	},
	"bench": {
		{"steps", `unknown benchmark "steps"; known: step, step-sampling, step-peak, kernels, regression-step, regression-paper, m2-step, learner-step, compare, cells, claims, claim1`},
		{"--tasks 0", "--tasks [0]; want batch sizes from 1"},
		{"--tasks 100000", "--tasks [100000]"},
		{"--time 0s", "--time 0s; want a positive time"},
		{"--time soon", "soon"},
	},
	"kernel": {
		{"remove", "goicl kernel"},
		{"install --user --prefix x", "--user and --prefix x exclude each other; choose one"},
		{"install here", "goicl kernel install --help"},
		{"install --prefix EMPTY", `--prefix "" names nothing`},
	},
	"doctor": {
		{"now", "goicl doctor --help"},
		{"--xml", "unknown flag: --xml"},
		{"--backend nosuch", "unknown backend"},
	},
}

// TestWrongUsage: wrong usage gives status 2, one line with what to do, nothing on standard
// output, and has no effect.
func TestWrongUsage(t *testing.T) {
	t.Chdir(t.TempDir())
	stopped, cancel := context.WithCancel(t.Context())
	cancel() // a call that is taken for a good one ends at once
	for _, cmd := range newRootCmd().Commands() {
		if len(wrong[cmd.Name()]) == 0 && cmd.Name() != "help" && cmd.Name() != "completion" {
			t.Errorf("no wrong call of %q is tested", cmd.Name())
		}
	}
	for name, calls := range wrong {
		t.Run("goicl "+name, func(t *testing.T) {
			for _, call := range calls {
				args := strings.Fields(name + " " + call.args)
				for i, arg := range args {
					args[i] = strings.ReplaceAll(arg, empty, "")
				}
				var out, errs bytes.Buffer
				status := execute(stopped, args, &out, &errs)
				stdout, stderr := out.String(), errs.String()
				if status != 2 || stdout != "" {
					t.Errorf("goicl %q: status %d, stdout %q; want 2 and nothing", args, status, stdout)
				}
				oneLine(t, args, stderr, call.says)
			}
		})
	}
	if left, err := filepath.Glob("*"); err != nil || len(left) > 0 {
		t.Errorf("wrong calls wrote %v, %v", left, err)
	}
}

// TestFailures: a good call that cannot be done has status 1 and says on one line what to do.
func TestFailures(t *testing.T) {
	dir := t.TempDir()
	none := filepath.Join(dir, "none")
	t.Chdir(dir)
	for name, test := range map[string]struct{ args, says string }{
		"no such notebook":    {"run none.ipynb", "cannot read the notebook none.ipynb"},
		"check of no file":    {"run --check none.ipynb none.ipynb", "cannot read the notebook"},
		"lab elsewhere":       {"lab", "lies in no Go module, and this goicl was built from source"},
		"book elsewhere":      {"book site", "lies in no Go module"},
		"bad prefix":          {"kernel install --prefix " + none, "is no folder"},
		"no parity file":      {"parity none.safetensors", "none.safetensors"},
		"no lanes parity":     {"parity none.safetensors --engine lanes", "none.safetensors"},
		"no runs":             {"export ICL --dir " + none, "say where runs are kept with --dir"},
		"unwritable tasks":    {"sample proto -o none/tasks.npz", "no such file or directory"},
		"peers elsewhere":     {"rank --peers", "--peers: "},
		"cells elsewhere":     {"bench cells", "start goicl in one"},
		"unwritable figure":   {"reproduce claim4 --preset smoke --figure none/x.png", "make the folder first"},
		"unwritable data dir": {"reproduce claim4 --preset smoke --backend go --dir /dev/null/runs", "/dev/null"},
	} {
		t.Run(name, func(t *testing.T) {
			args := strings.Fields(test.args)
			status, stdout, stderr := goicl(args...)
			if status != 1 || stdout != "" {
				t.Errorf("goicl %q: status %d, stdout %q; want 1 and nothing", args, status, stdout)
			}
			oneLine(t, args, stderr, test.says)
		})
	}
}

// TestHelp: help is no failure, goes to standard output, and lists every command.
func TestHelp(t *testing.T) {
	for _, args := range [][]string{nil, {"--help"}, {"help"}} {
		status, stdout, stderr := goicl(args...)
		if status != 0 || stderr != "" {
			t.Errorf("goicl %q: status %d, stderr %q", args, status, stderr)
		}
		for _, newCmd := range commands {
			cmd := newCmd()
			if !strings.Contains(stdout, "  "+cmd.Name()+" ") || !strings.Contains(stdout, cmd.Short) {
				t.Errorf("goicl %q does not list %q", args, cmd.Name())
			}
		}
	}
	for _, newCmd := range commands {
		name := newCmd().Name()
		if status, stdout, stderr := goicl(name, "--help"); status != 0 || stderr != "" || !strings.Contains(stdout, "goicl "+name) {
			t.Errorf("goicl %s --help: status %d, stdout %q, stderr %q", name, status, stdout, stderr)
		}
	}
}

// TestVersion: it names the module's version and Go's; help gives the exit statuses.
func TestVersion(t *testing.T) {
	status, stdout, stderr := goicl("--version")
	if status != 0 || stderr != "" || !strings.HasPrefix(stdout, "goicl ") || !strings.HasSuffix(stdout, ", "+runtime.Version()+"\n") || strings.Count(stdout, "\n") != 1 {
		t.Errorf("status %d, stdout %q, stderr %q", status, stdout, stderr)
	}
	if _, help, _ := goicl("--help"); !strings.Contains(help, "Exit status: 0 done") {
		t.Errorf("help without the exit statuses:\n%s", help)
	}
}
