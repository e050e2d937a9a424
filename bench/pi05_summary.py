#!/usr/bin/env python3
"""Summary of the files that bench/pi05_cpu.sh leaves: medians, p95 and ratios with intervals.

A round's figure of a stage is the median of its queries. A ratio is the median over rounds of the peer's figure over
ours, of the same round; its interval is the range of that median over all resamples of rounds, 2.5 % to 97.5 %.
"""
import glob
import itertools
import json
import os
import random
import statistics
import sys

STAGES = ["full", "vision", "prefix", "denoise", "reuse"]
RATIOS = {  # name: (peer, its stage, ours, our stage)
    "torch_over_awd_bf16_full": ("torch_merged", "full", "awd_bf16", "full"),
    "torch_over_awd_bf16_reuse": ("torch_merged", "reuse", "awd_bf16", "reuse"),
    "torch_over_awd_int8_full": ("torch_merged", "full", "awd_int8", "full"),
    "torch_over_awd_int8_reuse": ("torch_merged", "reuse", "awd_int8", "reuse"),
    "torch_plain_over_awd_bf16_full": ("torch_plain", "full", "awd_bf16", "full"),
    "torch_plain_over_awd_bf16_reuse": ("torch_plain", "reuse", "awd_bf16", "reuse"),
    "awd_bf16_full_over_gemm_only": ("awd_bf16", "full", "gemm_bf16", "full"),
    "awd_int8_full_over_gemm_only": ("awd_int8", "full", "gemm_int8", "full"),
}


def percentile(values, p):
    ordered = sorted(values)
    place = p * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def stage_of(run, stage):
    """Median, p95 and number of queries of one run; None where it has no such stage."""
    if "latency_ms" in run:
        row = run["latency_ms"].get(stage)
        return row and (row["p50"], row["p95"], row["n"])
    samples = run["samples_ms"].get(stage)
    return samples and (statistics.median(samples), percentile(samples, 0.95), len(samples))


def interval(values):
    """95 % bootstrap interval of the median; every resample where there are few."""
    n = len(values)
    if n ** n <= 50000:
        medians = [statistics.median(pick) for pick in itertools.product(values, repeat=n)]
    else:
        draw = random.Random(1)
        medians = [statistics.median(draw.choices(values, k=n)) for _ in range(20000)]
    return [percentile(medians, 0.025), percentile(medians, 0.975)]


def read_runs(folder):
    """{arm: [run of round 1, run of round 2, ...]}"""
    runs = {}
    for path in glob.glob(os.path.join(folder, "*.*.json")):
        arm, number, _ = os.path.basename(path).split(".")
        with open(path, encoding="utf-8") as file:
            runs.setdefault(arm, {})[int(number)] = json.load(file)
    return {arm: [rounds[number] for number in sorted(rounds)] for arm, rounds in sorted(runs.items())}


def summarise_arm(runs):
    summary = {"latency_ms": {}}
    for stage in STAGES:
        rows = [row for row in (stage_of(run, stage) for run in runs) if row]
        if rows:
            summary["latency_ms"][stage] = {
                "p50": statistics.median(row[0] for row in rows), "p95": statistics.median(row[1] for row in rows),
                "rounds": len(rows), "n": sum(row[2] for row in rows), "round_p50": [row[0] for row in rows]}
    for key in ("peak_rss_bytes", "weight_bytes", "load_ms", "first_action_ms"):
        if key in runs[0]:
            summary[key] = max(run[key] for run in runs)
    if "torch" in runs[0]:
        summary["torch"] = runs[0]["torch"]
    return summary


def summarise_ratio(runs, peer, peer_stage, ours, our_stage):
    values = [stage_of(a, peer_stage)[0] / stage_of(b, our_stage)[0] for a, b in zip(runs[peer], runs[ours])]
    return {"median": statistics.median(values), "ci95": interval(values), "rounds": len(values)}


def write_summary(summary, out):
    """Whole or not at all."""
    partial = out + ".part"
    with open(partial, "w", encoding="utf-8") as file:
        json.dump(summary, file, indent=1)
        file.write("\n")
    os.replace(partial, out)


def print_ratios(ratios):
    for name, ratio in ratios.items():
        print(f"{name:40} {ratio['median']:.2f}  [{ratio['ci95'][0]:.2f}, {ratio['ci95'][1]:.2f}]")


def main():
    folder, out = sys.argv[1:3]
    runs = read_runs(folder)
    first = runs["awd_bf16"][0]
    summary = {key: first[key] for key in ("machine", "commit", "threads", "ceilings", "geometry")}
    summary["arms"] = {arm: summarise_arm(rounds) for arm, rounds in runs.items()}
    summary["ratios"] = {name: summarise_ratio(runs, *rule) for name, rule in RATIOS.items()}
    write_summary(summary, out)
    for name, arm in summary["arms"].items():
        cells = "  ".join(f"{stage} {row['p50']:.0f}" for stage, row in arm["latency_ms"].items())
        print(f"{name:14} {cells}  (ms, p50)")
    print_ratios(summary["ratios"])


if __name__ == "__main__":
    main()
