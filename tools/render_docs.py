#!/usr/bin/env python3
"""Writes the tables of README, docs and model cards from committed result files, and their code from compiled examples.

A document holds blocks
    <!-- table KIND FILE -->      KIND: one of the functions in TABLES or WIDE_TABLES; FILE: a JSON file relative to the repository
    ...
    <!-- end table -->
    <!-- snippet NAME FILE -->    the lines between `// [NAME]` and `// [end]` of FILE (`#` in Python and CMake)
    ...
    <!-- end snippet -->
`--check` writes nothing and exits with 1 when a block differs from its source.
"""
import json
import pathlib
import re
import sys
import textwrap

import render_analysis
import render_models
import render_perf
import render_serve

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENTS = ["README.md", "docs/analysis.md", "docs/findings.md", "docs/gate.md", "docs/integrate.md", "docs/models.md",
             "docs/perf.md", "docs/serve.md", "models/tiny/README.md"]
BLOCK = re.compile(r"(<!-- (table|snippet) (\w+) (\S+) -->\n).*?(<!-- end \2 -->)", re.S)
ARM_TEXT = {
    "none": "query at every step",
    "fixed:10": "open loop, 10 steps of each chunk",
    "fixed:20": "open loop, the whole chunk of 20",
    "period:10:restart": "every 10th step a query, `restart` between",
    "cosine": "cosine gate 0.98, `restart`",
    "awd-restart": "**the study**: its gate, its thresholds, `restart`",
    "awd-aligned": "same gate, same thresholds, `aligned`",
    "awd-guarded": "**the recommended gate**, `aligned`",
    "fixed:5": "open loop, 5 steps of each chunk",
    "random:matched:awd-guarded": "`aligned`, cut at random as often as `awd-guarded`",
    "oracle": "`aligned`, cut when the simulator changes something",
    "period:10:redenoise": "every 10th step a query, `redenoise` between",
    "period:10:aligned": "every 10th step a query, `aligned` between",
    "period:10:base_only": "every 10th step a query, `base_only` between",
    "awd-restart{noise=fresh}": "new noise at every step",
    "awd-restart{state_source=joints}": "guard on the joints",
    "awd-restart{state_source=joints,noise=fresh}": "both",
    "awd-restart{pixel_range=model}": "pixels in [-1, 1]",
    "awd-aligned{state_source=joints}": "guard on the joints",
    "awd-aligned{pixel_range=model}": "pixels in [-1, 1]",
}


def percent(x):
    return f"{100 * x:.1f} %".replace("100.0 %", "100 %").replace(" 0.0 %", " 0 %")


def interval(ci):
    return f"{100 * ci[0]:.1f}–{100 * ci[1]:.1f}"


def arms(data):
    """Success against queries saved, one row per arm."""
    rows = [
        "| arm | what it does | success | 95 % interval | steps reused | full queries per step | policy time per step |",
        "|---|---|---|---|---|---|---|",
    ]
    for arm in data["arms"]:
        rows.append(
            f"| `{arm['name']}` | {ARM_TEXT.get(arm['name'], '')} | {arm['successes']}/{arm['episodes']} | "
            f"{interval(arm['ci95'])} % | {percent(arm['reuse_rate'])} | {arm['full_queries_per_step']:.3f} | "
            f"{1000 / arm['hz']:.2f} ms |"
        )
    return rows


def tasks(data):
    """Success per task of the arms that run the plain policy."""
    plain = [arm for arm in data["arms"] if arm["name"] == "none" or arm["name"].startswith("fixed:")]
    rows = ["| task | " + " | ".join(f"`{a['name']}`" for a in plain) + " |", "|---" * (len(plain) + 1) + "|"]
    for index, task in enumerate(plain[0]["tasks"]):
        cells = []
        for arm in plain:
            t = arm["tasks"][index]
            cells.append(f"{t['successes']}/{t['episodes']} ({interval(t['ci95'])} %)")
        rows.append(f"| `{task['task']}` | " + " | ".join(cells) + " |")
    return rows


def reasons(data):
    """Why each arm made a full query, as a share of its steps."""
    rows = ["| arm | full queries because of |", "|---|---|"]
    for arm in data["arms"]:
        asked = {k: v for k, v in arm["reasons"].items() if k != "reuse"}
        parts = [f"{k} {percent(v / arm['steps'])}" for k, v in sorted(asked.items(), key=lambda kv: -kv[1])]
        rows.append(f"| `{arm['name']}` | {', '.join(parts)} |")
    return rows


def engine_speed(data):
    """Google Benchmark's output of bench/engine_bench: p50 and p95 per stage, type and thread count."""
    rows = ["| stage | type | threads | p50 | p95 | n |", "|---|---|---|---|---|---|"]
    for run in data["benchmarks"]:
        stage, dtype, threads, *_ = run["name"].split("/")
        rows.append(
            f"| {stage} | {dtype} | {threads.split(':')[1]} | {run['p50_ms']:.1f} ms | {run['p95_ms']:.1f} ms | {run['n']:.0f} |"
        )
    return rows


