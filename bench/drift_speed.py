#!/usr/bin/env python3
"""Sums up the times of bench/drift.sh as JSON: python3 bench/drift_speed.py TIMES DRIFT_JSON."""
import json
import os
import pathlib
import statistics
import subprocess
import sys

from provenance import cpu_name


def main():
    times = {"policy": [], "uniform": []}
    for line in pathlib.Path(sys.argv[1]).read_text().splitlines():
        kind, milliseconds = line.split()
        times[kind].append(float(milliseconds) / 1000)
    drift = json.loads(pathlib.Path(sys.argv[2]).read_text())
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], check=True, capture_output=True, text=True)
    print(json.dumps({
        "machine": {"cpu": cpu_name(), "cores": os.cpu_count(), "load_average": os.getloadavg()[0]},
        "commit": commit.stdout.strip(),
        "frames": drift["frames"],
        "episodes": drift["episodes"],
        "cameras": len(drift["cameras"]),
        "policy_queries": drift["policy_queries"],
        "rounds": len(times["policy"]),
        **{kind: {"median_s": round(statistics.median(values), 2),
                  "min_s": round(min(values), 2),
                  "frames_per_second": round(drift["frames"] / statistics.median(values))}
           for kind, values in times.items()},
    }, indent=1))


if __name__ == "__main__":
    main()
