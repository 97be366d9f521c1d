#!/usr/bin/env bash
# Runs the tests of lanes on processors that this machine need not be, in QEMU: arm64 with
# NEON, and an x86-64 without AVX. On Debian it needs the packages gcc-aarch64-linux-gnu,
# libc6-dev-arm64-cross and qemu-user. Arguments go to the tests: -test.v, -rapid.checks=50.
set -euo pipefail
cd "$(dirname "$0")/../.."

missing=()
for tool in aarch64-linux-gnu-gcc qemu-aarch64 qemu-x86_64; do
	command -v "$tool" >/dev/null || missing+=("$tool")
done
if [ ${#missing[@]} -gt 0 ]; then
	echo "not run: this machine has no ${missing[*]}; apt-get install gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user"
	exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# run tests of a package: architecture, C compiler, emulator and its options
run() {
	local package=$1 arch=$2 compiler=$3
	shift 3
	CGO_ENABLED=1 GOARCH=$arch CC=$compiler go test -c -o "$work/tests" "./$package"
	echo "$package on $arch: $*"
	(cd "$package" && "$@" "$work/tests" "${options[@]}")
}

# Linking a cell is a matter of the machine at hand, and the Evaluator's own tests take too long here.
options=(-test.skip 'TestLinkWithoutCompilerLibrary' -test.short "$@")
for package in internal/lanes internal/lanegraph; do
	run "$package" arm64 aarch64-linux-gnu-gcc qemu-aarch64 -L /usr/aarch64-linux-gnu
	run "$package" amd64 gcc qemu-x86_64 -cpu Nehalem
done
