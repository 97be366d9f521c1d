package kernels

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
)

func states(r Report) map[string]string {
	found := map[string]string{}
	for _, c := range r.Checks {
		found[c.Name] = c.State
	}
	return found
}

func noPlugin() (string, error) { return "", errors.New("not on this machine") }

func TestDoctorOnAFreshMachine(t *testing.T) {
	ctx := context.Background()
	g, err := findGo(ctx, ".")
	if err != nil {
		t.Skip(err)
	}
	r := Doctor(ctx, Options{Home: t.TempDir()}, noPlugin)
	want := map[string]string{"go": stateOK, "data folder": stateOK, "gonb": stateMissing, "goimports": stateMissing, "jupyterlab": stateMissing,
		"kernel spec": stateMissing, "xla plugin": stateMissing, "library": stateOK}
	for name, state := range want {
		if got := states(r)[name]; got != state {
			t.Errorf("%s is %q, want %q", name, got, state)
		}
	}
	for _, c := range r.Checks {
		if c.State != stateOK && c.Next == "" {
			t.Errorf("%s is %s, but nothing is said about what to do", c.Name, c.State)
		}
	}
	if _, err := findCompiler(ctx, g); err == nil && !r.OK && states(r)["python"] == stateOK {
		t.Errorf("something is broken on a machine where only optional things are missing: %v", r.Checks)
	}
}

func TestDoctorWithoutAnything(t *testing.T) {
	onPath(t, nil)
	r := Doctor(context.Background(), Options{Home: t.TempDir()}, noPlugin)
	if r.OK || states(r)["go"] != stateBroken || states(r)["python"] != stateBroken {
		t.Errorf("without go and Python: %+v", r)
	}
}

func TestDoctorFindsBrokenParts(t *testing.T) {
	home := home(t.TempDir())
	write(t, home.gonb(), "not a program")
	write(t, home.goimports(), "not a program")
	write(t, home.python(), "not a program")
	write(t, home.kernelSpec(), "{}")
	write(t, home.path("0123456789ab", "x"), "")
	r := Doctor(context.Background(), Options{Home: string(home), Root: "."}, func() (string, error) { return "plugin.so", nil })
	want := map[string]string{"gonb": stateBroken, "goimports": stateBroken, "jupyterlab": stateBroken, "kernel spec": stateMissing,
		"xla plugin": stateOK, "old installs": stateOK}
	for name, state := range want {
		if got := states(r)[name]; got != state {
			t.Errorf("%s is %q, want %q", name, got, state)
		}
	}
	if r.OK {
		t.Error("the report is OK")
	}
}

func TestReportIsJSON(t *testing.T) {
	data, err := json.Marshal(report([]Check{{"go", stateOK, "1.26", ""}, {"python", stateBroken, "gone", "install it"}}))
	want := `{"ok":false,"checks":[{"name":"go","state":"ok","detail":"1.26"},{"name":"python","state":"broken","detail":"gone","next":"install it"}]}`
	if err != nil || string(data) != want {
		t.Errorf("got %s, %v; want %s", data, err, want)
	}
}
