"""Tables of docs/perf.md, the full-size model on a GPU beside its peers, and of docs/gate.md, the gate on a GPU."""

ARMS = {
    "awd_bf16": "`awd` bf16",
    "awd_fp8": "`awd` fp8 (MLPs of the prefix, expert)",
    "awd_bf16_h50": "`awd` bf16, horizon 50",
    "awd_bf16_3_cameras": "`awd` bf16, 3 cameras",
    "torch_graph": "PyTorch bf16, CUDA graphs",
    "torch_compile": "PyTorch bf16, torch.compile and CUDA graphs",
    "torch_graph_h50": "PyTorch bf16, CUDA graphs, horizon 50",
    "realtime_vla": "realtime-vla (Triton)",
}


def cell(latency, stage):
    if stage not in latency:
        return "-"
    row = latency[stage]
    return f"{row['p50']:.2f} ({row['p99']:.2f})"


def gpu_times(data):
    """Median and p99 of a query and of the flow on held keys, one row per program."""
    rows = ["| program | full query, ms p50 (p99) | flow on a held prefix | GPU memory, GB | n |", "|---|---|---|---|---|"]
    for name, label in ARMS.items():
        if name not in data["arms"]:
            continue
        arm = data["arms"][name]
        latency = arm["latency_ms"]
        memory = f"{arm['gpu_memory_bytes'] / 1e9:.1f}" if "gpu_memory_bytes" in arm else "-"
        rows.append(f"| {label} | {cell(latency, 'full')} | {cell(latency, 'reuse')} | {memory} | {latency['full']['n']} |")
    return rows


def gpu_stages(data):
    """Where a query's time goes, timed with a wait behind each stage."""
    latency = data["arms"]["awd_bf16_stages"]["latency_ms"]
    rows = ["| stage | ms p50 (p99) |", "|---|---|"]
    for stage in ("vision", "prefix", "denoise"):
        rows.append(f"| {stage} | {cell(latency, stage)} |")
    return rows


def gpu_ratios(data):
    """Peers over `awd` bf16 in the same run."""
    rows = ["| ratio | median | 95 % interval | rounds |", "|---|---|---|---|"]
    for name, ratio in data["ratios"].items():
        peer, ours = name.split("_over_")
        stage = ours.rsplit("_", 1)[1]
        low, high = ratio["ci95"]
        interval = f"{low:.2f}–{high:.2f}" if ratio["rounds"] > 1 else "-"
        label = ARMS[peer].replace("`", "")
        rows.append(f"| {label} / awd, {'full query' if stage == 'full' else 'held prefix'} | {ratio['median']:.2f} | "
                    f"{interval} | {ratio['rounds']} |")
    return rows


def gpu_errors(data):
    """Actions of a type against those of f32, on the same pictures, state and noise."""
    rows = ["| program | rms | largest | rms of the actions | queries |", "|---|---|---|---|---|"]
    for name, arm in data["arms"].items():
        if "action_error" in arm:
            error = arm["action_error"]
            rows.append(f"| {ARMS[name]} | {error['rms']:.2e} | {error['largest']:.2e} | {error['rms_of_actions']:.2f} | "
                        f"{error['queries']} |")
    return rows


GATE_PATHS = {
    "device pictures": "signals of pictures on the device",
    "device pictures, with patches": "the same with patches of all cameras",
    "pinned host pictures": "signals of pictures in pinned host memory",
    "host pictures": "signals of pageable host pictures",
    "CPU gate": "the same sums on the CPU",
    "decision awd, device pictures": "decision of gate `awd`, pictures on the device",
    "decision awd-guarded, device pictures": "decision of `awd-guarded`, pictures on the device",
}


def gpu_gate(data):
    """What the gate costs by where the pictures lie, two cameras."""
    rows = ["| what | p50, us | p99, us |", "|---|---|---|"]
    latency = {row["path"]: row for row in data["latency_us"] if row["cameras"] == 2}
    for path, label in GATE_PATHS.items():
        rows.append(f"| {label} | {latency[path]['p50']:.1f} | {latency[path]['p99']:.1f} |")
    return rows


TABLES = {
    "gpu_times": gpu_times,
    "gpu_stages": gpu_stages,
    "gpu_ratios": gpu_ratios,
    "gpu_errors": gpu_errors,
    "gpu_gate": gpu_gate,
}
