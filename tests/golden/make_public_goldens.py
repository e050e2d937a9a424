"""Makes tests/golden/public: small random policies and what the PUBLIC PyTorch models compute with them, stage by stage.

    python tests/golden/make_public_goldens.py --lerobot CHECKOUT     (torch, transformers 5.4 or 5.5, sentencepiece)
    python tests/golden/make_public_goldens.py --openpi CHECKOUT      (torch, transformers 4.53.2 with openpi's replaced files)
    python tests/golden/make_public_goldens.py --compare              (how far the two are apart)

Everything follows from fixed seeds. Both models run in f32 on the CPU with the same weights, which bf16 holds exactly. openpi's
model writes the weights of pi0 and LeRobot's those of pi05, each under the names its own checkpoints have.
"""
import argparse
import copy
import json
import pathlib
import shutil
import subprocess

import make_goldens
import numpy as np
import public_models
import public_stages
import public_weights
import sentencepiece
import torch
from safetensors.torch import load_file, save_file, save_model

HERE = pathlib.Path(__file__).parent
PUBLIC = HERE / "public"
TOKENIZER = HERE / "pi05" / "tokenizer.model"
COMMON = {
    "format": "awd-policy-1", "cameras": list(public_models.CAMERAS), "image_size": 224, "patch_size": 14,
    "vision": {"width": 72, "depth": 2, "heads": 4, "mlp": 100},  # odd head size: its square root is not exact, as of 72
    "llm": {"width": 64, "depth": 3, "mlp": 128, "heads": 8, "kv_heads": 1, "head_dim": 16, "vocab": 96},
    "expert": {"width": 32, "mlp": 64},
    "state_dim": 8, "action_dim": 7, "model_state_dim": 32, "model_action_dim": 32, "flow_steps": public_models.FLOW_STEPS,
}
POLICIES = {
    "pi0": {**COMMON, "name": "public-pi0", "variant": "pi0", "state_input": "token", "horizon": 16, "max_tokens": 48},
    "pi05": {**COMMON, "name": "public-pi05", "variant": "pi05", "state_input": "prompt", "horizon": 10, "max_tokens": 200},
}
SAVED_BY = {"pi0": "openpi", "pi05": "lerobot"}
SEEDS = {"pi0": 11, "pi05": 12}
CASES = {"three": [True, True, True], "no_left_wrist": [True, False, True], "two": [True, True, False],
         "one": [True, False, False]}
ROW_STRIDE = 13  # of stored image tokens, keys and values, from the last row on; prime to the 16 columns of patches
VELOCITY_STEPS = [0, 6]


def identity_stats(config):
    def stats(dim):
        return {"mean": [0.0] * dim, "std": [1.0] * dim, "q01": [-1.0] * dim, "q99": [1.0] * dim}
    return {"norm_stats": {"state": stats(config["state_dim"]), "actions": stats(config["action_dim"])}}


def make_observation(config):
    rng = np.random.default_rng(SEEDS[config["variant"]])
    side, cameras = config["image_size"], len(config["cameras"])
    pictures = np.random.default_rng(1).integers(0, 256, (cameras, side, side, 3), dtype=np.uint8)
    state = np.zeros(config["model_state_dim"], np.float32)
    state[: config["state_dim"]] = rng.uniform(-1, 1, config["state_dim"])
    noise = rng.normal(size=(config["horizon"], config["model_action_dim"])).astype(np.float32)
    tokenizer = sentencepiece.SentencePieceProcessor(model_proto=TOKENIZER.read_bytes())
    tokens = make_goldens.tokenize(tokenizer, config, state[: config["state_dim"]])
    return {"pictures": pictures, "state": state, "noise": noise, "tokens": tokens}


def write_inputs(config, observation):
    """All of the policy folder but its weights, and the observation."""
    folder = PUBLIC / config["variant"]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    (folder / "norm_stats.json").write_text(json.dumps(identity_stats(config)) + "\n")
    shutil.copyfile(TOKENIZER, folder / "tokenizer.model")
    save_file({"pictures": torch.tensor(observation["pictures"])}, PUBLIC / "pictures.safetensors")
    inputs = {name: torch.tensor(observation[name]) for name in ("state", "noise")}
    inputs["tokens"] = torch.tensor(observation["tokens"], dtype=torch.int32)
    inputs |= {f"{case}.present": torch.tensor(present).to(torch.uint8) for case, present in CASES.items()}
    save_file(inputs, folder / "inputs.safetensors")


