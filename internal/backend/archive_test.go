package backend

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"strings"
	"testing"
)

// TestUnpack runs the same cases on both kinds of archive.
func TestUnpack(t *testing.T) {
	lib := pin(plugin)
	cases := []struct {
		name  string
		files []file
		want  string // in the error; "" for none
	}{
		{"alone", []file{{lib.entry, plugin}}, ""},
		{"in a folder, after others", []file{{"README", []byte("hello")}, {"pkg/" + lib.entry, plugin}}, ""},
		{"above the folder", []file{{"../../" + lib.entry, plugin}}, ""}, // its name is never used as a path
		{"missing", []file{{"README", []byte("hello")}}, "holds no"},
		{"empty archive", nil, "holds no"},
		{"too large", []file{{lib.entry, append(plugin, 0)}}, "instead of the pinned"},
		{"too small", []file{{lib.entry, plugin[1:]}}, "instead of the pinned"},
	}
	for _, c := range cases {
		check := func(kind string, got bytes.Buffer, err error) {
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s, %s: error %v, want %q", kind, c.name, err, c.want)
			}
			if err == nil && !bytes.Equal(got.Bytes(), plugin) {
				t.Errorf("%s, %s: other bytes came out", kind, c.name)
			}
		}
		var a, b bytes.Buffer
		check("tar.gz", a, unpackTarGz(&a, bytes.NewReader(targz(c.files...)), lib))
		z := zipped(c.files...)
		check("zip", b, unpackZip(&b, bytes.NewReader(z), int64(len(z)), lib))
	}
}

func TestUnpackTruncated(t *testing.T) {
	lib := pin(plugin)
	whole, z := targz(file{lib.entry, plugin}), zipped(file{lib.entry, plugin})
	var b bytes.Buffer
	for n := range len(z) {
		if err := unpackZip(&b, bytes.NewReader(z[:n]), int64(n), lib); err == nil {
			t.Fatalf("%d of %d bytes of a zip unpack", n, len(z))
		}
	}
	for n := range len(whole) / 2 { // the last bytes are padding and check sums, after the library
		if err := unpackTarGz(&b, bytes.NewReader(whole[:n]), lib); err == nil {
			t.Fatalf("%d of %d bytes of a tar.gz unpack", n, len(whole))
		}
	}
}

// TestUnpackSkipsLinks has an entry of the right name that is no file.
func TestUnpackSkipsLinks(t *testing.T) {
	var b bytes.Buffer
	gz := gzip.NewWriter(&b)
	archive := tar.NewWriter(gz)
	archive.WriteHeader(&tar.Header{Name: pin(plugin).entry, Linkname: "/etc/passwd", Typeflag: tar.TypeSymlink})
	archive.Close()
	gz.Close()
	if err := unpackTarGz(&bytes.Buffer{}, &b, pin(plugin)); err == nil || !strings.Contains(err.Error(), "holds no") {
		t.Errorf("error %v", err)
	}
}

// TestUnpackBomb hides the library behind more zeros than the limit allows; they shrink to a hundred kilobytes.
func TestUnpackBomb(t *testing.T) {
	lib := pin(plugin)
	bomb := targz(file{"zeros", make([]byte, maxOther+1<<20)}, file{lib.entry, plugin})
	if err := unpackTarGz(&bytes.Buffer{}, bytes.NewReader(bomb), lib); err == nil {
		t.Error("the bomb was unpacked")
	}
}

// FuzzUnpack reads anything as both kinds of archive: no panic, never more bytes than pinned, and success only
// with exactly as many.
func FuzzUnpack(f *testing.F) {
	lib := library{entry: "lib.so", size: 20}
	content := bytes.Repeat([]byte("x"), 20)
	f.Add(targz(file{"a/lib.so", content}))
	f.Add(zipped(file{"a/lib.so", content}))
	f.Add(zipped(file{"lib.so", bytes.Repeat([]byte("y"), 10_000)}))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		var a, b bytes.Buffer
		errA := unpackTarGz(&a, bytes.NewReader(data), lib)
		errB := unpackZip(&b, bytes.NewReader(data), int64(len(data)), lib)
		if a.Len() > 20 || b.Len() > 20 || errA == nil && a.Len() != 20 || errB == nil && b.Len() != 20 {
			t.Errorf("tar.gz: %d bytes, %v; zip: %d bytes, %v", a.Len(), errA, b.Len(), errB)
		}
	})
}