def gate_speed(data):
    """bench/gate_torch.py's result: the C++ gate, and how many times longer PyTorch takes for the same drift."""
    gate, ratios = data["cpp"]["decide_awd"], data["ratios"]
    guard = data["cpp"]["decide_state_guard"]
    recommended = data["cpp"].get("decide_recommended")
    extra = []
    if recommended:
        extra = [f"| the recommended set of signals | p50 {recommended['p50_us']:.1f} us, p95 {recommended['p95_us']:.1f} us |"]
    return [
        "| what | measured |",
        "|---|---|",
        f"| decision on two 224x224x3 pictures, one thread | p50 {gate['p50_us']:.1f} us, p95 {gate['p95_us']:.1f} us, n = {gate['n']:.0f} |",
        f"| decision that ends at the state guard | p50 {guard['p50_us']:.3f} us |",
        *extra,
        f"| PyTorch on the same bytes takes | {ratios['bytes_1_thread']} times as long on one thread, {ratios['bytes_default']} times on all |",
        f"| PyTorch with the float pictures already there | {ratios['float_ready_1_thread']} times, {ratios['float_ready_default']} times |",
    ]


def importance(data):
    """bench/importance_bench: how well each importance source predicts the effect of painting a block, and its time."""
    rows = ["| importance | rank correlation | effect in top quarter | full query, CPU time |", "|---|---|---|---|"]
    for source in data["sources"]:
        rows.append(
            f"| {source['name']} | {source['rank_correlation']:.2f} | {percent(source['effect_in_top_quarter'])} "
            f"| {source['cpu_ms']:.1f} ms |"
        )
    return rows


def signals(data):
    """`awd signals`: AUROC of every signal for "going on loses the episode", one column per scenario and k."""
    groups = [group for group in data["scenarios"] if group["loses"] > 0]
    heads = [
        f"{group['scenario'].split('{')[0]}, k = {group['more_steps']} ({group['loses']} of {group['samples']} lose)"
        for group in groups
    ]
    rows = ["| signal | " + " | ".join(heads) + " |", "|---" * (len(groups) + 1) + "|"]

    def area(group, name):
        loses = next(s["loses"] for s in group["signals"] if s["signal"] == name)
        return loses["auroc"], loses["ci95"]

    names = sorted((s["signal"] for s in groups[0]["signals"]), key=lambda n: -sum(area(g, n)[0] or 0 for g in groups))
    for name in names:
        cells = []
        for group in groups:
            value, ci = area(group, name)
            cells.append("" if value is None else f"{value:.2f} ({ci[0]:.2f}–{ci[1]:.2f})")
        rows.append(f"| `{name}` | " + " | ".join(cells) + " |")
    return rows


def calibration(data):
    """`awd calibrate`: every configuration of the grid, and the chosen one on other seeds."""
    rows = ["| options | episodes lost | 95 % bound | p | queries per step |", "|---|---|---|---|---|"]
    for c in [*data["configurations"], data["check"]]:
        note = " on other seeds" if c is data["check"] else ""
        p = f"{c['p']:.2g}" if "p" in c else ""
        rows.append(
            f"| `{c['arm']}`{note} | {c['bad']}/{c['episodes']} | {percent(c['risk_upper95'])} | {p} "
            f"| {c['full_queries_per_step']:.3f} |"
        )
    return rows


def by_name(data, name):
    return next(arm for arm in data["arms"] if arm["name"] == name)


def success(arm):
    return f"{100 * arm['success_rate']:.1f} ({interval(arm['ci95'])})"


def matrix(files):
    """Success (95 % interval) and full queries per step, one row per arm, one pair of columns per scenario."""
    names = [arm["name"] for arm in next(iter(files.values()))["arms"]]
    rows = ["| arm | " + " | ".join(f"{name}, % | queries" for name in files) + " |", "|---" * (2 * len(files) + 1) + "|"]
    for name in names:
        arms_of = [by_name(data, name) for data in files.values()]
        cells = [f"{success(arm)} | {arm['full_queries_per_step']:.3f}" for arm in arms_of]
        rows.append(f"| `{name}` | " + " | ".join(cells) + " |")
    return rows


def modes(files):
    """Success (95 % interval) and work per step in full queries' vision + prefix, a pair of columns per scenario."""
    entries = [arm for data in files.values() for arm in data["arms"]]
    scenarios = list(dict.fromkeys(arm["scenario"] for arm in entries))
    heads = [f"{scenario.split('{')[0]}, % | work" for scenario in scenarios]
    rows = ["| arm | " + " | ".join(heads) + " |", "|---" * (2 * len(heads) + 1) + "|"]
    for name in dict.fromkeys(arm["name"] for arm in entries):
        of_scenario = {arm["scenario"]: arm for arm in entries if arm["name"] == name}
        cells = [f"{success(of_scenario[s])} | {of_scenario[s]['query_work']:.2f}" for s in scenarios]
        rows.append(f"| `{name}` | " + " | ".join(cells) + " |")
    return rows


