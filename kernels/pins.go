package kernels

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"regexp"

	"golang.org/x/mod/modfile"

	"github.com/goicl/goicl/internal/gonb"
)

// The pins say exactly what is installed: a tools module with its checksums,
// Python packages with the hashes of their files, JupyterLab's settings, and what the template
// of pages that are exported as HTML lacks: the descriptions of pictures.
//
//go:embed pins/requirements.txt pins/overrides.json pins/tools.mod.txt pins/tools.sum.txt pins/alt.j2
var pinFiles embed.FS

const (
	gonbModule  = gonb.Module
	toolsModule = "golang.org/x/tools"
	goplsModule = "golang.org/x/tools/gopls"
)

// pin returns the content of one pin file.
func pin(name string) []byte {
	data, err := pinFiles.ReadFile("pins/" + name)
	if err != nil {
		panic(err) // the files are part of the binary
	}
	return data
}

// pinsID is a short hash of all pins and of the changes to GoNB. It names the folder of an
// installation, so changed pins never mix with what older ones installed.
func pinsID() string {
	h := sha256.New()
	for _, files := range []embed.FS{pinFiles, gonb.Files} {
		err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := files.ReadFile(path)
			fmt.Fprintf(h, "%s %d\n%s", path, len(data), data)
			return err
		})
		if err != nil {
			panic(err) // the files are part of the binary
		}
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}

// toolVersion is the pinned version of a module of the tools module, "" if it
// has none.
func toolVersion(module string) string {
	mod, err := modfile.ParseLax("tools.mod.txt", pin("tools.mod.txt"), nil)
	if err != nil {
		return ""
	}
	for _, r := range mod.Require {
		if r.Mod.Path == module {
			return r.Mod.Version
		}
	}
	return ""
}

// packageVersion is the pinned version of a Python package, "" if it has none.
func packageVersion(name string) string {
	line := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + `==(\S+)`)
	m := line.FindSubmatch(pin("requirements.txt"))
	if m == nil {
		return ""
	}
	return string(m[1])
}
