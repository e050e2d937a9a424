#!/usr/bin/env python3
"""Writes the hand-made part of the corpus: for each target the valid files, and one file for every way to be refused.

usage: fuzz/make_seeds.py [CORPUS]      (default: fuzz/corpus; the files seed_* are replaced, others are kept)
"""
import copy
import json
import pathlib
import struct
import sys

HERE = pathlib.Path(__file__).resolve().parent
DEEP = 600  # levels of brackets: more than the readers take


def text(value):
    return json.dumps(value, separators=(",", ":"))


def changed(base, **changes):
    """A copy of `base` with fields set ("llm.heads" written llm__heads); None removes the field."""
    out = copy.deepcopy(base)
    for path, value in changes.items():
        *parents, last = path.split("__")
        at = out
        for parent in parents:
            at = at[parent]
        if value is None:
            del at[last]
        else:
            at[last] = value
    return out


# What any JSON reader must refuse.
BAD_JSON = {
    "empty": "",
    "no_object": "[1,2]",
    "cut": '{"a":',
    "deep_arrays": "[" * DEEP + "]" * DEEP,
    "deep_objects": '{"a":' * 300 + "1" + "}" * 300,
    "number_too_large": '{"a":1e999}',
}


def safetensors(header, data=b"", length=None):
    raw = header if isinstance(header, bytes) else header.encode() if isinstance(header, str) else text(header).encode()
    return struct.pack("<Q", len(raw) if length is None else length) + raw + data


def tensor(dtype, shape, begin, end):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def safetensors_seeds():
    f32 = tensor("F32", [2], 0, 8)
    one = lambda entry, data=bytes(16): safetensors({"weight": entry}, data)
    seeds = {
        "valid": safetensors({"a": tensor("F32", [2, 3], 0, 24), "b": tensor("BF16", [4], 24, 32),
                              "c": tensor("F16", [], 32, 34), "__metadata__": {"format": "pt"}}, bytes(range(34))),
        "valid_types": safetensors({t: tensor(t, [1], 8 * i, 8 * i + n) for i, (t, n) in enumerate(
            [("I64", 8), ("I32", 4), ("U8", 1), ("F64", 8), ("I16", 2), ("I8", 1), ("BOOL", 1)])}, bytes(56)),
        "valid_empty_tensor": one(tensor("F32", [0, 1099511627776, 1099511627776], 0, 0)),
        "no_tensor": safetensors("{}"),
        "short": b"abc",
        "length_beyond_file": safetensors("{}", length=1_000_000),
        "length_2_64": safetensors("{}", length=2**64 - 1),
        "length_overflow": safetensors("{}", length=2**64 - 8),
        "length_zero": safetensors("", bytes(8)),
        "same_key_twice": safetensors('{"a":%s,"a":%s}' % (text(f32), text(tensor("F32", [2], 8, 16))), bytes(16)),
        "invalid_utf8": safetensors(b'{"a\xff\xfe":' + text(f32).encode() + b"}", bytes(16)),
        "control_characters": safetensors('{"a\\n\\u001b[2J":%s}' % text(changed(f32, dtype="F\n99")), bytes(16)),
        "long_name": safetensors({"n" * 5000: changed(f32, dtype="F" * 5000)}, bytes(16)),
        "beyond_file": one(tensor("F32", [4], 8, 24)),
        "backwards": one(tensor("F32", [2], 12, 4)),
        "offset_2_64": one(tensor("F32", [2], 2**64 - 8, 2**64)),
        "offset_float": one(tensor("F32", [2], 0.0, 8.0)),
        "offset_text": one(tensor("F32", [2], "0", "8")),
        "one_offset": one(changed(f32, data_offsets=[0])),
        "other_size": one(tensor("F32", [3], 0, 8)),
        "shape_overflow": one(tensor("F32", [1 << 30, 1 << 30, 1 << 30], 0, 8)),
        "shape_overflow_to_fit": one(tensor("F32", [1 << 40, 1 << 22, 4], 0, 0)),
        "side_too_large": one(tensor("F32", [2**63], 0, 8)),
        "side_negative": one(tensor("F32", [-2], 0, 8)),
        "side_float": one(tensor("F32", [2.5], 0, 8)),
        "side_deep": one(changed(f32, shape="@")).replace(b'"@"', b"[" * 9 + b"]" * 9),
        "rank": one(tensor("F32", [1] * 9, 0, 4)),
        "no_shape": one(changed(f32, shape=None)),
        "no_dtype": one(changed(f32, dtype=None)),
        "dtype_number": one(changed(f32, dtype=7)),
        "dtype_unknown": one(changed(f32, dtype="F99")),
        "no_entry": one(7),
        "overlap": safetensors({"a": f32, "b": tensor("F32", [2], 4, 12)}, bytes(16)),
        "metadata_only_text": safetensors('{"__metadata__":7}'),
    }
    deep = b'{"a":{"dtype":"F32","shape":[' + b"[" * DEEP + b"]" * DEEP + b"]}}"
    return seeds | {"side_very_deep": safetensors(deep), "json_deep": safetensors(BAD_JSON["deep_objects"])}


