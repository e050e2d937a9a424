"""The engine against the public PyTorch model at FULL geometry (3.35 billion parameters), random weights, one frame.

    cmake --build build/release --target awd_dump_stages
    python tests/nightly/full_geometry.py --dir DIR --dump build/release/tests/nightly/awd_dump_stages \\
        [--lerobot CHECKOUT | --openpi CHECKOUT] [--device cuda]

DIR gets 6.7 GB of weights, made once. The judge is the public model of the checkout in f32 (needs the transformers that it
asks for); without a checkout it is tests/golden/reference.py, our own PyTorch code, and the result says so. On a GPU it
needs 16 GB; on the CPU it widens one layer at a time and needs 5 GB. Prints and stores, for each type of the engine, the
relative error (norm of the difference over norm) of every stage and of the actions. Needs torch and numpy; no network.
"""
import argparse
import concurrent.futures
import json
import pathlib
import shutil
import subprocess
import sys
import time

import numpy as np
import torch

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden"
sys.path.insert(0, str(GOLDEN))
import lean_model
import public_models
import public_stages
import public_weights
import reference as own
import tensor_file

SEED = 5
PRESENT = [True, True, False]
PROMPT_TOKENS = 21
COMMON = {
    "format": "awd-policy-1", "cameras": list(public_models.CAMERAS), "image_size": 224, "patch_size": 14,
    "vision": {"width": 1152, "depth": 27, "heads": 16, "mlp": 4304},
    "llm": {"width": 2048, "depth": 18, "mlp": 16384, "heads": 8, "kv_heads": 1, "head_dim": 256, "vocab": 257152},
    "expert": {"width": 1024, "mlp": 4096},
    "state_dim": 8, "action_dim": 7, "model_state_dim": 32, "model_action_dim": 32, "flow_steps": public_models.FLOW_STEPS,
}
VARIANTS = {
    "pi0": {**COMMON, "name": "random-pi0", "variant": "pi0", "state_input": "token", "horizon": 50, "max_tokens": 48},
    "pi05": {**COMMON, "name": "random-pi05", "variant": "pi05", "state_input": "prompt", "horizon": 10, "max_tokens": 200},
}
REPORT, REFERENCE = "full_geometry.json", "stages_reference.safetensors"
STAGES = ("vision", "k_first", "v_first", "k_last", "v_last", "modulations", "velocities", "actions")


def geometry_of(args):
    geometry = json.loads(json.dumps(VARIANTS[args.variant]))
    if args.layers:
        geometry["vision"]["depth"] = geometry["llm"]["depth"] = args.layers
    return geometry


def write_policy(folder, geometry):
    """A policy folder of our own format; one that is there with the same geometry is kept."""
    config = json.dumps(geometry, indent=1) + "\n"
    if (folder / "model.safetensors").exists() and (folder / "config.json").read_text() == config:
        return
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.safetensors").unlink(missing_ok=True)
    (folder / "config.json").write_text(config)
    shutil.copyfile(GOLDEN / "pi05" / "tokenizer.model", folder / "tokenizer.model")  # ids are given, never made
    stats = {"mean": [0.0] * 8, "std": [1.0] * 8, "q01": [-1.0] * 8, "q99": [1.0] * 8}
    actions = {name: values[: geometry["action_dim"]] for name, values in stats.items()}
    (folder / "norm_stats.json").write_text(json.dumps({"norm_stats": {"state": stats, "actions": actions}}))
    shapes = public_weights.tensor_shapes(geometry)
    ahead = 4  # tensors that wait in memory
    with concurrent.futures.ThreadPoolExecutor() as pool:
        names, waiting = iter(shapes), {}

        def value_of(name):
            while len(waiting) < ahead and (following := next(names, None)) is not None:
                waiting[following] = pool.submit(public_weights.random_values, following, shapes[following], SEED)
            return waiting.pop(name).result()

        tensor_file.write(folder / "model.safetensors", shapes, lambda name: torch.bfloat16, value_of)


def make_observation(geometry):
    """A smooth picture with some noise for each camera, random tokens, state and noise."""
    rng = np.random.default_rng(SEED)
    coarse = rng.integers(0, 230, (len(PRESENT), 3, 8, 8)).astype(np.float32)
    side = geometry["image_size"]
    smooth = torch.nn.functional.interpolate(torch.tensor(coarse), (side, side), mode="bilinear").permute(0, 2, 3, 1).numpy()
    state = np.zeros(geometry["model_state_dim"], np.float32)
    state[: geometry["state_dim"]] = rng.uniform(-1, 1, geometry["state_dim"])
    return {"pictures": (smooth + rng.uniform(0, 25, smooth.shape)).astype(np.uint8), "state": state,
            "tokens": rng.integers(3, geometry["llm"]["vocab"], PROMPT_TOKENS).tolist(),
            "noise": rng.normal(size=(geometry["horizon"], geometry["model_action_dim"])).astype(np.float32)}


def write_inputs(path, observation):
    pictures = torch.tensor(observation["pictures"])[torch.tensor(PRESENT)]
    tensor_file.write_all(path, {
        "pictures": pictures, "tokens": torch.tensor(observation["tokens"], dtype=torch.int32),
        "state": torch.tensor(observation["state"]), "noise": torch.tensor(observation["noise"])})


def public_run(kind, checkout, geometry, weights, observation, device):
    with lean_model.parameters_nowhere():
        model = kind(checkout, geometry, device)
    lean_model.serve_parameters(model.core, weights, device)
    versions = ", ".join(f"{name} {version}" for name, version in model.versions().items())
    inputs = public_stages.make_inputs(observation, PRESENT, geometry["max_tokens"], device)
    name = f"public {model.name}, folder {pathlib.Path(checkout).resolve().name} ({versions}), f32 on {device}"
    return name, public_stages.run(model, inputs)


