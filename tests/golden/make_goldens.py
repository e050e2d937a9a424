"""Makes tests/golden/{pi0,pi05}: small random policies and what the reference computes with them, stage by stage.

    python tests/golden/make_goldens.py        (needs torch, safetensors, sentencepiece, numpy)

Everything follows from fixed seeds. Weights are stored in bf16 and the reference runs in f64 on those rounded values, so a
bf16 engine differs by its arithmetic only. The engine's tests allow a relative error of 1e-4 (f32)
and 2e-2 (bf16), norm of the difference over norm of the array.
"""
import io
import json
import pathlib

import numpy as np
import reference
import sentencepiece
import torch
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).parent
PROMPT = "put the red cube_in the bin"
COMMON = {
    "format": "awd-policy-1", "image_size": 32, "patch_size": 2,
    "vision": {"width": 32, "depth": 2, "heads": 2, "mlp": 48},
    "expert": {"width": 24, "mlp": 40},
    "state_dim": 5, "action_dim": 4, "model_state_dim": 8, "model_action_dim": 6, "horizon": 6, "flow_steps": 10,
}
LLM = {"width": 32, "depth": 3, "mlp": 56, "heads": 4, "head_dim": 8}
POLICIES = {
    "pi0": {**COMMON, "name": "golden-pi0", "variant": "pi0", "cameras": ["base", "wrist"], "state_input": "token",
            "llm": {**LLM, "kv_heads": 1}, "max_tokens": 24},
    "pi05": {**COMMON, "name": "golden-pi05", "variant": "pi05", "cameras": ["base", "left", "right"],
             "state_input": "prompt", "llm": {**LLM, "kv_heads": 2}, "max_tokens": 64},
}
# Which cameras are present in each case.
CASES = {"pi0": {"all": [True, True], "missing": [False, True]},
         "pi05": {"all": [True, True, True], "missing": [True, False, True]}}


def make_tokenizer():
    sentences = [f"put the {c} {s} in the bin" for c in ("red", "green", "blue") for s in ("cube", "cylinder", "box")]
    sentences += [f"Task: {s}, State: {n} {2 * n};" for n, s in enumerate(sentences)]
    sentences += ["Action: ", " ".join(str(n) for n in range(256)), "-1"]
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sentences), model_writer=model, vocab_size=90, model_type="bpe",
        normalization_rule_name="identity", add_dummy_prefix=False, remove_extra_whitespaces=False, split_digits=True,
        character_coverage=1.0, pad_id=0, eos_id=1, bos_id=2, unk_id=3, user_defined_symbols=["\n"], minloglevel=2)
    return model.getvalue()


