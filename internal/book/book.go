// Package book says what a static site of the notebooks is made of: its pages, the first one,
// and where it is written. The script that writes it is in Python, for nbconvert is.
package book

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/goicl/goicl/internal/bounded"
)

// Script writes the site that it reads as a [Request] from its standard input.
//
//go:embed book.py
var Script string

// sourceAddress is where files of the checkout that are no page of a book are shown.
const sourceAddress = "https://github.com/goicl/goicl/blob/main/"

// group is a part of a book: its pages by their paths in the checkout.
type group struct {
	Title string   `json:"title"`
	Pages []string `json:"pages"`
}

// parts are the parts of a book, and where their pages lie.
var parts = []struct{ title, pattern string }{
	{"Which page, and how to teach with it", "docs/[tw]*.md"},
	{"Lectures: the claims of the paper", "notebooks/*.ipynb"},
	{"Lectures: other published results", "notebooks/landmarks/*.ipynb"},
	{"Tutorials", "tutorials/*.ipynb"},
	{"Guides", "docs/[^tw]*.md"},
}

// mark is a file that every book has. A folder with it may be written again.
const mark = "book.js"

// maxReadme bounds the README that is read.
const maxReadme = 1 << 20

// Request is what the script reads to write the site of a checkout to a folder, which it makes
// if need be: one that is empty or holds an earlier site.
func Request(root, dir string) ([]byte, error) {
	dir, err := folder(dir)
	if err != nil {
		return nil, err
	}
	if root, err = filepath.Abs(root); err != nil {
		return nil, err
	}
	groups, err := pages(root)
	if err != nil {
		return nil, err
	}
	readme, err := bounded.ReadFile(filepath.Join(root, "README.md"), maxReadme)
	if err != nil {
		return nil, err
	}
	return json.Marshal(map[string]any{
		"root": root, "dir": dir, "source": sourceAddress, "start": start(string(readme), groups), "groups": groups,
	})
}

// folder makes the folder of a book; it is absolute.
func folder(dir string) (string, error) {
	if dir == "" {
		return "", errors.New("no folder to write the book to")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = os.MkdirAll(dir, 0o755)
	case err == nil && len(entries) > 0 && !isBook(dir):
		return "", fmt.Errorf("%s is not empty and holds no book; name a new folder", dir)
	}
	if err != nil {
		return "", fmt.Errorf("cannot write a book to %s: %w", dir, err)
	}
	return dir, nil
}

func isBook(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, mark))
	return err == nil
}

// pages are the parts that have pages.
func pages(root string) (groups []group, err error) {
	notebooks := 0
	for _, part := range parts {
		names, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(part.pattern)))
		if err != nil {
			return nil, err
		}
		g := group{Title: part.title}
		for _, name := range names {
			rel, err := filepath.Rel(root, name)
			if err != nil {
				return nil, err
			}
			if filepath.Ext(name) == ".ipynb" {
				notebooks++
			}
			g.Pages = append(g.Pages, filepath.ToSlash(rel))
		}
		if len(g.Pages) > 0 {
			groups = append(groups, g)
		}
	}
	if notebooks == 0 {
		return nil, fmt.Errorf("no notebooks in %s; run goicl book in a checkout", root)
	}
	return groups, nil
}

// studyRow is the line of a study in a table of verdicts, with its name: "| **claim1: ".
var studyRow = regexp.MustCompile(`^\| \*\*([a-z0-9]+): (.*?)\*\* \|(.*)$`)

// start is the first page in Markdown: what the README begins with, and of its tables of
// verdicts the lines of the studies, with links to the notebooks about them.
func start(readme string, groups []group) string {
	var b strings.Builder
	intro, _, _ := strings.Cut(readme, "\n!")
	fmt.Fprintln(&b, strings.TrimSpace(strings.Split(intro, "\n## ")[0]))
	fmt.Fprint(&b, "\n## Verdicts\n\n")
	header := false
	for line := range strings.Lines(readme) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "| study |") && !header {
			fmt.Fprintf(&b, "%s\n|%s\n", line, strings.Repeat("---|", strings.Count(line, "|")-1))
			header = true
		}
		if m := studyRow.FindStringSubmatch(line); m != nil {
			name := "**" + m[1] + ": " + m[2] + "**"
			if page := pageOf(m[1], groups); page != "" {
				name = "[" + name + "](" + page + ")"
			}
			fmt.Fprintf(&b, "| %s |%s\n", name, m[3])
		}
	}
	fmt.Fprintln(&b, "\nA verdict is computed from several seeds by checks that were fixed beforehand; `goicl reproduce NAME` computes it anew.")
	return b.String()
}

// pageOf is the notebook about a study, "" if there is none: that with the number of the claim,
// or with the name of the study in its own.
func pageOf(study string, groups []group) string {
	number, claim := strings.CutPrefix(study, "claim")
	for _, g := range groups {
		for _, p := range g.Pages {
			switch dir, name := filepath.ToSlash(filepath.Dir(p)), filepath.Base(p); {
			case claim && dir == "notebooks" && strings.HasPrefix(name, number+"_"):
				return p
			case !claim && strings.HasPrefix(p, "notebooks/") && strings.Contains(name, study):
				return p
			}
		}
	}
	return ""
}