CONFIG = {
    "format": "awd-policy-1", "name": "small", "variant": "pi0", "state_input": "token", "cameras": ["base", "wrist"],
    "image_size": 32, "patch_size": 2, "vision": {"width": 16, "depth": 1, "heads": 2, "mlp": 16},
    "llm": {"width": 16, "depth": 2, "mlp": 16, "heads": 2, "kv_heads": 1, "head_dim": 8, "vocab": 96},
    "expert": {"width": 16, "mlp": 16}, "state_dim": 5, "action_dim": 6, "model_state_dim": 8, "model_action_dim": 8,
    "horizon": 6, "flow_steps": 10, "max_tokens": 24,
}


def config_seeds():
    changes = {
        "format": dict(format="v0"), "variant": dict(variant="pi1"),
        "state_input": dict(state_input="prompt"), "no_horizon": dict(horizon=None), "horizon_zero": dict(horizon=0),
        "horizon_huge": dict(horizon=10**30), "horizon_negative": dict(horizon=-(2**63)),
        "horizon_2_64": dict(horizon=2**64 - 1), "horizon_float": dict(horizon=6.5),
        "cameras_none": dict(cameras=[]), "cameras_five": dict(cameras=list("abcde")),
        "cameras_twice": dict(cameras=["a", "a"]), "camera_number": dict(cameras=[1]),
        "camera_blank": dict(cameras=[""]), "image_size": dict(image_size=30), "llm_number": dict(llm=3),
        "kv_heads": dict(llm__kv_heads=3), "head_dim_odd": dict(llm__head_dim=7), "vision_heads": dict(vision__heads=5),
        "expert_odd": dict(expert__width=23), "action_dim": dict(action_dim=9),
        "scores": dict(llm__heads=1024, max_tokens=4096), "width_huge": dict(llm__width=2**31),
        "control_characters": dict(format="a\n\u001b[2J\u0000b"),
    }
    seeds = {name: text(changed(CONFIG, **change)) for name, change in changes.items()}
    seeds["valid"] = text(CONFIG)
    seeds["valid_pi05"] = text(changed(CONFIG, variant="pi05", state_input="prompt"))
    seeds["same_key_twice"] = text(CONFIG)[:-1] + ',"horizon":7}'
    seeds["camera_deep"] = text(changed(CONFIG, cameras="@")).replace('"@"', "[" * DEEP + "]" * DEEP)
    seeds["cameras_long"] = text(changed(CONFIG, cameras=["é" * 3000] * 2))
    return seeds | {f"json_{name}": bad for name, bad in BAD_JSON.items()}


STATS = {"mean": [1, 2, 3], "std": [2, 4, 6], "q01": [-1, 0, 1], "q99": [3, 8, 9]}


