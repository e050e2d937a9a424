"""Tables of docs/models.md: the full-size model on a CPU, and its numbers against the public one."""

ARMS = {
    "awd_bf16": "`awd`, bf16",
    "awd_int8": "`awd`, int8",
    "torch_merged": "PyTorch bf16, the same shortcuts",
    "torch_plain": "PyTorch bf16, as openpi computes",
    "gemm_bf16": "oneDNN bf16, only the matrix products",
    "gemm_int8": "oneDNN u8s8, only the matrix products",
}
RATIOS = {
    "torch_over_awd_bf16_full": "PyTorch / `awd` bf16, full query",
    "torch_over_awd_bf16_reuse": "PyTorch / `awd` bf16, held prefix",
    "torch_over_awd_int8_full": "PyTorch / `awd` int8, full query",
    "torch_over_awd_int8_reuse": "PyTorch / `awd` int8, held prefix",
    "torch_plain_over_awd_bf16_full": "PyTorch as openpi computes / `awd` bf16, full query",
    "torch_plain_over_awd_bf16_reuse": "PyTorch as openpi computes / `awd` bf16, held prefix",
    "awd_bf16_full_over_gemm_only": "`awd` bf16 / oneDNN's products alone, full query",
    "awd_int8_full_over_gemm_only": "`awd` int8 / oneDNN's products alone, full query",
}
STAGES = {
    "vision": "vision tower",
    "k_first": "keys, first layer",
    "v_first": "values, first layer",
    "k_last": "keys, last layer",
    "v_last": "values, last layer",
    "modulations": "adaRMS modulations",
    "velocities": "velocities, all flow steps",
    "actions": "actions",
}


def milliseconds(rows, stage):
    return f"{rows[stage]['p50']:.0f} ({rows[stage]['p95']:.0f})" if stage in rows else "-"


def pi05_cpu(data):
    """Median and p95 of every stage, memory and start, one row per program."""
    rows = [
        "| program | full query, ms | vision | prefix | flow on a held prefix | peak memory, GB | first action after start, s |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, label in ARMS.items():
        arm = data["arms"][name]
        latency = arm["latency_ms"]
        flow = "reuse" if "reuse" in latency else "denoise"
        cells = [milliseconds(latency, stage) for stage in ("full", "vision", "prefix", flow)]
        memory = f"{arm['peak_rss_bytes'] / 1e9:.1f}" if "peak_rss_bytes" in arm else "-"
        start = f"{arm['first_action_ms'] / 1e3:.1f}" if "first_action_ms" in arm else "-"
        rows.append(f"| {label} | {' | '.join(cells)} | {memory} | {start} |")
    return rows


def pi05_ratios(data):
    """Ratios of one run with the intervals of their medians over rounds."""
    rows = ["| ratio | median | 95 % interval | rounds |", "|---|---|---|---|"]
    for name, label in RATIOS.items():
        ratio = data["ratios"][name]
        low, high = ratio["ci95"]
        rows.append(f"| {label} | {ratio['median']:.2f} | {low:.2f}–{high:.2f} | {ratio['rounds']} |")
    return rows


def full_geometry(data):
    """Relative error of every stage against the judge, one column per type of the engine."""
    engine = data["engine"]
    rows = [f"| stage | {' | '.join(engine)} |", "|---" * (len(engine) + 1) + "|"]
    for stage, label in STAGES.items():
        if all(stage in run for run in engine.values()):
            rows.append(f"| {label} | {' | '.join(f'{run[stage]:.1e}' for run in engine.values())} |")
    return rows


TABLES = {"pi05_cpu": pi05_cpu, "pi05_ratios": pi05_ratios, "full_geometry": full_geometry}
