"""Independent reference of pi0 and pi0.5 in PyTorch, written from the architecture's description.

It computes in the type of the weights, float64 in the goldens, and keeps the padded layout of the published code: a slot for
every camera, a prompt padded to max_tokens, masks, and one joint attention over state token and actions. The C++ engine
drops all of that, so agreement also proves the dropping exact.
"""
import math

import torch
import torch.nn.functional as F

PALIGEMMA = "paligemma_with_expert.paligemma."
EXPERT = "paligemma_with_expert.gemma_expert.model."


def linear(weights, name, x):
    return F.linear(x, weights[name + ".weight"], weights.get(name + ".bias"))


def siglip(weights, config, image):
    """image [3, S, S] in [-1, 1] -> [256, llm width]."""
    tower = PALIGEMMA + "model.vision_tower.vision_model."
    vision = config["vision"]
    width, heads = vision["width"], vision["heads"]
    patch = weights[tower + "embeddings.patch_embedding.weight"]
    bias = weights[tower + "embeddings.patch_embedding.bias"]
    x = F.conv2d(image[None], patch, bias, stride=config["patch_size"])[0].flatten(1).T
    x = x + weights[tower + "embeddings.position_embedding.weight"]

    def norm(name, value):
        return F.layer_norm(value, (width,), weights[name + ".weight"], weights[name + ".bias"], 1e-6)

    for i in range(vision["depth"]):
        layer = f"{tower}encoder.layers.{i}."
        h = norm(layer + "layer_norm1", x)
        q, k, v = (linear(weights, f"{layer}self_attn.{n}_proj", h).view(-1, heads, width // heads).transpose(0, 1)
                   for n in "qkv")
        p = torch.softmax(q @ k.transpose(1, 2) / math.sqrt(width // heads), -1)
        x = x + linear(weights, layer + "self_attn.out_proj", (p @ v).transpose(0, 1).reshape(-1, width))
        h = norm(layer + "layer_norm2", x)
        h = F.gelu(linear(weights, layer + "mlp.fc1", h), approximate="tanh")
        x = x + linear(weights, layer + "mlp.fc2", h)
    return linear(weights, PALIGEMMA + "model.multi_modal_projector.linear", norm(tower + "post_layernorm", x))


def rope(x, positions):
    """x [T, heads, d], positions [T]."""
    half = x.shape[-1] // 2
    angle = positions[:, None].double() * 10000.0 ** (-torch.arange(half).double() / half)
    cos, sin = (part[:, None].to(x.dtype) for part in (angle.cos(), angle.sin()))
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)


def rms_norm(weights, name, x, condition):
    """Returns the normed rows and the gate of the residual branch that follows."""
    y = x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6)
    if condition is None:
        return y * (1 + weights[name + ".weight"]), 1.0
    scale, shift, gate = linear(weights, name + ".dense", condition).chunk(3, -1)
    return y * (1 + scale) + shift, gate


def gemma_layer(weights, config, layer, x, positions, mask, held, condition):
    """mask [T, keys] bool; held = (k, v) of earlier tokens or None. Returns x, (k, v) of these tokens, probabilities."""
    llm = config["llm"]
    heads, kv_heads, dim = llm["heads"], llm["kv_heads"], llm["head_dim"]
    h, gate = rms_norm(weights, layer + "input_layernorm", x, condition)
    q = rope(linear(weights, layer + "self_attn.q_proj", h).view(-1, heads, dim), positions)
    k = rope(linear(weights, layer + "self_attn.k_proj", h).view(-1, kv_heads, dim), positions)
    v = linear(weights, layer + "self_attn.v_proj", h).view(-1, kv_heads, dim)
    all_k, all_v = (k, v) if held is None else (torch.cat([held[0], k]), torch.cat([held[1], v]))
    group = heads // kv_heads
    keys, values = (t.repeat_interleave(group, 1).transpose(0, 1) for t in (all_k, all_v))
    logits = q.transpose(0, 1) @ keys.transpose(1, 2) / math.sqrt(dim)
    p = torch.softmax(logits.masked_fill(~mask, -2.3819763e38), -1)
    x = x + linear(weights, layer + "self_attn.o_proj", (p @ values).transpose(0, 1).reshape(len(x), -1)) * gate
    h, gate = rms_norm(weights, layer + "post_attention_layernorm", x, condition)
    h = F.gelu(linear(weights, layer + "mlp.gate_proj", h), approximate="tanh") * linear(weights, layer + "mlp.up_proj", h)
    return x + linear(weights, layer + "mlp.down_proj", h) * gate, (k, v), p


def time_embedding(time, width):
    fraction = torch.linspace(0, 1, width // 2, dtype=torch.float64)
    angle = 2 * math.pi * time / (4e-3 * (4.0 / 4e-3) ** fraction)
    return torch.cat([angle.sin(), angle.cos()])


def encode(weights, config, images, tokens):
    """images: list of [3, S, S] or None; tokens: list of ids. Returns stages, per-layer (k, v), valid mask [N]."""
    patches = 256
    slots, valid = [], []
    size, table = config["image_size"], weights[PALIGEMMA + "lm_head.weight"]
    for image in images:
        slots.append(siglip(weights, config, torch.zeros(3, size, size, dtype=table.dtype) if image is None else image))
        valid += [image is not None] * patches
    padding = config["max_tokens"] - len(tokens)
    slots.append(table[torch.tensor(tokens + [0] * padding)] * math.sqrt(config["llm"]["width"]))
    valid = torch.tensor(valid + [True] * len(tokens) + [False] * padding)
    x = torch.cat(slots)
    positions = valid.cumsum(0) - 1
    mask = valid[None] & valid[:, None]
    cache = []
    for i in range(config["llm"]["depth"]):
        layer = f"{PALIGEMMA}model.language_model.layers.{i}."
        x, kv, _ = gemma_layer(weights, config, layer, x, positions, mask, None, None)
        cache.append(kv)
    return slots[:-1], cache, valid


def velocity(weights, config, cache, valid, state, x, time):
    """One flow step: v [H, action dim] and the probabilities [depth, heads, H, prefix slots] of the action rows."""
    width, is_pi05 = config["expert"]["width"], config["variant"] == "pi05"
    actions = linear(weights, "action_in_proj", x)
    embedded = time_embedding(time, width).to(x.dtype)
    if is_pi05:
        condition = F.silu(linear(weights, "time_mlp_out", F.silu(linear(weights, "time_mlp_in", embedded))))
        tokens = actions
    else:
        condition = None
        both = torch.cat([actions, embedded.expand(len(actions), -1)], -1)
        tokens = linear(weights, "action_time_mlp_out", F.silu(linear(weights, "action_time_mlp_in", both)))
    block = torch.zeros(len(tokens), dtype=torch.long)
    if config["state_input"] == "token":
        tokens = torch.cat([linear(weights, "state_proj", state)[None], tokens])
        block = torch.cat([torch.zeros(1, dtype=torch.long), block + 1])
    own = block[None] <= block[:, None]  # a token sees its own block and those before it
    mask = torch.cat([valid.expand(len(tokens), -1), own], 1)
    positions = valid.sum() + torch.arange(len(tokens))
    shares = []
    h = tokens
    for i, held in enumerate(cache):
        h, _, p = gemma_layer(weights, config, f"{EXPERT}layers.{i}.", h, positions, mask, held, condition)
        shares.append(p[:, -len(x):, : len(valid)])
    h, _ = rms_norm(weights, EXPERT + "norm", h, condition)
    return linear(weights, "action_out_proj", h[-len(x):]), torch.stack(shares)


def flow_times(steps):
    time, times = torch.tensor(1.0), []
    for _ in range(steps):
        times.append(time.item())
        time = time + torch.tensor(-1.0 / steps)
    return times


def sample(weights, config, cache, valid, state, noise):
    """Returns the actions, the first velocity and the attention share [steps, depth, prefix slots]."""
    x, first, shares = noise, None, []
    for time in flow_times(config["flow_steps"]):
        v, p = velocity(weights, config, cache, valid, state, x, time)
        first = v if first is None else first
        shares.append(p.mean((1, 2)))
        x = x - v / config["flow_steps"]
    return x, first, torch.stack(shares)