def norm_stats_seeds():
    def both(**changes):
        return text({"norm_stats": {"state": changed(STATS, **changes), "actions": STATS}})
    seeds = {
        "valid": both(), "no_stats": text({"state": STATS}), "state_number": text({"norm_stats": {"state": 7}}),
        "no_actions": text({"norm_stats": {"state": STATS}}), "no_mean": both(mean=None, q01=None),
        "short": both(mean=[1], q99=[1]), "null": both(mean=[1, None], q01=[None, 1]),
        "negative_spread": both(std=[2, -4], q99=[3, -8]), "zero_spread": both(std=[0, 0, 0], q99=[-1, 0, 1]),
        "spread_overflow": both(std=[1.7e308] * 3, q01=[-1.7e308] * 3, q99=[1.7e308] * 3),
        "tiny_spread": both(std=[-1e-6 + 1e-320] * 3), "text": both(mean=["1", "2"], q01=["a", "b"]),
        "huge_integers": both(mean=[2**64 - 1, 10**40], q01=[2**64 - 1, 10**40]),
        "no_list": both(mean={"a": 1}, q01=7),
        "deep": both(mean="@", q01="@").replace('"@"', "[" * DEEP + "]" * DEEP, 1).replace('"@"', "[]"),
    }
    return seeds


def folder(**parts):
    """Files behind marker lines; "_" of a keyword stands for ".", "__" for "_". Weights are their headers."""
    names = {key: key.replace("__", "@").replace("_", ".").replace("@", "_") for key in parts}
    names["libero"], names["trossen"] = "assets/libero/norm_stats.json", "assets/trossen/norm_stats.json"
    return "".join(f"-- {names[key]} --\n{part if isinstance(part, str) else text(part)}\n"
                   for key, part in parts.items())


def tensors(shapes, dtype="F32"):
    """A header with those tensors, one behind the other."""
    header, end = {}, 0
    for name, shape in shapes.items():
        begin, count = end, 1
        for side in shape:
            count *= side
        end += count * {"F32": 4, "BF16": 2, "I64": 8}[dtype]
        header[name] = tensor(dtype, shape, begin, end)
    return header


