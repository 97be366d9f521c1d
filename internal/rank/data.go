// Package rank reads the 27 real tables that goicl rank compares methods on, and starts
// scikit-learn's classifiers beside them.
package rank

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/tabular/ranking"
	"github.com/goicl/goicl/internal/files"
)

// list names the tables: package and name in Rdatasets, the label, SHA-256 of the CSV file.
//
//go:embed tables.tsv
var list string

// from is where Rdatasets (Arel-Bundock) has its files, which come from packages of R.
const from = "https://vincentarelbundock.github.io/Rdatasets/csv/"

// source is a table of the list.
type source struct{ name, label, sha256 string }

func sources() []source {
	var all []source
	for line := range strings.Lines(list) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		all = append(all, source{f[0], f[1], f[2]})
	}
	return all
}

// Load reads the 27 tables from dir, which has them as PACKAGE/NAME.csv. Those that are not
// there are fetched into it and compared with their hashes.
func Load(ctx context.Context, dir string, log func(string)) ([]ranking.Named, error) {
	var all []ranking.Named
	for _, s := range sources() {
		path := filepath.Join(dir, filepath.FromSlash(s.name)+".csv")
		if err := s.fetch(ctx, from, path, log); err != nil {
			return nil, fmt.Errorf("rank: %s: %w", s.name, err)
		}
		t, err := s.open(path)
		if err != nil {
			return nil, fmt.Errorf("rank: %w", err)
		}
		all = append(all, ranking.Named{Name: s.name, Table: t})
	}
	return all, nil
}

// groupList names the grouped tables: package and name in Rdatasets, the target, the column of
// the groups, SHA-256 of the CSV file, and what is left out, since it numbers rows or groups.
//
//go:embed groups.tsv
var groupList string

// Grouped is a table whose rows come in groups, with its name.
type Grouped struct {
	Name string
	datasets.Groups
}

// LoadGroups reads the 19 grouped tables as [Load] does. They have 967 groups of 8 rows or
// more, which are the tasks.
func LoadGroups(ctx context.Context, dir string, log func(string)) ([]Grouped, error) {
	var all []Grouped
	for line := range strings.Lines(groupList) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		s, path := source{f[0], f[1], f[3]}, filepath.Join(dir, filepath.FromSlash(f[0])+".csv")
		if err := s.fetch(ctx, from, path, log); err != nil {
			return nil, fmt.Errorf("rank: %s: %w", s.name, err)
		}
		var opts []datasets.TableOption
		if f[4] != "" {
			opts = append(opts, datasets.Drop(strings.Split(f[4], ",")...))
		}
		t, err := datasets.OpenTargets(path, s.label, opts...)
		if err != nil {
			return nil, fmt.Errorf("rank: %w", err)
		}
		g, err := t.Groups(f[2])
		if err != nil {
			return nil, fmt.Errorf("rank: %s: %w", s.name, err)
		}
		all = append(all, Grouped{s.name, g})
	}
	return all, nil
}

// open reads a table. A label like "affairs>0" is whether a column is more than 0.
func (s source) open(path string) (datasets.Table, error) {
	column, positive := strings.CutSuffix(s.label, ">0")
	t, err := datasets.OpenTable(path, column, datasets.WithMissing())
	if err != nil || !positive {
		return t, err
	}
	for i, y := range t.Y {
		t.Y[i] = min(y, 1) // classes are numbers in their order, 0 the first
	}
	t.Classes = []string{"0", ">0"}
	return t, nil
}

// fetch has the file at path, with the right hash.
func (s source) fetch(ctx context.Context, from, path string, log func(string)) error {
	raw, err := os.ReadFile(path)
	if err == nil {
		return s.check(raw, path)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	log("fetching " + from + s.name + ".csv")
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, from+s.name+".csv", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("%w; give a folder that has the tables by --data", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the server answered %s; give a folder that has the tables by --data", resp.Status)
	}
	if raw, err = io.ReadAll(io.LimitReader(resp.Body, 16<<20)); err != nil {
		return err
	}
	if err := s.check(raw, "what was fetched"); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), files.DirPerm); err != nil {
		return err
	}
	return files.Write(path, raw)
}

func (s source) check(raw []byte, what string) error {
	if got := files.Sum(raw); got != s.sha256 {
		return fmt.Errorf("%s has SHA-256 %s instead of the pinned %s; delete it to fetch it again", what, got, s.sha256)
	}
	return nil
}
