#!/usr/bin/env bash
# Downloads what deploy/Dockerfile needs from a network into deploy/offline: Go modules,
# Python wheels for Linux on this machine's processor, and XLA's plugin. It needs Go and
# a Python with pip for which the image's Python takes the same wheels, and can be run again.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! python3 -I -c 'import sys; sys.exit(not (3, 11, 5) <= sys.version_info < (3, 12))'; then
	echo "prefetch: this is $(python3 --version); the image takes the wheels for Python 3.11.5 or a newer 3.11" >&2
	exit 1
fi
offline=$PWD/deploy/offline
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT

# Modules as a proxy has them, zipped: what the library and the notebooks need, and the Go kernel.
export GOMODCACHE=$work/modules
mkdir -p "$work/tools"
cp kernels/pins/tools.mod.txt "$work/tools/go.mod"
cp kernels/pins/tools.sum.txt "$work/tools/go.sum"
go mod download
(cd "$work/tools" && go mod download)
mkdir -p "$offline/modules"
cp -R "$GOMODCACHE/cache/download/." "$offline/modules"

python3 -I -m pip download --quiet --no-deps --require-hashes --only-binary=:all: \
	--dest "$offline/wheels" -r kernels/pins/requirements.txt
if [ "$(uname -m)" = x86_64 ]; then # for others there is no plugin: they use the pure Go backend
	echo 'fastatomstruct-xla-cpu==2026.6.23 --hash=sha256:88b1c430b341b4bea40a37420311c9c75db6e22b46d2ff95b6986577bee6afe9' >"$work/plugin.txt"
	python3 -I -m pip download --quiet --no-deps --require-hashes --only-binary=:all: \
		--dest "$offline/wheels" -r "$work/plugin.txt"
fi
du -sh "$offline/modules" "$offline/wheels"
