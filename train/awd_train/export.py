"""Write and read the policy folder that the C++ engine loads."""

from __future__ import annotations

import os
from pathlib import Path

import torch
from safetensors.torch import save_file

from .model import Policy
from .normalise import NormStats
from .tokens import Tokenizer

_FILES = ("config.json", "tokenizer.model", "norm_stats.json", "README.md", "model.safetensors")

_CARD = """# Policy `{name}`

A {variant}-architecture policy of {parameters:.2f} M parameters for the table-top tasks of `awd eval`: two 224x224
cameras ({cameras}), {state_dim}-number state ({state_input}), {horizon}-step chunks of {action_dim}-number actions at
20 Hz.{stale_text}

**Data.** {frames:,} frames of {demos:,} demonstrations that `awd record` made from seeds >= {first_seed:,} (evaluation
uses seeds below 1,000,000); failed ones were dropped, 80 % were disturbed so that recoveries are shown. Scenarios among
them: {scenarios}.

**Recipe.** `train/`: {steps:,} steps of {batch} frames in {seconds:.0f} s. Flow matching plus auxiliary losses whose
heads are not part of this folder. Weights are an exponential average, stored as bf16.

**Held-out demonstrations.** Position error of the thing that the instruction is about, read from the network; error of
the first ten actions.

{table}

**Measured success.** Not measured yet: `awd eval --policy <this folder> --arms none,fixed:10 --tasks all`.

**Limits.** Knows these instructions, this scene, these cameras and this arm, and nothing else. Images must be upright
RGB as the simulator renders them, without shadows.
"""


def export_policy(
    folder: Path | str, policy: Policy, tokenizer: Tokenizer, stats: NormStats, card: dict[str, object]
) -> None:
    """Write all files beside the folder's old ones, then swap them in one by one: a reader never sees half a file.
    `card` fills the model card; the policy's own numbers are added here."""
    folder = Path(folder)
    new = folder / ".new"
    new.mkdir(parents=True, exist_ok=True)
    c = policy.config
    c.save(new)
    stats.save(new)
    (new / "tokenizer.model").write_bytes(tokenizer.model)
    parameters = sum(p.numel() for p in policy.parameters()) / 1e6
    own = {"name": c.name, "variant": c.variant, "cameras": ", ".join(c.cameras), "parameters": parameters}
    own |= {"state_dim": c.state_dim, "horizon": c.horizon, "action_dim": c.action_dim, "state_input": c.state_input}
    (new / "README.md").write_text(_CARD.format(**own, **card))
    weights = {name: x.detach().to("cpu", torch.bfloat16).contiguous() for name, x in policy.state_dict().items()}
    save_file(weights, new / "model.safetensors", metadata={"format": "pt"})
    (new / "model.safetensors").chmod(0o644)  # safetensors writes it for the owner only
    for name in _FILES:
        os.replace(new / name, folder / name)
    new.rmdir()
