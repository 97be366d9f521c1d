package kernels

import (
	"bufio"
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"
)

func TestToolsModule(t *testing.T) {
	mod, err := modfile.Parse("tools.mod.txt", pin("tools.mod.txt"), nil)
	if err != nil {
		t.Fatal(err)
	}
	var tools []string
	for _, tool := range mod.Tool {
		tools = append(tools, tool.Path)
	}
	if want := []string{gonbModule, toolsModule + "/cmd/goimports", goplsModule}; strings.Join(tools, " ") != strings.Join(want, " ") {
		t.Errorf("tools %v, want %v", tools, want)
	}
	sums := string(pin("tools.sum.txt"))
	for _, r := range mod.Require {
		if !strings.Contains(sums, r.Mod.Path+" "+r.Mod.Version+"/go.mod h1:") {
			t.Errorf("tools.sum.txt has no checksum of %s", r.Mod)
		}
	}
	for _, module := range []string{gonbModule, toolsModule, goplsModule} {
		if toolVersion(module) == "" || !strings.Contains(sums, module+" "+toolVersion(module)+" h1:") {
			t.Errorf("%s %q: no version, or no checksum of its content", module, toolVersion(module))
		}
	}
}

// TestRequirements checks the shape of each pin: a version, an optional marker,
// and SHA-256 hashes, at least one for each pin.
func TestRequirements(t *testing.T) {
	pinned := regexp.MustCompile(`^[a-z0-9-]+==[0-9][\w.]*( ; .+)? \\$`)
	hash := regexp.MustCompile(`^    --hash=sha256:[0-9a-f]{64}( \\)?$`)
	lines := bufio.NewScanner(bytes.NewReader(pin("requirements.txt")))
	pins, hashes := 0, 0
	for n := 1; lines.Scan(); n++ {
		switch line := lines.Text(); {
		case pinned.MatchString(line):
			if pins > 0 && hashes == 0 {
				t.Errorf("line %d: the pin before has no hash", n)
			}
			pins, hashes = pins+1, 0
		case hash.MatchString(line):
			hashes++
		default:
			t.Errorf("line %d is neither a pin nor a hash: %s", n, line)
		}
	}
	if pins < 50 || hashes == 0 {
		t.Errorf("%d pins, %d hashes of the last; want all that JupyterLab needs", pins, hashes)
	}
	for name, want := range map[string]string{"jupyterlab": "4.6.6", "nbclient": "0.11.0", "nbformat": "5.11.1"} {
		if got := packageVersion(name); got != want {
			t.Errorf("%s is pinned to %q, want %q", name, got, want)
		}
	}
}

func TestOverridesAreJSON(t *testing.T) {
	if !json.Valid(pin("overrides.json")) {
		t.Error("overrides.json is not JSON")
	}
}

func TestPinsID(t *testing.T) {
	if id := pinsID(); !regexp.MustCompile(`^[0-9a-f]{12}$`).MatchString(id) || id != pinsID() {
		t.Errorf("pinsID is %q, want 12 hexadecimal digits, always the same", id)
	}
}

func TestUnknownPinsHaveNoVersion(t *testing.T) {
	if v := toolVersion("example.org/none") + packageVersion("none") + packageVersion("jupyter"); v != "" {
		t.Errorf("got version %q of something that is not pinned", v)
	}
}
