"""Tables of docs/analysis.md from bench/results/analysis_*.json. Used by render_docs.py."""

LABELS = ["target", "robot", "goal", "other", "background"]


def estimate(e, scale=1, digits=2):
    """A value and its 95 % interval."""
    low, high = e["ci95"]
    dash = "–" if low >= 0 else " to "
    return f"{scale * e['value']:.{digits}f} ({scale * low:.{digits}f}{dash}{scale * high:.{digits}f})"


def attention_study(data):
    """The study's own table: weights of the image patches per camera, P10 to P90 over frames and mean."""
    rows = ["| camera | max weight | mean weight | max/mean ratio | share of image attention |", "|---|---|---|---|---|"]

    def spread(s, digits, scale=1):
        return f"{scale * s['p10']:.{digits}f}–{scale * s['p90']:.{digits}f} ({scale * s['mean']:.{digits}f})"

    for c in data["cameras"]:
        rows.append(
            f"| {c['camera']} | {spread(c['max_weight'], 3)} | {spread(c['mean_weight'], 4)} "
            f"| {spread(c['max_over_mean'], 0)} | {spread(c['camera_share'], 0, 100)} % |"
        )
    return rows


def attention_labels(data):
    """What attention lies on: its share, the share of the picture, and their ratio."""
    rows = ["| camera | on | attention, % | picture, % | attention over area |", "|---|---|---|---|---|"]
    for c in data["cameras"]:
        for name in LABELS:
            label = c["labels"][name]
            rows.append(
                f"| {c['camera']} | {name} | {estimate(label['attention_share'], 100, 1)} | {100 * label['area_share']:.1f} "
                f"| {estimate(label['enrichment'])} |"
            )
    return rows


def attention_coverage(data):
    """How much of where the target newly is some frames later lies in the attended region; its area; lift over chance."""
    rows = [
        "| camera | frames ahead | raw region holds | of area | dilated region holds | of area | dilated minus raw, points | lift of dilated |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for c in data["cameras"]:
        for entry in (e for e in c["coverage"] if e["target"] == "new"):
            raw, dilated = entry["raw"], entry["dilated"]
            rows.append(
                f"| {c['camera']} | {entry['frames_ahead']} | {100 * raw['covered_share']['value']:.0f} % "
                f"| {100 * raw['area_share']:.0f} % | {100 * dilated['covered_share']['value']:.0f} % "
                f"| {100 * dilated['area_share']:.0f} % | {estimate(entry['dilated_minus_raw'], 100, 0)} "
                f"| {estimate(dilated['lift'])} |"
            )
    return rows


def drift_quantiles(data):
    """The study's own table in both conventions, and how well each tells key actions from steady motion."""
    rows = [
        "| drift | compared with | mean | std | P50 | P75 | P90 | AUROC, key against steady |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for s in data["signals"]:
        if s["camera"] is not None:
            continue
        d, area = s["all"], s["key_against_steady"]
        numbers = " | ".join(f"{d[k]:.3g}" for k in ("mean", "std", "p50", "p75", "p90"))
        against = "the frame before" if s["convention"] == "frame_to_frame" else "the anchor"
        rows.append(
            f"| {s['signal']} | {against} | {numbers} | {area['auroc']:.2f} ({area['ci95'][0]:.2f}–{area['ci95'][1]:.2f}) |"
        )
    return rows


def drift_thresholds(data):
    """Reuse that each pair of thresholds would give on the recorded frames, and gave in closed loop."""
    modes = [c["mode"] for c in data["thresholds"][0]["closed_loop"]]
    heads = [f"closed loop, `{mode}` | success" for mode in modes]
    rows = [
        "| thresholds from | state | drift | open loop, no age limit | open loop, age at most the horizon |"
        + "".join(f" {head} |" for head in heads),
        "|---" * (5 + 2 * len(modes)) + "|",
    ]
    for pair in data["thresholds"]:
        open_loop = [f"{100 * rate['reuse_rate']:.1f} %" for rate in pair["open_loop"]]
        closed = [
            f"{100 * rate['reuse_rate']:.1f} % | {rate['successes']}/{rate['episodes']} "
            f"({100 * rate['success_ci95'][0]:.0f}–{100 * rate['success_ci95'][1]:.0f} %)"
            for rate in pair["closed_loop"]
        ]
        cells = [pair["source"].replace("_", " "), f"{pair['state_threshold']:.3g}", f"{pair['drift_threshold']:.3g}"]
        rows.append("| " + " | ".join(cells + open_loop + closed) + " |")
    return rows


def trigger_guards(data):
    """Per arm: recomputes per step by group, and where the state and vision guards fire."""

    def concentration(arm, group):
        guard = arm[f"{group}_guard_in_key_phases"]
        if arm["groups"][group] == 0:
            return "never fires"
        if not guard["triggers"]:
            return "no gripper switch"
        low, high = guard["ratio_ci95"]
        return f"{guard['answer']}: {guard['ratio']:.2f} ({low:.2f}–{high:.2f}) of {guard['triggers']}"

    rows = [
        "| arm | recomputes per step | runtime | schedule | state guard | vision guard | state guard in key phases | vision guard in key phases |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for arm in data["arms"]:
        groups = " | ".join(f"{100 * arm['groups'][g] / arm['steps']:.1f} %" for g in ("runtime", "schedule", "state", "vision"))
        rows.append(
            f"| `{arm['arm']}` | {arm['recomputes_per_step']:.3f} | {groups} "
            f"| {concentration(arm, 'state')} | {concentration(arm, 'vision')} |"
        )
    return rows


TABLES = {
    "attention_study": attention_study,
    "attention_labels": attention_labels,
    "attention_coverage": attention_coverage,
    "drift_quantiles": drift_quantiles,
    "drift_thresholds": drift_thresholds,
    "trigger_guards": trigger_guards,
}