def policy_folder_seeds():
    paligemma = "paligemma_with_expert.paligemma."
    language, expert = paligemma + "model.language_model.layers.0.", "paligemma_with_expert.gemma_expert.model.layers.0."
    tower = paligemma + "model.vision_tower.vision_model."
    k_proj, norm = "self_attn.k_proj.weight", "input_layernorm.dense.weight"
    small = {language + k_proj: [16, 64], expert + k_proj: [16, 64], tower + "embeddings.patch_embedding.weight":
             [16, 3, 2, 2], "action_in_proj.weight": [64, 32], paligemma + "lm_head.weight": [90, 64]}
    pi0, pi05 = tensors(small), tensors(small | {expert + norm: [192, 64]}, "BF16")
    feature = lambda dim, kind: {"type": kind, "shape": [dim]}
    config = {"type": "pi0", "chunk_size": 4, "num_inference_steps": 3, "max_state_dim": 8, "max_action_dim": 8,
              "tokenizer_max_length": 20, "n_action_steps": 4, "normalization_mapping": {
                  "VISUAL": "IDENTITY", "STATE": "MEAN_STD", "ACTION": "MEAN_STD"},
              "input_features": {"observation.images.front": {"type": "VISUAL", "shape": [3, 32, 32]},
                                 "observation.images.empty_camera_0": {"type": "VISUAL", "shape": [3, 32, 32]},
                                 "observation.state": feature(2, "STATE")},
              "output_features": {"action": feature(3, "ACTION")}}
    def pipeline(kind, **config):
        step = {"registry_name": kind, "state_file": "stats.safetensors", "config": {"eps": 1e-8, "features": {},
                "norm_map": {"STATE": "MEAN_STD", "ACTION": "MIN_MAX"}} | config}
        return {"name": "policy", "steps": [{"registry_name": "device_processor", "config": {}}, step]}
    pre, post = pipeline("normalizer_processor"), pipeline("unnormalizer_processor")
    relative = {"registry_name": "relative_actions_processor", "config": {
        "enabled": True, "exclude_joints": ["Gripper"], "action_names": ["x", "y", "left_gripper"]}}
    stats = tensors({f"{name}.{stat}": [dim] for name, dim in (("observation.state", 2), ("action", 3))
                     for stat in ("mean", "std", "min", "max", "q01", "q99")})
    wide = {"mean": [0] * 14, "std": [1] * 14, "q01": [-1] * 14, "q99": [1] * 14}
    norm = {"norm_stats": {"state": wide, "actions": wide}}

    def lerobot(pre=pre, post=post, stats=stats, weights=pi0, **changes):
        return folder(config_json=changed(config, **changes), policy__preprocessor_json=pre,
                      policy__postprocessor_json=post, stats_safetensors=stats, model_safetensors=weights)
    def openpi(weights=pi05, config=None, **assets):
        return folder(config_json=config or {"action_horizon": 4}, model_safetensors=weights,
                      **(assets or {"libero": norm}))
    def shards(index, **files):
        return folder(config_json=config, model_safetensors_index_json=index, **files)
    index = {"weight_map": {"a": "a.safetensors", "b": "b.safetensors"}}
    a, b = tensors({"a": [2]}), tensors({"b": [3]})
    buffers = tensors({"normalize_inputs.buffer_observation_state.mean": [2],
                       "normalize_inputs.buffer_observation_state.std": [2],
                       "unnormalize_outputs.buffer_action.mean": [3], "unnormalize_outputs.buffer_action.std": [3]})
    return {
        "empty": "", "own": folder(config_json=CONFIG, norm__stats_json=norm, model_safetensors=pi0),
        "lerobot": lerobot(),
        "lerobot_pi05": lerobot(type="pi05", weights=pi05, pre={"steps": [relative] + pre["steps"]}),
        "lerobot_prefixed": lerobot(weights=tensors({"model." + name: shape for name, shape in small.items()})),
        "lerobot_buffers": lerobot(pre={"steps": []}, post={"steps": []}, weights=buffers),
        "lerobot_modes": lerobot(pre=pipeline("normalizer_processor", norm_map={"STATE": "MODE"})),
        "lerobot_epsilon": lerobot(pre=pipeline("normalizer_processor", eps=1e30)),
        "lerobot_epsilon_tiny": lerobot(  # and a deviation of zero, in the data behind the first 256 numbers
            pre=pipeline("normalizer_processor", eps=1e-320), stats=tensors({
                "action.min": [3], "observation.state.mean": [2], "action.max": [3], "padding": [300],
                "observation.state.std": [2]})),
        "lerobot_stats_size": lerobot(stats=tensors({"observation.state.mean": [3], "observation.state.std": [2]})),
        "lerobot_stats_type": lerobot(stats=tensors({"observation.state.mean": [2]}, "I64")),
        "lerobot_state_file": folder(config_json=config, model_safetensors=pi0, policy__preprocessor_json=text(
            pre).replace("stats.safetensors", "../stats.safetensors")),
        "lerobot_steps": lerobot(pre={"steps": [1]}, post={"steps": {}}),
        "lerobot_words": lerobot(pre={"steps": [changed(relative, config__exclude_joints=[1])]}),
        "lerobot_type": lerobot(type="act"), "lerobot_chunk": lerobot(chunk_size=1.5, n_action_steps=10**30),
        "lerobot_features": lerobot(input_features=[1]), "lerobot_no_camera": lerobot(input_features={}),
        "lerobot_state_dim": lerobot(input_features={"observation.state": feature(-1, "STATE")}),
        "lerobot_cameras": lerobot(input_features={f"c{i}.a": {"type": "VISUAL"} for i in range(5)}),
        "lerobot_memory": lerobot(use_visual_memory=True, min_period=1), "lerobot_mapping": lerobot(
            normalization_mapping={"STATE": 7}), "lerobot_gemma": lerobot(paligemma_variant="gemma_9b"),
        "openpi": openpi(), "openpi_generic": openpi(norm__stats_json=norm), "openpi_pi0": openpi(weights=pi0, trossen=norm),
        "openpi_two_assets": openpi(libero=norm, trossen=norm), "openpi_no_config": folder(
            model_safetensors=pi0, trossen=norm), "openpi_sizes": openpi(config={"action_horizon": 0}),
        "openpi_stats": openpi(libero={"norm_stats": {"state": changed(wide, q01=[1] * 99), "actions": wide}}),
        "openpi_tower": openpi(weights=tensors({tower + "embeddings.patch_embedding.weight": [17, 1, 300, 1]})),
        "shards": shards(index, a_safetensors=a, b_safetensors=b),
        "shards_missing": shards(index, a_safetensors=a, b_safetensors=a),
        "shards_outside": shards({"weight_map": {"a": "../a.safetensors"}}),
        "shards_no_map": shards({"weight_map": {"a": 1}}),
        "kind": folder(config_json={}), "embedding_twice": openpi(weights=tensors(
            small | {paligemma + "model.language_model.embed_tokens.weight": [90, 64],
                     "model." + paligemma + "lm_head.weight": [90, 64]})),
    }


