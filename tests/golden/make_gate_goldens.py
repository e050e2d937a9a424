"""Writes src/gate/testdata/gate_goldens.txt: the study's formulas, evaluated by PyTorch on synthetic pictures.

Usage: python tests/golden/make_gate_goldens.py      (PyTorch on CPU; nothing random, the file is reproducible)

Lines: `case NAME colour noise_a noise_b intruder_rows importance_seed pool dilation range`, then
`raw`, `weighted`, `cosine` (one number per camera), `weight` (the dilated map of camera 0, every 5th cell), and
`decision NAME state_shift state_threshold drift_threshold reason score` for whole decisions.
"""
import pathlib

import torch
import torch.nn.functional as F

from gate_case import StudyGate, as_batch, dilated_weight, drifts, importance, model_input, picture

OUT = pathlib.Path(__file__).resolve().parents[2] / "src/gate/testdata/gate_goldens.txt"
CAMERAS = 2
# name, colour seed, anchor noise, current noise, intruder rows, importance seed, pool, dilation, pixel range
CASES = [
    ("still", 1, 11, 11, 0, 21, 8, 5, "model"),
    ("noise", 1, 11, 12, 0, 21, 8, 5, "model"),
    ("intruder", 2, 11, 12, 3, 22, 8, 5, "model"),
    ("everything", 3, 11, 12, 14, 23, 8, 5, "model"),
    ("unit_range", 2, 11, 12, 3, 22, 8, 5, "unit"),
    ("no_dilation", 2, 11, 12, 3, 22, 8, 1, "model"),
    ("wide_dilation", 2, 11, 12, 3, 22, 8, 9, "model"),
    ("fine_pool", 2, 11, 12, 3, 22, 4, 5, "model"),
    ("coarse_pool", 2, 11, 12, 3, 22, 16, 3, "model"),
    ("huge_pool", 2, 11, 12, 3, 22, 56, 3, "model"),
]
# case, added to one component of the state, state threshold, drift threshold
DECISIONS = [
    ("still", 0.0, 0.05, 0.5),
    ("still", 0.06, 0.05, 0.5),
    ("still", -0.06, 0.05, 0.5),
    ("noise", 0.04, 0.05, 0.5),
    ("intruder", 0.0, 0.05, 0.5),
    ("intruder", 0.1, 0.23, 1.0),
    ("everything", 0.1, 0.23, 1.0),
    ("everything", 0.3, 0.23, 1.0),
]


def numbers(values):
    return " ".join(f"{float(v):.9g}" for v in values)


def inputs(case):
    """Anchor pictures, current pictures and importance of every camera; camera c uses seeds + 100 c."""
    _, colour, noise_a, noise_b, rows, seed, *_ = case
    shift = [100 * c for c in range(CAMERAS)]
    anchor = [picture(colour + s, noise_a + s) for s in shift]
    current = [picture(colour + s, noise_b + s, rows) for s in shift]
    maps = torch.stack([torch.from_numpy(importance(seed + s)) for s in shift])
    return as_batch(anchor), as_batch(current), maps


def main():
    torch.set_num_threads(1)
    lines = []
    for case in CASES:
        name, *_, pool, dilation, pixel_range = case
        anchor, current, maps = inputs(case)
        x, y = model_input(anchor, pixel_range).double(), model_input(current, pixel_range).double()
        weight = dilated_weight(maps.double(), 224 // pool, dilation)
        raw, weighted = drifts(y, F.avg_pool2d(x, kernel_size=pool, stride=pool), weight, pool)
        cosine = F.cosine_similarity(x.flatten(1), y.flatten(1), dim=1)
        lines += [f"case {' '.join(str(v) for v in case)}", f"raw {numbers(raw)}", f"weighted {numbers(weighted)}",
                  f"cosine {numbers(cosine)}", f"weight {numbers(weight[0].flatten()[::5])}"]
    by_name = {case[0]: case for case in CASES}
    state = torch.linspace(-1, 1, 8)
    for name, shift, state_threshold, drift_threshold in DECISIONS:
        anchor, current, maps = inputs(by_name[name])
        gate = StudyGate(state_threshold, drift_threshold)
        gate.update(model_input(anchor), maps, state)
        moved = state.clone()
        moved[3] += shift
        _, reason, score = gate.should_recompute(model_input(current), moved)
        lines.append(f"decision {name} {shift} {state_threshold} {drift_threshold} {reason} {score:.9g}")
    OUT.write_text("\n".join(lines) + "\n")
    print(f"{OUT}: {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
