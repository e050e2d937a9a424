#!/usr/bin/env python3
"""Summary of the files that bench/gpu_times.sh leaves: medians, p95, p99 and ratios with intervals, see pi05_summary.py."""
import statistics
import sys

from pi05_summary import percentile, print_ratios, read_runs, stage_of, summarise_arm, summarise_ratio, write_summary

PEERS = ["torch_graph", "torch_compile", "realtime_vla"]


def p99_of(run, stage):
    if "latency_ms" in run:
        return run["latency_ms"][stage]["p99"]
    return percentile(run["samples_ms"][stage], 0.99)


def with_tails(summary, runs):
    """Adds the median over rounds of p99."""
    for stage, row in summary["latency_ms"].items():
        row["p99"] = statistics.median(p99_of(run, stage) for run in runs)
    for key in ("gpu", "gpu_memory_bytes", "action_error"):
        if key in runs[0]:
            summary[key] = runs[0][key]
    return summary


def ratios_of(runs):
    """Each peer's figure over ours, of the same round."""
    ratios = {}
    for peer in PEERS:
        for suffix in ("", "_h50"):
            for stage in ("full", "reuse"):
                name, ours = peer + suffix, "awd_bf16" + suffix
                if name in runs and ours in runs and stage_of(runs[name][0], stage):
                    ratios[f"{name}_over_{ours}_{stage}"] = summarise_ratio(runs, name, stage, ours, stage)
    return ratios


def main():
    folder, out = sys.argv[1:3]
    runs = read_runs(folder)
    first = runs["awd_bf16"][0]
    summary = {key: first[key] for key in ("machine", "commit", "geometry")}
    summary["arms"] = {arm: with_tails(summarise_arm(rounds), rounds) for arm, rounds in runs.items()}
    summary["ratios"] = ratios_of(runs)
    write_summary(summary, out)
    for name, arm in summary["arms"].items():
        cells = "  ".join(f"{stage} {row['p50']:.3f} ({row['p99']:.3f})" for stage, row in arm["latency_ms"].items())
        print(f"{name:18} {cells}  (ms, p50 and p99)")
    print_ratios(summary["ratios"])


if __name__ == "__main__":
    main()
