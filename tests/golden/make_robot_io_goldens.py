"""Makes tests/golden/robot_io: what openpi and LeRobot make of pictures, prompts, states and actions.

    python tests/golden/make_robot_io_goldens.py --openpi CHECKOUT --lerobot CHECKOUT

CHECKOUT: a working copy of each project's repository. Their code is run, not repeated: openpi's robot inputs and outputs,
Normalize, Unnormalize, DeltaActions, AbsoluteActions, PaligemmaTokenizer and image_tools.resize_with_pad; LeRobot's prompt
steps and resize_with_pad_torch. Needs openpi's pinned versions where numbers depend on them (robot_io/README.md);
whatever else they import is replaced by a stub. Inputs that are not stored follow from noise() below.
"""
import argparse
import importlib.abc
import importlib.machinery
import importlib.util
import json
import pathlib
import sys
import unittest.mock

import numpy as np

HERE = pathlib.Path(__file__).parent / "robot_io"
SIDE = 224
MODEL_DIM = 32
STUBBED = ("orbax", "transformers", "augmax", "safetensors", "fsspec", "filelock", "tqdm_loggable", "gcsfs", "lerobot",
           "openpi.models_pytorch", "openpi.models.utils")
# height, width
SIZES = [(256, 256), (480, 640), (720, 1280), (640, 480), (1080, 1920), (224, 224), (225, 223), (100, 37), (37, 300),
         (300, 37), (1, 1), (2, 3), (16, 224), (10, 2000), (500, 60), (3000, 20)]
SAMPLED_SIDE = 16
SAMPLED_SIZES = [(48, 64), (64, 48), (33, 33), (7, 9), (1, 1), (5, 40)]


