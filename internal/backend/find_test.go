package backend

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFindOrder removes the winner again and again: the places come first, in their order, then the cache.
func TestFindOrder(t *testing.T) {
	s := testStore(t, &fakeSource{lib: pin(plugin)})
	first := write(t, s.places[0].dir, "pjrt_c_api_cpu_plugin.so", plugin)
	versioned := write(t, s.places[0].dir, "pjrt_c_api_cpu_v0.114.0_plugin.so", plugin)
	other := write(t, s.places[0].dir, "pjrt-plugin-cpu.so", plugin)
	second := write(t, s.places[1].dir, "pjrt_c_api_cpu_plugin.so", plugin)
	cached := write(t, s.dir, pin(plugin).file(), plugin)
	wants := []found{
		{first, "found in the first place"}, {versioned, "found in the first place"},
		{other, "found in the first place"}, {second, "found in the second place"},
		{cached, "found in the GoICL cache"},
	}
	for _, want := range wants {
		got, err := s.find()
		if err != nil || got != want {
			t.Fatalf("find() = %v, %v; want %v", got, err, want)
		}
		os.Remove(want.path)
	}
	if got, err := s.find(); err == nil {
		t.Fatalf("find() = %v with no plugin left", got)
	}
}

func TestFindPassesOverOtherFiles(t *testing.T) {
	s := testStore(t)
	bad := write(t, s.places[0].dir, "pjrt_c_api_cpu_plugin.so", plugin[:len(plugin)/2])
	write(t, s.places[0].dir, "pjrt_c_api_cuda_plugin.so", plugin)
	_, err := s.find()
	if err == nil || !strings.Contains(err.Error(), bad) {
		t.Fatalf("error %v does not name %s", err, bad)
	}
	good := write(t, s.places[1].dir, "pjrt_c_api_cpu_plugin.so", plugin)
	if got, err := s.find(); err != nil || got.path != good {
		t.Fatalf("find() = %v, %v; want %s", got, err, good)
	}
}

func TestFindWantsTheWholeCachedFile(t *testing.T) {
	s := testStore(t, &fakeSource{lib: pin(plugin)})
	write(t, s.dir, pin(plugin).file(), plugin[1:])
	if got, err := s.find(); err == nil {
		t.Fatalf("find() = %v, a file cut short", got)
	}
}

func TestHas(t *testing.T) {
	s := testStore(t)
	if s.has("cuda") {
		t.Error("a plugin for cuda in empty folders")
	}
	write(t, filepath.Join(s.places[1].dir, "nvidia"), "pjrt_c_api_cuda_plugin.so", nil)
	if !s.has("cuda") || s.has("rocm") {
		t.Error("has must find cuda, and only cuda")
	}
}

func TestSearchPlaces(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	got := searchPlaces("/a:relative::/b")
	if len(got) != 3 || got[0].dir != "/a" || got[1].dir != "relative" || got[2].dir != "/b" {
		t.Errorf("PJRT_PLUGIN_LIBRARY_PATH read as %v", got)
	}
	got = searchPlaces("")
	if len(got) != 2 || !strings.HasPrefix(got[0].dir, home) || got[1].dir != "/usr/local/lib/go-xla" {
		t.Errorf("default places %v", got)
	}
	if strings.Contains(got[0].name, home) {
		t.Errorf("the name %q of a place holds the path of a home", got[0].name)
	}
}

// TestFindReadsTheEnvironment goes through the exported functions.
func TestFindReadsTheEnvironment(t *testing.T) {
	dir := t.TempDir()
	want := write(t, dir, "pjrt_c_api_cpu_plugin.so", plugin)
	t.Setenv("PJRT_PLUGIN_LIBRARY_PATH", dir)
	if got, err := Find(); err != nil || got != want {
		t.Errorf("Find() = %q, %v; want %q", got, err, want)
	}
	if got, err := Ensure(t.Context(), WithoutFetch()); err != nil || got != want {
		t.Errorf("Ensure() = %q, %v; want %q", got, err, want)
	}
}

func BenchmarkFind(b *testing.B) {
	if _, err := Find(); err != nil {
		b.Skip(err)
	}
	for b.Loop() {
		Find()
	}
}
