package backend

import (
	"debug/elf"
	"debug/macho"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
)

// entryPoint is the function that every PJRT plugin exports.
const entryPoint = "GetPjrtApi"

// checkLibrary reports whether path looks like a PJRT plugin for this machine. It reads headers only: loading a
// file that is none, or is cut short, can kill the process.
func checkLibrary(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a regular file", path)
	}
	if runtime.GOOS == "darwin" {
		return checkMachO(f)
	}
	return checkELF(f, info.Size())
}

// checkELF wants a whole ELF library for this processor that exports the entry point.
func checkELF(r io.ReaderAt, size int64) error {
	f, err := elf.NewFile(r)
	if err != nil {
		return fmt.Errorf("no ELF library (%w)", err)
	}
	machine := map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}[runtime.GOARCH]
	if f.Type != elf.ET_DYN || f.Machine != machine {
		return fmt.Errorf("an ELF file of type %v for %v, not a library for %s", f.Type, f.Machine, runtime.GOARCH)
	}
	for _, p := range f.Progs {
		if p.Type == elf.PT_LOAD && p.Off+p.Filesz > uint64(size) {
			return fmt.Errorf("an ELF library cut short after %d bytes", size)
		}
	}
	symbols, err := f.DynamicSymbols()
	if err != nil && !errors.Is(err, elf.ErrNoSymbols) {
		return fmt.Errorf("no ELF library (%w)", err)
	}
	if !slices.ContainsFunc(symbols, exportsEntry) {
		return fmt.Errorf("an ELF library that does not export %s", entryPoint)
	}
	return nil
}

func exportsEntry(s elf.Symbol) bool { return s.Name == entryPoint && s.Section != elf.SHN_UNDEF }

// checkMachO wants a Mach-O library, alone or in a universal file, for this processor. Whether it exports the
// entry point is left to the loader, since a stripped library need not have a symbol table.
func checkMachO(r io.ReaderAt) error {
	if fat, err := macho.NewFatFile(r); err == nil {
		for _, arch := range fat.Arches {
			if err = checkMachOFile(arch.File); err == nil {
				return nil
			}
		}
		return err
	}
	f, err := macho.NewFile(r)
	if err != nil {
		return fmt.Errorf("no Mach-O library (%w)", err)
	}
	return checkMachOFile(f)
}

func checkMachOFile(f *macho.File) error {
	cpu := map[string]macho.Cpu{"amd64": macho.CpuAmd64, "arm64": macho.CpuArm64}[runtime.GOARCH]
	if f.Cpu != cpu || (f.Type != macho.TypeDylib && f.Type != macho.TypeBundle) {
		return fmt.Errorf("a Mach-O file of type %v for %v, not a library for %s", f.Type, f.Cpu, runtime.GOARCH)
	}
	return nil
}