def csv_seeds():
    return {
        "valid": "\ufefft, x,y\r\n0, 1.5,-2e3\r\n\r\n1,2,3\r\n", "empty": "", "blank": "\n \r\n",
        "name_twice": "a,b,a\n", "name_blank": "a,,b\n", "too_few": "a,b\n1\n", "too_many": "a,b\n1,2,3\n",
        "no_numbers": "a,b,c,d,e\nx,nan,inf,1e999,0x10\n,1 2,--1,+1,1e-400\n", "zero_bytes": "a,b\0\n\0,1\0\n",
        "control_characters": "a\x1b[2J\n\x1b[2J\n", "long_field": "a\n" + "7" * 6000 + "\n",
    }


def episode_log_seeds():
    reasons = {"first_step": 1}
    episode = {"episode": 0, "arm": "none", "task": "t", "scenario": "clean", "trial": 0, "seed": 2**64 - 1,
               "success": True, "steps": 1, "full_queries": 1, "query_work": 1.0, "false_recomputes": 0,
               "reasons": reasons, "events": [{"event": "nudge", "step": 0, "delay": None}], "policy_ms": 1.5}
    step = {"episode": 0, "step": 0, "phase": "reach", "verdict": "recompute", "reason": "first_step", "age": 0,
            "action": [0.5, -1e-30], "state_drift": 0.1, "cosine_per_camera": [None, 0.5], "query_work": 1.0,
            "gate_ms": 0.1, "vision_ms": 1, "prefix_ms": 2, "denoise_ms": 3, "total_ms": 6.1}

    def logs(episodes, steps):
        lines = lambda records: "".join((r if isinstance(r, str) else text(r)) + "\n" for r in records)
        return "-- episodes.jsonl --\n" + lines(episodes) + "-- steps.jsonl --\n" + lines(steps)

    seeds = {
        "valid": logs([episode, changed(episode, episode=1, events=[])], [step, changed(step, episode=1)]),
        "no_files": "", "no_steps_file": "-- episodes.jsonl --\n" + text(episode) + "\n",
        "missing_step": logs([episode], []), "further_step": logs([episode], [step, step]),
        "cut_line": logs([text(episode)[:-9]], [step]), "blank_line": logs(["", episode], [step]),
        "many_steps": logs([changed(episode, steps=2**31 - 1)], [step]),
        "steps_2_31": logs([changed(episode, steps=2**31)], [step]),
        "out_of_order": logs([changed(episode, episode=3), changed(episode, episode=2)], [step, step]),
        "deep": logs([text(changed(episode, arm="@")).replace('"@"', "[" * DEEP + "]" * DEEP)], []),
        "control_characters": logs(["\x1b[2J{"], [step]),
    }
    episode_changes = {
        "unknown_key": dict(colour=1), "no_key": dict(task=None), "reason_word": dict(reasons={"boredom": 1}),
        "reason_list": dict(reasons=[1]), "reason_float": dict(reasons={"first_step": 1.5}), "success": dict(success=1),
        "events_object": dict(events={}), "event_number": dict(events=[7]), "event_delay": dict(events=[{
            "event": "e", "step": 0, "delay": -1}]), "seed_float": dict(seed=1.0), "arm_number": dict(arm=1),
    }
    step_changes = {
        "action_empty": dict(action=[]), "action_wide": dict(action=[1e39]), "action_null": dict(action=[None]),
        "five_cameras": dict(cosine_per_camera=[1, 2, 3, 4, 5]), "verdict": dict(verdict="maybe"), "age": dict(age=-1),
        "score_text": dict(state_drift="x"),
    }
    seeds |= {f"episode_{n}": logs([changed(episode, **c)], [step]) for n, c in episode_changes.items()}
    return seeds | {f"step_{n}": logs([episode], [changed(step, **c)]) for n, c in step_changes.items()}


