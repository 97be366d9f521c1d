package emoji

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets/images"
	"github.com/goicl/goicl/datasets/remote"
)

// vendor writes a package with these drawings of 10×10.
func vendor(t *testing.T, name string, bodies map[string]string) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), name)
	var icons []string
	for name, body := range bodies {
		icons = append(icons, fmt.Sprintf("%q:{\"body\":%q}", name, body))
	}
	err := os.Mkdir(folder, 0o700)
	text := `{"icons":{` + strings.Join(icons, ",") + `},"width":10,"height":10}`
	if err = errors.Join(err, os.WriteFile(filepath.Join(folder, "icons.json"), []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
	return folder
}

const (
	left  = `<path fill="#000" d="M0 0h5v10H0z"/>`
	top   = `<path fill="currentColor" d="M0 0h10v5H0z"/>`
	white = `<path fill="#fff" d="M0 0h10v5H0z"/>`
)

func TestSet(t *testing.T) {
	var of []Vendor
	for name, bodies := range map[string]map[string]string{
		"one": {"grin": left, "joy": top, "kiss": left},
		"two": {"grin": left, "joy": top, "sob": top, "kiss": white, "wink": `<path d="M0`},
	} {
		v, err := Open(vendor(t, name, bodies))
		if err != nil {
			t.Fatal(err)
		}
		of = append(of, v)
	}
	s, err := Set("emoji", 4, 2, of...)
	if err != nil {
		t.Fatal(err)
	}
	if s.Len() != 4 || strings.Join(s.Classes, " ") != "grin joy" {
		t.Fatalf("%s: %q", s, s.Classes)
	}
	for i := range s.Len() {
		for p, v := range s.Pixels[16*i : 16*i+16] {
			dark := p%4 < 2 // left half
			if s.Classes[s.Class[i]] == "joy" {
				dark = p < 8
			}
			if dark != (v > 200) || !dark != (v < 50) {
				t.Errorf("image %d of %s has %d at pixel %d", i, s.Classes[s.Class[i]], v, p)
			}
		}
	}
	if _, err := Set("emoji", 4, 3, of...); !errors.Is(err, images.ErrFewExamples) {
		t.Errorf("error %v, want ErrFewExamples", err)
	}
	if _, err := Set("emoji", 0, 1, of...); err == nil {
		t.Error("no error for emoji of no pixels")
	}
}

func TestBadFolders(t *testing.T) {
	empty := vendor(t, "empty", nil)
	if _, err := Open(empty); err == nil || !strings.Contains(err.Error(), "iconify") {
		t.Errorf("error %v", err)
	}
	if err := os.WriteFile(filepath.Join(empty, "icons.json"), []byte(`{"icons":`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(empty); err == nil || !strings.Contains(err.Error(), "icons.json") {
		t.Errorf("error %v, want one that names the file", err)
	}
	if _, err := Open(filepath.Join(empty, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
	blank, err := Open(vendor(t, "blank", map[string]string{"grin": white}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Set("emoji", 4, 1, blank); err == nil || !strings.Contains(err.Error(), `"blank"`) {
		t.Errorf("error %v, want one that names the vendor", err)
	}
}

func TestGroups(t *testing.T) {
	file := filepath.Join(t.TempDir(), "groups.json")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(`{"categories":{"Food":["cherries","pie"],"Travel":["train"]}}`)
	if groups, err := OpenGroups(file); err != nil || len(groups) != 3 || groups["pie"] != "Food" || groups["train"] != "Travel" {
		t.Errorf("%v, %v", groups, err)
	}
	for text, want := range map[string]string{
		`{"categories":{"Food":["pie"],"Travel":["pie"]}}`: `"pie"`,
		`{}`: "no categories", `[`: "groups.json",
	} {
		write(text)
		if _, err := OpenGroups(file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", text, err, want)
		}
	}
}

// TestVendors draws data set "emoji": a thousand classes of eight vendors or more.
func TestVendors(t *testing.T) {
	source, err := remote.Find("emoji")
	if err != nil {
		t.Fatal(err)
	}
	if !source.Here() {
		t.Skip("data set emoji is not here; goicl data get emoji brings it")
	}
	var of []Vendor
	for _, f := range source.Files {
		if f.Name == remote.EmojiGroups {
			continue
		}
		v, err := Open(filepath.Join(source.Dir(), f.Name))
		if err != nil {
			t.Fatal(err)
		}
		of = append(of, v)
	}
	s, err := Set("emoji", 28, 8, of...)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(s)
	if len(s.Classes) < 1000 {
		t.Errorf("%d classes", len(s.Classes))
	}
}

// FuzzDraws: no drawing panics.
func FuzzDraws(f *testing.F) {
	f.Add(left)
	f.Add(`<linearGradient id="a"><stop offset="0"/></linearGradient><path fill="url(#a)" d="M0 0z"/>`)
	f.Fuzz(func(t *testing.T, body string) {
		if len(body) > 1<<12 {
			t.Skip()
		}
		if ink, err := draws(`<svg viewBox="0 0 10 10">`+body+`</svg>`, 4); err == nil && len(ink) != 16 {
			t.Errorf("%d pixels", len(ink))
		}
	})
}
