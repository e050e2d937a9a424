"""Random weights of a policy: every tensor that inference reads, under its name in openpi's converted checkpoints."""
import zlib

import numpy as np
import torch

PALIGEMMA = "paligemma_with_expert.paligemma."
TOWER = PALIGEMMA + "model.vision_tower.vision_model."
LANGUAGE = PALIGEMMA + "model.language_model."
EXPERT = "paligemma_with_expert.gemma_expert.model."
TABLE = PALIGEMMA + "lm_head.weight"  # the token embedding, tied to the head


def random_values(name, shape, seed):
    """f32 values that bf16 holds exactly, from the tensor's name alone; no value is left at its initial 0 or 1."""
    generator = np.random.default_rng([seed, zlib.crc32(name.encode())])
    values = torch.from_numpy(generator.standard_normal(shape, np.float32))
    inputs = shape[-1] if len(shape) == 2 else int(np.prod(shape[1:]))
    if name.endswith(("norm1.weight", "norm2.weight", "post_layernorm.weight")):
        values.mul_(0.2).add_(1)  # LayerNorm
    elif len(shape) == 1:
        values.mul_(0.2)
    elif "position_embedding" in name:
        values.mul_(0.5)
    elif name == TABLE:
        values.mul_(1.2 / inputs**0.5)
    else:
        values.mul_((0.5 if name.endswith("dense.weight") else 1.4) / inputs**0.5)
    return values.to(torch.bfloat16)


def gemma_shapes(prefix, geometry, width, mlp, modulated):
    llm = geometry["llm"]
    q, kv = llm["heads"] * llm["head_dim"], llm["kv_heads"] * llm["head_dim"]
    norms = [prefix + "norm"]
    for i in range(llm["depth"]):
        layer = f"{prefix}layers.{i}."
        norms += [layer + "input_layernorm", layer + "post_attention_layernorm"]
        for name, shape in (("q", (q, width)), ("k", (kv, width)), ("v", (kv, width)), ("o", (width, q))):
            yield f"{layer}self_attn.{name}_proj.weight", shape
        for name, shape in (("gate", (mlp, width)), ("up", (mlp, width)), ("down", (width, mlp))):
            yield f"{layer}mlp.{name}_proj.weight", shape
    for name in norms:
        if modulated:
            yield name + ".dense.weight", (3 * width, width)
            yield name + ".dense.bias", (3 * width,)
        else:
            yield name + ".weight", (width,)


def vision_shapes(geometry):
    vision, patch = geometry["vision"], geometry["patch_size"]
    width, mlp = vision["width"], vision["mlp"]
    yield TOWER + "embeddings.patch_embedding.weight", (width, 3, patch, patch)
    yield TOWER + "embeddings.patch_embedding.bias", (width,)
    yield TOWER + "embeddings.position_embedding.weight", (256, width)
    linear = [(PALIGEMMA + "model.multi_modal_projector.linear", geometry["llm"]["width"], width)]
    norms = [TOWER + "post_layernorm"]
    for i in range(vision["depth"]):
        layer = f"{TOWER}encoder.layers.{i}."
        norms += [layer + "layer_norm1", layer + "layer_norm2"]
        linear += [(f"{layer}self_attn.{n}_proj", width, width) for n in ("q", "k", "v", "out")]
        linear += [(layer + "mlp.fc1", mlp, width), (layer + "mlp.fc2", width, mlp)]
    for name, out, inputs in linear:
        yield name + ".weight", (out, inputs)
        yield name + ".bias", (out,)
    for name in norms:
        yield name + ".weight", (width,)
        yield name + ".bias", (width,)


def tensor_shapes(geometry):
    """{name: shape} for the content of a policy's config.json."""
    llm, expert, is_pi05 = geometry["llm"], geometry["expert"], geometry["variant"] == "pi05"
    width, actions = expert["width"], geometry["model_action_dim"]
    shapes = {TABLE: (llm["vocab"], llm["width"])}
    shapes |= vision_shapes(geometry)
    shapes |= gemma_shapes(LANGUAGE, geometry, llm["width"], llm["mlp"], False)
    shapes |= gemma_shapes(EXPERT, geometry, width, expert["mlp"], is_pi05)
    linear = [("action_in_proj", width, actions), ("action_out_proj", actions, width)]
    if is_pi05:
        linear += [("time_mlp_in", width, width), ("time_mlp_out", width, width)]
    else:
        linear += [("state_proj", width, geometry["model_state_dim"]), ("action_time_mlp_in", width, 2 * width),
                   ("action_time_mlp_out", width, width)]
    for name, out, inputs in linear:
        shapes |= {name + ".weight": (out, inputs), name + ".bias": (out,)}
    return shapes


def stored_name(parameter):
    """The name in tensor_shapes() of a public model's parameter; None for a head that nobody reads."""
    if parameter == LANGUAGE + "embed_tokens.weight":
        return TABLE
    return None if parameter.endswith("lm_head.weight") else parameter


def load_into(core, tensor_of, geometry):
    """Fills a public model with tensor_of(name) for the names of tensor_shapes(). Throws ValueError if the model lacks a
    tensor or has another."""
    missing = set(tensor_shapes(geometry))
    for name, parameter in core.named_parameters(remove_duplicate=False):  # a tied table has two names
        stored = stored_name(name)
        if stored is not None:
            if stored not in missing:
                raise ValueError(f"the public model has another parameter: {name}")
            parameter.data.copy_(tensor_of(stored))
            missing.discard(stored)
    if missing:
        raise ValueError(f"the public model has no parameter {min(missing)}")