def option_text_seeds():
    return {
        "valid": "mine{gate=signals,max_masked_residual=3,dilation=1},other{mode=redenoise,execute=5}", "name": "none",
        "empty": "", "no_braces": "a}", "open": "a{", "behind": "a{pool=2}b", "twice": "a{{pool=2}}",
        "no_equals": "a{pool}", "unknown": "a{colour=1}", "word": "a{gate=maybe}",
        "range": "a{pool=-1}", "huge": "a{pool=99999999999999999999}", "nan": "a{state_threshold=nan}",
        "hex": "a{state_threshold=0x1p3}", "bool": "a{pool=2,mode=,gate=}",
        "control_characters": "a{\x1b[2J=1}", "long": "a{" + "o" * 5000 + "=1}",
    }


def message_seeds():
    """openpi's own messages, and changes of its LIBERO request (msgpack by hand: a text of n < 32 bytes is 0xa0 + n)."""
    valid = {file.stem: file.read_bytes() for file in (HERE.parent / "src/server/testdata").glob("*.msgpack")}
    libero, shape = valid["libero"], b"\xc4\x05shape\x93\x02\x02\x03"
    deep = b"\x81\xa1g" * 12 + b"\x01"
    return valid | {
        "empty": b"", "no_map": b"\x93\x01\x02\x03", "empty_map": b"\x80", "number_key": b"\x81\x01\x02", "deep": deep,
        "cut": libero[: len(libero) // 2], "behind": libero + b"\xc0", "huge_list": b"\x81\xa1g\xdd\xff\xff\xff\xff",
        "huge_map": b"\xdf\xff\xff\xff\xff", "huge_bin": b"\x81\xa1g\xc6\xff\xff\xff\xff", "extension": b"\x81\xa1g\xd4\x01\x02",
        "wide_shape": libero.replace(shape, b"\xc4\x05shape\x93\x02\x03\x03", 1),
        "flat_shape": libero.replace(shape, b"\xc4\x05shape\x91\x0c", 1),
        "negative_side": libero.replace(shape, b"\xc4\x05shape\x93\x02\xff\x03", 1),
        "huge_sides": libero.replace(shape, b"\xc4\x05shape\x92" + 2 * (b"\xcf\x7f" + 7 * b"\xff"), 1),
        "no_shape": libero.replace(b"\xc4\x05shape", b"\xc4\x05shabe", 1), "other_type": libero.replace(b"|u1", b"<U4", 1),
        "big_endian": libero.replace(b"<f8", b">f8", 1), "short_state": libero.replace(b"<f8", b"<f4", 1),
        "no_prompt": libero.replace(b"\xa6prompt", b"\xa6promqt", 1),
        "reset": b"\x82\xa9awd/reset\x07\xa8awd/step\xcd\x01\x00", "reset_text": b"\x81\xa9awd/reset\xa1x",
        "step_float": b"\x81\xa8awd/step\xcb" + struct.pack(">d", 1.5), "step_negative": b"\x81\xa8awd/step\xff",
        "masks": libero.replace(b"\x84", b"\x85", 1) + b"\xafawd/robot_masks\x84\xc4\x0b__ndarray__\xc3\xc4\x04data\xc5\x02\x00"
                 + bytes(512) + b"\xc4\x05dtype\xa3|u1\xc4\x05shape\x93\x02\x10\x10",
    }


TARGETS = {"safetensors": safetensors_seeds, "config": config_seeds, "norm_stats": norm_stats_seeds,
           "policy_folder": policy_folder_seeds, "csv": csv_seeds,
           "episode_log": episode_log_seeds, "option_text": option_text_seeds,
           "message": message_seeds}


def main():
    corpus = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "corpus"
    for target, make in TARGETS.items():
        folder = corpus / target
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("seed_*"):
            old.unlink()
        for name, content in make().items():
            (folder / f"seed_{name}").write_bytes(content if isinstance(content, bytes) else content.encode())


if __name__ == "__main__":
    main()
