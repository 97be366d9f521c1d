package kernels

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/goicl/goicl/internal/bounded"
	"github.com/goicl/goicl/internal/files"
	"github.com/goicl/goicl/internal/process"
)

//go:embed python/book.py
var bookScript string

// sourceAddress is where files of the checkout that are no page of a book are shown.
const sourceAddress = "https://" + modulePath + "/blob/main/"

// bookGroup is a part of a book: its pages by their paths in the checkout.
type bookGroup struct {
	Title string   `json:"title"`
	Pages []string `json:"pages"`
}

// bookParts are the parts of a book, and where their pages lie.
var bookParts = []struct{ title, pattern string }{
	{"Which page, and how to teach with it", "docs/[tw]*.md"},
	{"Lectures: the claims of the paper", "notebooks/*.ipynb"},
	{"Lectures: other published results", "notebooks/landmarks/*.ipynb"},
	{"Tutorials", "tutorials/*.ipynb"},
	{"Guides", "docs/[^tw]*.md"},
}

// bookMark is a file that every book has. A folder with it may be written again.
const bookMark = "book.js"

// Book writes the notebooks of the checkout, with their outputs as they are committed, and the
// pages of docs to dir as a static site: an index that begins with the verdicts of the README,
// a page for each, a search, and code that is folded away. It executes nothing. dir is made, or
// is empty, or holds an earlier book. A link that leads nowhere is an error, after all pages
// are written.
func (e *Environment) Book(ctx context.Context, dir string) error {
	dir, err := bookFolder(dir)
	if err != nil {
		return err
	}
	groups, err := bookPages(e.folder())
	if err != nil {
		return err
	}
	readme, err := bounded.ReadFile(filepath.Join(e.folder(), "README.md"), maxSettings)
	if err != nil {
		return fmt.Errorf("kernels: %w", err)
	}
	root, err := filepath.Abs(e.folder())
	if err != nil {
		return fmt.Errorf("kernels: %w", err)
	}
	request, err := json.Marshal(map[string]any{
		"root": root, "dir": dir, "source": sourceAddress, "start": bookStart(string(readme), groups), "groups": groups,
	})
	if err != nil {
		return fmt.Errorf("kernels: %w", err)
	}
	return e.writeBook(ctx, request)
}

// writeBook runs the Python script.
func (e *Environment) writeBook(ctx context.Context, request []byte) error {
	tmp, remove, err := files.TempDir("", "goicl-book-")
	if err != nil {
		return fmt.Errorf("kernels: %w", err)
	}
	defer remove()
	var out, stderr bytes.Buffer
	cmd := process.Python(ctx, e.home.python(), "-c", bookScript)
	cmd.Env, cmd.Stdin = e.jupyterEnv(tmp), bytes.NewReader(request)
	cmd.Stdout, cmd.Stderr = &out, io.MultiWriter(e.log, &stderr)
	if err := process.Explain(ctx, cmd, cmd.Run(), stderr.String()); err != nil {
		return fmt.Errorf("kernels: book: %w", err)
	}
	var made struct{ Pages, Parts int }
	if err := json.Unmarshal(out.Bytes(), &made); err != nil || made.Pages == 0 {
		return errors.New("kernels: the book ended without a result; run \"goicl doctor\"")
	}
	e.log.line("%d pages, %d sections to search", made.Pages, made.Parts)
	return nil
}

// bookFolder makes the folder of a book; it is absolute.
func bookFolder(dir string) (string, error) {
	if dir == "" {
		return "", errors.New("kernels: no folder to write the book to")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("kernels: %w", err)
	}
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = os.MkdirAll(dir, 0o755)
	case err == nil && len(entries) > 0 && !isFile(filepath.Join(dir, bookMark)):
		return "", fmt.Errorf("kernels: %s is not empty and holds no book; name a new folder", dir)
	}
	if err != nil {
		return "", fmt.Errorf("kernels: cannot write a book to %s: %w", dir, cause(err))
	}
	return dir, nil
}

// bookPages are the parts that have pages.
func bookPages(root string) (groups []bookGroup, err error) {
	notebooks := 0
	for _, part := range bookParts {
		names, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(part.pattern)))
		if err != nil {
			return nil, fmt.Errorf("kernels: %w", err)
		}
		g := bookGroup{Title: part.title}
		for _, name := range names {
			rel, err := filepath.Rel(root, name)
			if err != nil {
				return nil, fmt.Errorf("kernels: %w", err)
			}
			if filepath.Ext(name) == ".ipynb" {
				if _, err := readNotebook(name); err != nil {
					return nil, err
				}
				notebooks++
			}
			g.Pages = append(g.Pages, filepath.ToSlash(rel))
		}
		if len(g.Pages) > 0 {
			groups = append(groups, g)
		}
	}
	if notebooks == 0 {
		return nil, fmt.Errorf("kernels: no notebooks in %s; run goicl book in a checkout", root)
	}
	return groups, nil
}

// studyRow is the line of a study in a table of verdicts, with its name: "| **claim1: ".
var studyRow = regexp.MustCompile(`^\| \*\*([a-z0-9]+): (.*?)\*\* \|(.*)$`)

// bookStart is the first page in Markdown: what the README begins with, and of its tables of
// verdicts the lines of the studies, with links to the notebooks about them.
func bookStart(readme string, groups []bookGroup) string {
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
func pageOf(study string, groups []bookGroup) string {
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