def own_run(geometry, weights, observation, device):
    """tests/golden/reference.py, layer weights widened to f32 as they are read."""
    torch.set_default_device(device)

    class Widened(dict):
        def __getitem__(self, name):
            return super().__getitem__(name).to(device=device, dtype=torch.float32)

        def get(self, name, default=None):
            return self[name] if name in self else default

    weights = Widened(weights)
    inputs = public_stages.make_inputs(observation, PRESENT, geometry["max_tokens"], device)
    images = [image[0] if seen else None for image, seen in zip(inputs.images, PRESENT)]
    slots, cache, valid = own.encode(weights, geometry, images, observation["tokens"])
    stages = {"vision": torch.cat([slot for slot, seen in zip(slots, PRESENT) if seen])}
    for which, layer in (("first", 0), ("last", -1)):
        stages["k_" + which], stages["v_" + which] = (t[valid].flatten(1) for t in cache[layer])
    x, velocities = inputs.noise[0], []
    for when in own.flow_times(geometry["flow_steps"]):
        velocities.append(own.velocity(weights, geometry, cache, valid, inputs.state[0], x, when)[0])
        x = x - velocities[-1] / geometry["flow_steps"]
    stages |= {"velocities": torch.stack(velocities), "actions": x}
    torch.set_default_device("cpu")
    return f"OUR OWN tests/golden/reference.py (torch {torch.__version__}), f32 on {device}", \
        {name: stage.cpu() for name, stage in stages.items()}


def judge(args, geometry, weights, observation):
    """Name and stages of the reference; of the public one if it can be had."""
    if args.stages:
        return json.loads((args.stages / REPORT).read_text())["reference"], tensor_file.read(args.stages / REFERENCE)
    torch.set_float32_matmul_precision("highest")
    for kind, checkout in ((public_models.LeRobot, args.lerobot), (public_models.OpenPi, args.openpi)):
        if checkout:
            try:
                return public_run(kind, checkout, geometry, weights, observation, args.device)
            except (ImportError, AttributeError, TypeError, ValueError) as error:
                if args.strict:
                    raise
                print(f"the model of {checkout} does not run with these packages: {error!r}", file=sys.stderr)
    return own_run(geometry, weights, observation, args.device)


def run_engine(args, folder, inputs, dtype):
    """Stages of the engine, or the reason why there are none."""
    output = folder / f"stages_{dtype}.safetensors"
    begin = time.monotonic()
    done = subprocess.run([args.dump, folder, inputs, output, dtype, str(args.threads)], check=False, capture_output=True,
                          text=True)
    if done.returncode != 0:
        return None, {"error": (done.stderr.strip() or f"exit code {done.returncode}").splitlines()[-1]}
    return tensor_file.read(output), {"seconds_with_load": round(time.monotonic() - begin, 1)}


def compare(stages, expected):
    return {name: public_stages.relative_error(stages[name].flatten(), expected[name].flatten())
            for name in STAGES if name in expected}


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dir", type=pathlib.Path, required=True, help="for weights and results; needs 8 GB")
    parser.add_argument("--dump", type=pathlib.Path, help="the program awd_dump_stages; without it only the reference runs")
    parser.add_argument("--stages", type=pathlib.Path, metavar="FOLDER", help="a result of another machine, instead of a judge")
    parser.add_argument("--lerobot", metavar="CHECKOUT")
    parser.add_argument("--openpi", metavar="CHECKOUT")
    parser.add_argument("--strict", action="store_true", help="fail rather than fall back to our own reference")
    parser.add_argument("--device", default="cpu", help="of the reference")
    parser.add_argument("--variant", choices=VARIANTS, default="pi05")
    parser.add_argument("--layers", type=int, default=0, help="of each tower, for machines with little memory; 0 is all")
    parser.add_argument("--dtypes", default="bf16,int8", help="of the engine; f32 needs 14 GB")
    parser.add_argument("--threads", type=int, default=0, help="of the engine; 0 is all cores")
    return parser.parse_args()


@torch.no_grad()
def main():
    args = parse()
    geometry = geometry_of(args)
    folder = args.dir / (args.variant + (f"-{args.layers}-layers" if args.layers else ""))
    write_policy(folder, geometry)
    observation = make_observation(geometry)
    write_inputs(folder / "inputs.safetensors", observation)

    begin = time.monotonic()
    name, expected = judge(args, geometry, tensor_file.read(folder / "model.safetensors"), observation)
    result = {"reference": name, "reference_seconds_with_load": round(time.monotonic() - begin, 1), "seed": SEED,
              "variant": args.variant, "layers": geometry["llm"]["depth"], "vision_layers": geometry["vision"]["depth"],
              "engine": {}}
    if not args.stages:
        tensor_file.write_all(folder / REFERENCE, {n: t.float().contiguous() for n, t in expected.items()})
    for dtype in args.dtypes.split(",") if args.dump else ():
        stages, facts = run_engine(args, folder, folder / "inputs.safetensors", dtype)
        result["engine"][dtype] = facts | (compare(stages, expected) if stages else {})
    text = json.dumps(result, indent=1)
    (folder / REPORT).write_text(text + "\n")
    print(text)
    return 1 if any("error" in facts for facts in result["engine"].values()) else 0


if __name__ == "__main__":
    sys.exit(main())
