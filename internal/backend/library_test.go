package backend

import (
	"bytes"
	"debug/elf"
	"debug/macho"
	"encoding/binary"
	"runtime"
	"strings"
	"testing"
)

func TestCheckELF(t *testing.T) {
	cases := []struct {
		name    string
		content []byte
		want    string // in the error; "" for none
	}{
		{"plugin", plugin, ""},
		{"empty", nil, "no ELF"},
		{"text", []byte("a text of some length, but no library at all"), "no ELF"},
		{"program", fakeELF(elf.ET_EXEC, machine(), entryPoint), "ET_EXEC"},
		{"other processor", fakeELF(elf.ET_DYN, elf.EM_S390, entryPoint), "EM_S390"},
		{"other function", fakeELF(elf.ET_DYN, machine(), "Other"), "does not export"},
	}
	for _, c := range cases {
		err := checkELF(bytes.NewReader(c.content), int64(len(c.content)))
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
}

// TestCheckELFTruncated cuts the plugin at every byte: loading any of these files could kill the process.
func TestCheckELFTruncated(t *testing.T) {
	for n := range plugin {
		if err := checkELF(bytes.NewReader(plugin[:n]), int64(n)); err == nil {
			t.Fatalf("%d of %d bytes pass for a plugin", n, len(plugin))
		}
	}
}

func TestCheckMachO(t *testing.T) {
	cpu := macho.CpuAmd64
	if runtime.GOARCH == "arm64" {
		cpu = macho.CpuArm64
	}
	cases := []struct {
		name    string
		content []byte
		fits    bool
	}{
		{"library", fakeMachO(cpu, macho.TypeDylib), true},
		{"bundle", fakeMachO(cpu, macho.TypeBundle), true},
		{"universal library", universal(fakeMachO(cpu, macho.TypeDylib), cpu), true},
		{"program", fakeMachO(cpu, macho.TypeExec), false},
		{"other processor", fakeMachO(macho.CpuPpc64, macho.TypeDylib), false},
		{"universal library for others", universal(fakeMachO(macho.CpuPpc64, macho.TypeDylib), macho.CpuPpc64), false},
		{"ELF", plugin, false},
		{"empty", nil, false},
	}
	for _, c := range cases {
		if err := checkMachO(bytes.NewReader(c.content)); (err == nil) != c.fits {
			t.Errorf("%s: error %v", c.name, err)
		}
	}
}

// fakeMachO is a Mach-O file without content.
func fakeMachO(cpu macho.Cpu, kind macho.Type) []byte {
	header := macho.FileHeader{Magic: macho.Magic64, Cpu: cpu, Type: kind}
	b, err := binary.Append(nil, binary.LittleEndian, header)
	if err != nil {
		panic(err)
	}
	return append(b, 0, 0, 0, 0) // reserved
}

// universal wraps one Mach-O file.
func universal(content []byte, cpu macho.Cpu) []byte {
	const offset = 64
	words := []uint32{macho.MagicFat, 1, uint32(cpu), 0, offset, uint32(len(content)), 0}
	b, err := binary.Append(nil, binary.BigEndian, words)
	if err != nil {
		panic(err)
	}
	return append(append(b, make([]byte, offset-len(b))...), content...)
}
