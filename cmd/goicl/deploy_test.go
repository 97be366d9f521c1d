package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestDeployCommands runs the command of each example with its preset replaced by
// the smallest, its folder by an empty one and its shard by one that does not exist:
// it must get as far as to refuse that.
func TestDeployCommands(t *testing.T) {
	command := regexp.MustCompile(`exec goicl (reproduce [^\\\n]*(?:\\\n[^\n]*)?)`)
	for _, file := range []string{"slurm.sh", "kubernetes.yaml"} {
		t.Run(file, func(t *testing.T) {
			raw, err := os.ReadFile(filepath.Join("..", "..", "deploy", file))
			if err != nil {
				t.Fatal(err)
			}
			found := command.FindStringSubmatch(string(raw))
			if found == nil {
				t.Fatal("no command found")
			}
			args := strings.Fields(strings.ReplaceAll(found[1], "\\\n", " "))
			for flag, value := range map[string]string{"--dir": t.TempDir(), "--preset": "smoke", "--shard": "17/16"} {
				i := slices.Index(args, flag)
				if i < 0 || i+1 == len(args) {
					t.Fatalf("no %s in %v", flag, args)
				}
				args[i+1] = value
			}
			args = args[:slices.Index(args, "--shard")+2] // the shard's arithmetic has spaces
			if status, _, stderr := goicl(args...); status != 2 || !strings.Contains(stderr, "--shard 17/16") {
				t.Errorf("goicl %v: status %d, %s", args, status, stderr)
			}
		})
	}
}