def make_weights(config, generator):
    """Random tensors under their checkpoint names, bf16."""
    weights = {}

    def add(name, shape, scale):
        weights[name] = (torch.randn(shape, generator=generator) * scale).to(torch.bfloat16)

    def linear(name, out, width, bias=True, gain=1.4):
        add(name + ".weight", (out, width), gain * width ** -0.5)
        if bias:
            add(name + ".bias", (out,), 0.3)

    vision, llm, expert = config["vision"], config["llm"], config["expert"]
    tower = reference.PALIGEMMA + "model.vision_tower.vision_model."
    add(tower + "embeddings.patch_embedding.weight", (vision["width"], 3, 2, 2), 0.4)
    add(tower + "embeddings.patch_embedding.bias", (vision["width"],), 0.1)
    add(tower + "embeddings.position_embedding.weight", (256, vision["width"]), 0.5)
    norms = [tower + "post_layernorm"]
    for i in range(vision["depth"]):
        layer = f"{tower}encoder.layers.{i}."
        norms += [layer + "layer_norm1", layer + "layer_norm2"]
        for n in ("q", "k", "v", "out"):
            linear(f"{layer}self_attn.{n}_proj", vision["width"], vision["width"])
        linear(layer + "mlp.fc1", vision["mlp"], vision["width"])
        linear(layer + "mlp.fc2", vision["width"], vision["mlp"])
    for name in norms:
        weights[name + ".weight"] = (1 + 0.2 * torch.randn(vision["width"], generator=generator)).to(torch.bfloat16)
        add(name + ".bias", (vision["width"],), 0.2)
    linear(reference.PALIGEMMA + "model.multi_modal_projector.linear", llm["width"], vision["width"])
    add(reference.PALIGEMMA + "lm_head.weight", (llm["vocab"], llm["width"]), 0.2)

    def gemma(prefix, width, mlp, modulated):
        q, kv = llm["heads"] * llm["head_dim"], llm["kv_heads"] * llm["head_dim"]
        names = []
        for i in range(llm["depth"]):
            layer = f"{prefix}layers.{i}."
            names += [layer + "input_layernorm", layer + "post_attention_layernorm"]
            for name, out, width_in in (("q", q, width), ("k", kv, width), ("v", kv, width), ("o", width, q)):
                linear(f"{layer}self_attn.{name}_proj", out, width_in, bias=False)
            linear(layer + "mlp.gate_proj", mlp, width, bias=False)
            linear(layer + "mlp.up_proj", mlp, width, bias=False)
            linear(layer + "mlp.down_proj", width, mlp, bias=False)
        for name in names + [prefix + "norm"]:
            if modulated:
                linear(name + ".dense", 3 * width, width, gain=0.5)  # modulations of moderate size, as trained ones are
            else:
                add(name + ".weight", (width,), 0.2)

    is_pi05 = config["variant"] == "pi05"
    width = expert["width"]
    gemma(reference.PALIGEMMA + "model.language_model.", llm["width"], llm["mlp"], False)
    gemma(reference.EXPERT, width, expert["mlp"], is_pi05)
    linear("action_in_proj", width, config["model_action_dim"])
    linear("action_out_proj", config["model_action_dim"], width)
    if is_pi05:
        linear("time_mlp_in", width, width)
        linear("time_mlp_out", width, width)
    else:
        linear("action_time_mlp_in", width, 2 * width)
        linear("action_time_mlp_out", width, width)
        linear("state_proj", width, config["model_state_dim"])
    return weights


def make_norm_stats(config, rng):
    def stats(dim):
        mean, std = rng.normal(size=dim), rng.uniform(0.2, 2.0, size=dim)
        return {"mean": mean.tolist(), "std": std.tolist(), "q01": (mean - 2 * std).tolist(), "q99": (mean + 2.5 * std).tolist()}
    return {"norm_stats": {"state": stats(config["state_dim"]), "actions": stats(config["action_dim"])}}


def normalise(stats, x, is_pi05):
    s = {k: np.array(v) for k, v in stats.items()}
    if is_pi05:
        return (x - s["q01"]) / (s["q99"] - s["q01"] + 1e-6) * 2 - 1
    return (x - s["mean"]) / (s["std"] + 1e-6)


def unnormalise(stats, x, is_pi05):
    s = {k: np.array(v) for k, v in stats.items()}
    x = x[..., : len(s["mean"])]
    if is_pi05:
        return (x + 1) / 2 * (s["q99"] - s["q01"] + 1e-6) + s["q01"]
    return x * (s["std"] + 1e-6) + s["mean"]


def tokenize(tokenizer, config, state):
    clean = PROMPT.strip().replace("_", " ").replace("\n", " ")
    if config["state_input"] != "prompt":
        return [tokenizer.bos_id()] + tokenizer.encode(clean) + tokenizer.encode("\n")
    bins = np.digitize(state, np.linspace(-1, 1, 257)[:-1]) - 1
    text = f"Task: {clean}, State: {' '.join(str(b) for b in bins)};\nAction: "
    return [tokenizer.bos_id()] + tokenizer.encode(text)