def guarded(files):
    """awd-guarded against querying at every step and against open loop, one row per scenario; differences in points."""
    rows = [
        "| scenario | n | `none` | `fixed:20` | `awd-guarded` | minus `none` | queries per step | steps reused | false recomputes |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, data in files.items():
        arm = by_name(data, "awd-guarded")
        difference = next(c for c in arm["comparisons"] if c["vs"] == "none")
        low, high = (100 * x for x in difference["ci95"])
        rows.append(
            f"| `{name}` | {arm['episodes']} | {100 * by_name(data, 'none')['success_rate']:.1f} % | "
            f"{100 * by_name(data, 'fixed:20')['success_rate']:.1f} % | {100 * arm['success_rate']:.1f} % | "
            f"{100 * difference['diff']:+.1f} ({low:+.1f} to {high:+.1f}) | {arm['full_queries_per_step']:.3f} | "
            f"{percent(arm['reuse_rate'])} | {percent(arm['false_recompute_rate'])} |"
        )
    return rows


def variants(files):
    """What training changes: success of every arm on every policy."""
    names = [arm["name"] for arm in next(iter(files.values()))["arms"]]
    rows = ["| policy | " + " | ".join(f"`{name}`" for name in names) + " |", "|---" * (len(names) + 1) + "|"]
    for policy, data in files.items():
        rows.append(f"| `{policy}` | " + " | ".join(success(by_name(data, name)) for name in names) + " |")
    return rows


def python_gate(data):
    """Time of a decision from Python beside that from C++."""
    names = {
        "decide_state_guard": "ends at the state guard",
        "decide_awd": "gate `awd`, all three layers",
        "decide_recommended": "`awd-guarded`",
        "decide_state_guard_torch": "ends at the state guard, tensors of PyTorch",
    }
    rows = ["| decision | from Python (p50) | from C++ (p50) | difference |", "|---|---|---|---|"]
    for name in filter(data["python"].get, names):
        cpp = data["cpp_p50_us"][name.removesuffix("_torch")]
        rows.append(
            f"| {names[name]} | {data['python'][name]['p50_us']:.1f} us | {cpp:.1f} us | {data['overhead_us'][name]:.1f} us |"
        )
    return rows


TABLES = {
    "arms": arms,
    "tasks": tasks,
    "reasons": reasons,
    "engine_speed": engine_speed,
    "gate_speed": gate_speed,
    "importance": importance,
    "python_gate": python_gate,
    "signals": signals,
    "calibration": calibration,
    **render_analysis.TABLES,
    **render_models.TABLES,
    **render_perf.TABLES,
    **render_serve.TABLES,
}
# Tables over several result files: PREFIX_{NAME,NAME,...}.json in the place of FILE.
WIDE_TABLES = {"matrix": matrix, "modes": modes, "guarded": guarded, "variants": variants}


def read_files(pattern):
    """{NAME: content} of "PREFIX_{NAME,NAME}.json"."""
    prefix, names, suffix = re.fullmatch(r"(.*)\{(.*)\}(.*)", pattern).groups()
    return {name: json.loads((ROOT / f"{prefix}{name}{suffix}").read_text()) for name in names.split(",")}


def snippet(name, file):
    """The marked lines of an example, without their common indentation."""
    mark, language = {".py": ("#", "python"), ".txt": ("#", "cmake")}.get(pathlib.Path(file).suffix, ("//", "cpp"))
    match = re.search(rf"^ *{mark} \[{name}\]\n(.*?)^ *{mark} \[end\]", (ROOT / file).read_text(), re.S | re.M)
    if not match:
        sys.exit(f"[{file}] expected the lines {mark} [{name}] ... {mark} [end]")
    return ["```" + language, textwrap.dedent(match[1]).rstrip(), "```"]


def render(path):
    def block(match):
        opening, block_type, kind, file, end = match.groups()
        if block_type == "snippet":
            lines = snippet(kind, file)
        elif kind in TABLES:
            lines = TABLES[kind](json.loads((ROOT / file).read_text()))
        elif kind in WIDE_TABLES:
            lines = WIDE_TABLES[kind](read_files(file))
        else:
            sys.exit(f"[{path}] expected a table of {', '.join([*TABLES, *WIDE_TABLES])}, got {kind}")
        return opening + "\n".join(lines) + "\n" + end

    return BLOCK.sub(block, (ROOT / path).read_text())


def main():
    stale = []
    for path in DOCUMENTS:
        new = render(path)
        if new == (ROOT / path).read_text():
            continue
        stale.append(path)
        if "--check" not in sys.argv:
            (ROOT / path).write_text(new)
    if "--check" in sys.argv and stale:
        print(f"blocks differ from their sources (run tools/render_docs.py): {', '.join(stale)}")
        return 1
    print(f"docs: {len(DOCUMENTS)} documents " + ("checked" if "--check" in sys.argv else "written"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
