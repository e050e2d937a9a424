#!/usr/bin/env bash
# Builds what full_geometry.py needs and runs it: tests/nightly/full_geometry.sh --dir DIR [its other options].
# PYTHON names the interpreter with torch and, for a public reference, transformers; BUILD the build folder.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${BUILD:-$root/build/release}
[[ -f $build/build.ninja ]] || cmake -S "$root" --preset release -B "$build" -DAWD_PARQUET=OFF
cmake --build "$build" --target awd_dump_stages
exec "${PYTHON:-python3}" "$root/tests/nightly/full_geometry.py" --dump "$build/tests/nightly/awd_dump_stages" "$@"