def importance(share, present):
    """share [steps, depth, slots] -> [cameras, 256] of the last step and the last two layers."""
    maps = []
    for camera, is_present in enumerate(present):
        m = share[-1, -2:, 256 * camera : 256 * (camera + 1)].sum(0)
        maps.append(m / m.sum() if is_present else torch.zeros(256))
    return torch.stack(maps)


def make_case(weights, config, observation, present):
    """All stages of one case; keys and values are those of the valid prefix tokens only."""
    pictures = [torch.tensor(p).permute(2, 0, 1).double() / 127.5 - 1 if seen else None
                for p, seen in zip(observation["pictures"], present)]
    slots, cache, valid = reference.encode(weights, config, pictures, observation["tokens"])
    state = torch.zeros(config["model_state_dim"]).double()
    state[: config["state_dim"]] = torch.tensor(observation["normalised_state"])
    actions, v, share = reference.sample(weights, config, cache, valid, state, torch.tensor(observation["noise"]).double())
    image_slots = torch.tensor(present).repeat_interleave(256)
    out = {"vision": torch.cat([s for s, seen in zip(slots, present) if seen]),
           "velocity": v, "actions": torch.tensor(unnormalise(observation["action_stats"], actions.numpy(),
                                                              config["variant"] == "pi05")),
           "importance": importance(share, present), "share": share[:, :, : len(image_slots)][:, :, image_slots]}
    for name, layer in (("first", 0), ("last", -1)):
        k, v_ = cache[layer]
        out["k_" + name], out["v_" + name] = k[valid].flatten(1), v_[valid].flatten(1)
    return {name: tensor.float().contiguous() for name, tensor in out.items()}


def make_policy(name, config, model):
    tokenizer = sentencepiece.SentencePieceProcessor(model_proto=model)
    config["llm"]["vocab"] = len(tokenizer) + 6  # larger than the tokenizer, as PaliGemma's is
    seed = 7 if name == "pi0" else 8
    rng = np.random.default_rng(seed)
    stored = make_weights(config, torch.Generator().manual_seed(seed))
    stats = make_norm_stats(config, rng)
    is_pi05 = config["variant"] == "pi05"

    state = (np.array(stats["norm_stats"]["state"]["mean"]) + rng.normal(size=config["state_dim"])).astype(np.float32)
    if is_pi05:
        state[0] = stats["norm_stats"]["state"]["q01"][0] - 1  # below the range: bin -1
    normalised = normalise(stats["norm_stats"]["state"], state.astype(np.float64), is_pi05).astype(np.float32)
    pictures = rng.integers(0, 256, (len(config["cameras"]), 32, 32, 3), dtype=np.uint8)
    noise = rng.normal(size=(config["horizon"], config["model_action_dim"])).astype(np.float32)
    observation = {"pictures": pictures, "normalised_state": normalised, "noise": noise,
                   "tokens": tokenize(tokenizer, config, normalised), "action_stats": stats["norm_stats"]["actions"]}

    weights = {key: value.double() for key, value in stored.items()}
    golden = {"pictures": torch.tensor(pictures), "state": torch.tensor(state), "noise": torch.tensor(noise),
              "tokens": torch.tensor(observation["tokens"], dtype=torch.int32)}
    for case, present in CASES[name].items():
        stages = make_case(weights, config, observation, present)
        golden |= {f"{case}.{stage}": tensor for stage, tensor in stages.items()}
        golden[f"{case}.present"] = torch.tensor(present).to(torch.uint8)

    folder = HERE / name
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    (folder / "norm_stats.json").write_text(json.dumps(stats, indent=1) + "\n")
    (folder / "tokenizer.model").write_bytes(model)
    (folder / "prompt.txt").write_text(PROMPT)
    save_file(stored, folder / "model.safetensors")
    save_file(golden, folder / "golden.safetensors")


if __name__ == "__main__":
    tokenizer_model = make_tokenizer()
    for policy, geometry in POLICIES.items():
        make_policy(policy, geometry, tokenizer_model)
