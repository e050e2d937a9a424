#!/usr/bin/env bash
# Remakes bench/results/serve.json: what `awd serve` adds to the engine for two 224 x 224 cameras on loopback (every
# request a query; reuse; TLS is not measured), 32 idle and 8 busy clients for MINUTES (5), and MESSAGES (100000)
# malformed messages. BUILD says where the binaries are.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=${BUILD:-build/release} minutes=${MINUTES:-5} messages=${MESSAGES:-100000} requests=${REQUESTS:-2000}
bench=$build/bench/serve_bench
scratch=$(mktemp -d)
pid=
stop() { [[ -z $pid ]] || { kill "$pid" && wait "$pid"; pid=; }; }
trap 'stop; rm -rf "$scratch"' EXIT

start() { # OPTIONS...: a server at $url
  "$build/src/cli/awd" serve --port 0 --no-log "$@" > "$scratch/out" &
  pid=$!
  until grep -q 'awd serve: ' "$scratch/out"; do sleep 0.05; done
  url=$(sed -n 's/^awd serve: \(ws:[^ ]*\) .*/\1/p' "$scratch/out")
}

start
"$bench" overhead "$url" "$requests" > "$scratch/full.json"
stop
start --gate awd-aligned --replan-steps 1
"$bench" overhead "$url" "$requests" > "$scratch/reuse.json"
stop
start
"$bench" soak "$url" "$pid" "$minutes" > "$scratch/soak.json"
stop
start
"$bench" malformed "$url" "$messages" > "$scratch/malformed.json"
stop

PYTHONPATH=bench python3 - "$scratch" > "$scratch/serve.json" <<'PYTHON'
import json, os, pathlib, platform, sys
from provenance import commit, cpu_name
folder = pathlib.Path(sys.argv[1])
result = {"machine": {"cpu": cpu_name(), "cores": len(os.sched_getaffinity(0)), "kernel": platform.release()},
          "commit": commit()}
result |= {part: json.loads((folder / (part + ".json")).read_text()) for part in ("full", "reuse", "soak", "malformed")}
print(json.dumps(result, indent=1))
PYTHON
mv "$scratch/serve.json" bench/results/serve.json
cat bench/results/serve.json
