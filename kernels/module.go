package kernels

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

// OwnModule makes dir a module of a user that depends on the checkout at root, as it
// will on a version of it.
func OwnModule(root, dir string) error {
	data, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return fmt.Errorf("kernels: %w", err)
	}
	mod, err := modfile.Parse("go.mod", data, nil)
	if err != nil {
		return fmt.Errorf("kernels: %w", err)
	}
	edits := []error{mod.AddModuleStmt("example.org/own"), mod.AddRequire(Module, "v0.0.0"), mod.AddReplace(Module, "", root, "")}
	for _, err := range edits {
		if err != nil {
			return fmt.Errorf("kernels: %w", err)
		}
	}
	return copyModule(root, dir, modfile.Format(mod.Syntax))
}

// copyModule writes that go.mod, and the checkout's checksums.
func copyModule(root, dir string, mod []byte) error {
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "go.mod"), mod, 0o644)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "go.sum"), sums, 0o644)
	}
	if err != nil {
		return fmt.Errorf("kernels: %w", err)
	}
	return nil
}

// Publish puts the checkout at root into the folder proxy as that version of its
// module: a file URL of the folder can be a GOPROXY.
func Publish(root, proxy, version string) error {
	dir := filepath.Join(proxy, filepath.FromSlash(Module), "@v")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("kernels: %w", err)
	}
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return fmt.Errorf("kernels: %w", err)
	}
	for name, content := range map[string]string{
		"list": version + "\n", version + ".mod": string(mod), version + ".info": fmt.Sprintf("{%q:%q}", "Version", version),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			return fmt.Errorf("kernels: %w", err)
		}
	}
	file, err := os.Create(filepath.Join(dir, version+".zip"))
	if err != nil {
		return fmt.Errorf("kernels: %w", err)
	}
	defer file.Close()
	if err := zip.CreateFromDir(file, module.Version{Path: Module, Version: version}, root); err != nil {
		return fmt.Errorf("kernels: %w", err)
	}
	return file.Close()
}