class Stubs(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Packages that are imported but take no part in the numbers."""

    def find_spec(self, name, path=None, target=None):
        if any(name == stub or name.startswith(stub + ".") for stub in STUBBED):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        module = unittest.mock.MagicMock(name=spec.name)
        module.__path__, module.__spec__ = [], spec
        module.ProcessorStepRegistry.register = lambda *args, **kwargs: lambda cls: cls  # classes stay what they are
        module.ProcessorStep = module.ComplementaryDataProcessorStep = object
        return module

    def exec_module(self, module):
        pass


def load_lerobot(checkout, name):
    """One module of LeRobot, without the packages around it."""
    path = checkout / "src" / (name.replace(".", "/") + ".py")
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def noise(count):
    """`count` integers of 32 bits that look random; the tests make them by the same formula."""
    mask = np.uint64(0xFFFFFFFF)
    h = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B1) & mask
    h ^= h >> np.uint64(15)
    h = h * np.uint64(0x85EBCA77) & mask
    return h ^ (h >> np.uint64(13))


def picture(height, width):
    """Noise in every other square of 16 pixels, black and full colours in the others."""
    h = noise(height * width * 3).reshape(height, width, 3)
    y, x = np.mgrid[:height, :width]
    is_noise = ((y // 16 + x // 16) % 2 == 0)[..., None]
    return np.where(is_noise, h & np.uint64(255), (h >> np.uint64(8) & np.uint64(1)) * np.uint64(255)).astype(np.uint8)


def fnv1a(data):
    h = 0xCBF29CE484222325
    for byte in data:
        h = (h ^ byte) * 0x100000001B3 % 2**64
    return f"{h:016x}"


def make_pictures(resize, sample):
    import torch

    openpi = [{"height": h, "width": w, "fnv1a": fnv1a(resize(picture(h, w), SIDE, SIDE).tobytes())} for h, w in SIZES]
    lerobot = []
    for h, w in SAMPLED_SIZES:
        levels = torch.from_numpy(picture(h, w))[None].to(torch.float32) / 255
        levels = sample(levels, SAMPLED_SIDE, SAMPLED_SIDE)[0].numpy()
        lerobot.append({"height": h, "width": w, "levels": [round(float(v), 8) for v in levels.reshape(-1)]})
    return {"side": SIDE, "openpi": openpi, "sampled_side": SAMPLED_SIDE, "lerobot": lerobot}


EDGES = [-1.0, 1.0, 0.0, -0.0, 127 / 128, 1 / 128, -1 / 128, 3.0, -3.0, 1e30, -1e30, 1e-30, -1e-30]
EDGES += [float(np.nextafter(np.float32(edge), np.float32(side)))
          for edge in (-1.0, -127 / 128, -1 / 128, 1 / 128, 126 / 128, 127 / 128, 1.0) for side in (-9, 9)]
TASKS = ["pick up the red cube", "  put the_black_bowl\non the plate \n", "", " \t\n", "open the drawer\n",
         "caf\u00e9 \u732b \U0001f916", "\u00a0\u3000fold the towel\u2028\x1c", "\u200bzero width", "a  b   c",
         "move 12345 to -7", "tab\tinside", "<unused0> <bos> </s>",
         "a\n\nb\n\n", "under__score_", "\u2581already a block"]


def make_prompts(tokenizer, lerobot):
    """Ids of every style; `state` is normalised. LeRobot's pi0.5 text must be openpi's."""
    import torch

    processor, pi0, pi05 = lerobot
    states = [None, EDGES[:8], EDGES[8:16], EDGES[16:], [0.25, -0.5]]
    rows = []
    for i, task in enumerate(TASKS):
        for style, state in [("plain", None), ("state", states[1 + i % 4])]:
            values = None if state is None else np.array(state, np.float32)
            tokens, mask = tokenizer.tokenize(task, values)
            rows.append({"style": style, "text": task, "state": state and [float(v) for v in values],
                         "ids": [int(t) for t in tokens[mask]]})
            if state is None:
                continue
            transition = {pi05.TransitionKey.OBSERVATION: {pi05.OBS_STATE: torch.from_numpy(values)[None]},
                          pi05.TransitionKey.COMPLEMENTARY_DATA: {"task": [task]}}
            text = pi05.Pi05PrepareStateTokenizerProcessorStep()(transition)
            text = text[pi05.TransitionKey.COMPLEMENTARY_DATA]["task"][0]
            assert processor.encode(text, add_bos=True) == rows[-1]["ids"], "LeRobot's pi0.5 has another prompt"
        verbatim = pi0.Pi0NewLineProcessor().complementary_data({"task": task})["task"]
        rows.append({"style": "verbatim", "text": task, "state": None, "ids": processor.encode(verbatim, add_bos=True)})
    return rows


# Name, robot, pi0.5, horizon, relative dimensions (make_bool_mask), ALOHA units, prompt with the state.
ROBOTS = [("pi05_libero", "libero", True, 10, None, False, False),
          ("pi0_libero", "libero", False, 50, (6, -1), False, False),
          ("pi05_droid", "droid", True, 15, None, False, True),
          ("pi05_full_droid", "droid", True, 16, (7, -1), False, True),
          ("pi05_aloha", "aloha", True, 50, (6, -1, 6, -1), True, True),
          ("pi0_aloha_sim", "aloha", False, 50, (6, -1, 6, -1), False, False)]
DIMS = {"libero": (8, 7), "droid": (8, 8), "aloha": (14, 14)}


def make_stats(dim, rng):
    from openpi.shared.normalize import NormStats

    mean, std = rng.normal(size=dim) * 0.4, rng.uniform(0.05, 0.8, dim)
    std[-1] = 0.0  # a dimension that never moved
    return NormStats(mean=mean, std=std, q01=mean - 2 * std, q99=mean + 2.5 * std)


def request(robot, state):
    frame = np.zeros((3, 8, 8), np.uint8)
    if robot == "libero":
        return {"observation/image": frame, "observation/wrist_image": frame, "observation/state": state}
    if robot == "droid":
        return {"observation/exterior_image_1_left": frame, "observation/wrist_image_left": frame,
                "observation/joint_position": state[:7], "observation/gripper_position": state[7]}
    return {"images": {"cam_high": frame, "cam_left_wrist": frame}, "state": state}


def make_robot(row, tokenizer, seed):
    from openpi import transforms
    from openpi.models.model import ModelType
    from openpi.policies import aloha_policy, droid_policy, libero_policy
    from openpi.shared import normalize

    name, robot, is_pi05, horizon, relative, aloha_units, state_in_prompt = row
    model = ModelType.PI05 if is_pi05 else ModelType.PI0
    ends = {"libero": (libero_policy.LiberoInputs(model), libero_policy.LiberoOutputs()),
            "droid": (droid_policy.DroidInputs(model), droid_policy.DroidOutputs()),
            "aloha": (aloha_policy.AlohaInputs(adapt_to_pi=aloha_units), aloha_policy.AlohaOutputs(adapt_to_pi=aloha_units))}
    group = transforms.Group(inputs=[ends[robot][0]], outputs=[ends[robot][1]])
    if relative is not None:
        mask = transforms.make_bool_mask(*relative)
        group = group.push(inputs=[transforms.DeltaActions(mask)], outputs=[transforms.AbsoluteActions(mask)])
    rng = np.random.default_rng(seed)
    state_dim, action_dim = DIMS[robot]
    stats = {"state": make_stats(state_dim, rng), "actions": make_stats(action_dim, rng)}
    inputs = [*group.inputs, transforms.Normalize(stats, use_quantiles=is_pi05), transforms.ResizeImages(SIDE, SIDE),
              transforms.TokenizePrompt(tokenizer, discrete_state_input=state_in_prompt)]
    outputs = [transforms.Unnormalize(stats, use_quantiles=is_pi05), *group.outputs]

    state = rng.uniform(-1, 1, state_dim).astype(np.float32)
    if aloha_units:
        state[[6, 13]] = [0.3, 1.4]  # the second is beyond the gripper's end
    prompt = "pick up_the red cube "
    data = {**request(robot, state.copy()), "prompt": prompt}
    for transform in inputs:
        data = transform(data)
    tokens = data["tokenized_prompt"][data["tokenized_prompt_mask"]]
    cameras = [key for key in ("base_0_rgb", "left_wrist_0_rgb", "right_wrist_0_rgb") if data["image_mask"][key]]
    actions = noise(horizon * MODEL_DIM).reshape(horizon, MODEL_DIM) >> np.uint64(16)
    actions = (actions.astype(np.float64) / 32768 - 1) * 1.5  # exact in float32
    model_state = data["state"]
    padded = transforms.PadStatesAndActions(MODEL_DIM)({"state": model_state})["state"]
    result = {"state": padded, "actions": actions.astype(np.float32)}
    for transform in outputs:
        result = transform(result)
    normalize.save(HERE / name, stats)
    return {"name": name, "robot": robot, "pi05": is_pi05, "horizon": horizon, "state_in_prompt": state_in_prompt,
            "relative": [] if relative is None else list(transforms.make_bool_mask(*relative)), "aloha_units": aloha_units,
            "present_cameras": cameras, "prompt": prompt, "ids": [int(t) for t in tokens],
            "state": [float(v) for v in state], "model_state": [float(v) for v in model_state],
            "actions": [float(f"{v:.10g}") for v in np.asarray(result["actions"], np.float64).reshape(-1)]}


def write(name, value):
    """One line per row of the outer list, so that differences can be read."""
    lines = value if isinstance(value, list) else [value]
    text = ",\n".join(json.dumps(line) for line in lines)
    (HERE / name).write_text(f"[\n{text}\n]\n" if isinstance(value, list) else text + "\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--openpi", type=pathlib.Path, required=True)
    parser.add_argument("--lerobot", type=pathlib.Path, required=True)
    args = parser.parse_args()
    sys.meta_path.insert(0, Stubs())
    sys.path[:0] = [str(args.openpi / "src"), str(args.openpi / "packages/openpi-client/src")]

    import sentencepiece
    from openpi.models import tokenizer as openpi_tokenizer
    from openpi_client import image_tools

    model = HERE / "tokenizer.model"
    openpi_tokenizer.download.maybe_download = lambda *args, **kwargs: model
    tokenizer = openpi_tokenizer.PaligemmaTokenizer(max_len=200)
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.read_bytes())
    policies = "lerobot.policies."
    lerobot = [load_lerobot(args.lerobot, policies + name) for name in ("pi0.processor_pi0", "pi05.processor_pi05")]
    sample = load_lerobot(args.lerobot, policies + "common.vla_utils").resize_with_pad_torch

    write("pictures.json", make_pictures(image_tools.resize_with_pad, sample))
    write("prompts.json", make_prompts(tokenizer, [processor, *lerobot]))
    write("robots.json", [make_robot(row, tokenizer, seed) for seed, row in enumerate(ROBOTS)])


if __name__ == "__main__":
    main()
