package kernels

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/goicl/goicl/internal/book"
	"github.com/goicl/goicl/internal/files"
	"github.com/goicl/goicl/internal/process"
)

// Book writes the notebooks of the checkout, with their outputs as they are committed, and the
// pages of docs to dir as a static site: an index that begins with the verdicts of the README,
// a page for each, a search, and code that is folded away. It executes nothing. dir is made, or
// is empty, or holds an earlier book. A link that leads nowhere is an error, after all pages
// are written.
func (e *Environment) Book(ctx context.Context, dir string) error {
	request, err := book.Request(e.folder(), dir)
	if err != nil {
		return fmt.Errorf("kernels: %w", err)
	}
	tmp, remove, err := files.TempDir("", "goicl-book-")
	if err != nil {
		return fmt.Errorf("kernels: %w", err)
	}
	defer remove()
	var out, stderr bytes.Buffer
	cmd := process.Python(ctx, e.home.python(), "-c", book.Script)
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