def fill_weights(reference, config, seed):
    """LeRobot's lm_head is not tied to the embedding, and nobody reads the expert's: they get values of their own."""
    shapes = public_weights.tensor_shapes(config)
    public_weights.load_into(reference.core, lambda name: public_weights.random_values(name, shapes[name], seed), config)
    for name, parameter in reference.core.named_parameters():
        if name.endswith("lm_head.weight"):
            parameter.data.copy_(public_weights.random_values("unread " + name, tuple(parameter.shape), seed))


def save_weights(reference, path):
    if reference.name == "openpi":  # drops the second of two tied tensors, as openpi's converter and trainer do
        save_model(copy.deepcopy(reference.core).to(torch.bfloat16), path)  # a copy: the cast also rounds rotary buffers
    else:
        save_file({name: t.to(torch.bfloat16).clone() for name, t in reference.state_dict().items()}, path)


def stored(stages):
    """The part of the stages that goes into the repository."""
    rows = ("vision", "k_first", "v_first", "k_last", "v_last")
    kept = {name: stages[name].flip(0)[::ROW_STRIDE].clone() for name in rows}  # the prompt's last token comes first
    kept["actions"] = stages["actions"]
    return kept | {f"velocity_{step}": stages["velocities"][step].clone() for step in VELOCITY_STEPS}


def make_cases(reference, config, observation):
    """The stages of every case, and how far the model's own padding moves them."""
    out, moved = {}, {}
    for case, present in CASES.items():
        padded = public_stages.make_inputs(observation, present, config["max_tokens"])
        stages = public_stages.run(reference, padded)
        out |= {f"{case}.{name}": tensor for name, tensor in stored(stages).items()}
        trimmed = public_stages.make_inputs(observation, present, len(observation["tokens"]))
        if reference.name == "lerobot":
            trimmed = public_stages.without_missing(trimmed)
        trimmed = public_stages.run(reference, trimmed)
        moved[case] = {name: public_stages.relative_error(trimmed[name], stages[name]) for name in ("k_last", "actions")}
    if "modulations" in stages:  # the same in every case
        out |= {"conditions": stages["conditions"], "modulations": stages["modulations"]}
    return out, moved


def commit_of(checkout):
    return subprocess.run(["git", "-C", checkout, "rev-parse", "HEAD"], check=True, capture_output=True,
                          text=True).stdout.strip()


def make(kind, checkout):
    report = {"commit": commit_of(checkout), "trimmed_against_padded": {}}
    for variant, config in POLICIES.items():
        observation = make_observation(config)
        write_inputs(config, observation)
        reference = kind(checkout, config)
        fill_weights(reference, config, SEEDS[variant])
        if SAVED_BY[variant] == reference.name:
            save_weights(reference, PUBLIC / variant / "model.safetensors")
        cases, moved = make_cases(reference, config, observation)
        save_file(cases, PUBLIC / variant / f"{reference.name}.safetensors")
        report |= reference.versions()
        report["trimmed_against_padded"][variant] = moved
    (PUBLIC / f"{reference.name}.json").write_text(json.dumps(report, indent=1) + "\n")


def compare():
    """Prints and stores the largest relative difference of each stage between LeRobot and openpi."""
    report = {}
    for variant in POLICIES:
        one, other = (load_file(PUBLIC / variant / f"{name}.safetensors") for name in ("lerobot", "openpi"))
        for name in sorted(one):
            stage, error = name.split(".")[-1], public_stages.relative_error(one[name], other[name])
            stages = report.setdefault(variant, {})
            stages[stage] = max(error, stages.get(stage, 0.0))
    text = json.dumps(report, indent=1)
    (PUBLIC / "lerobot_against_openpi.json").write_text(text + "\n")
    print(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--lerobot", metavar="CHECKOUT")
    which.add_argument("--openpi", metavar="CHECKOUT")
    which.add_argument("--compare", action="store_true")
    args = parser.parse_args()
    with torch.no_grad():
        if args.compare:
            compare()
        elif args.lerobot:
            make(public_models.LeRobot, args.lerobot)
        else:
            make(public_models.OpenPi, args.openpi)


if __name__ == "__main__":
    main()
