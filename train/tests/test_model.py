"""The network: names, shapes, and that prefix + suffix with a KV cache equals one joint pass under the block mask."""

import dataclasses

import pytest
import torch

from awd_train.config import ExpertConfig, LlmConfig, PolicyConfig, VisionConfig
from awd_train.initialise import initialise
from awd_train.layers import attention_probabilities, rope
from awd_train.model import Policy, time_embedding

SMALL = PolicyConfig(
    image_size=28,
    vision=VisionConfig(width=24, depth=2, heads=3, mlp=32),
    llm=LlmConfig(width=32, depth=3, mlp=48, heads=4, kv_heads=1, head_dim=16, vocab=11),
    expert=ExpertConfig(width=16, mlp=24),
    horizon=6,
)
VARIANTS = {
    "pi0": SMALL,
    "pi0 without state": dataclasses.replace(SMALL, state_input="none"),
    "pi0 with two kv heads": dataclasses.replace(SMALL, llm=dataclasses.replace(SMALL.llm, kv_heads=2)),
    "pi05": dataclasses.replace(SMALL, variant="pi05", state_input="none"),
}


@pytest.fixture(params=VARIANTS.values(), ids=VARIANTS.keys())
def policy(request):
    torch.manual_seed(1)
    policy = Policy(request.param)
    for parameter in policy.parameters():  # no weight may be at a value that hides an error
        torch.nn.init.normal_(parameter, std=0.2)
    return policy.double().eval()


def inputs(batch=2, config=SMALL):
    torch.manual_seed(2)
    return {
        "images": torch.rand(batch, 2, 3, config.image_size, config.image_size).double() * 2 - 1,
        "tokens": torch.randint(config.llm.vocab, (batch, 5)),
        "state": torch.randn(batch, config.model_state_dim).double(),
        "x": torch.randn(batch, config.horizon, config.model_action_dim).double(),
        "t": torch.rand(batch).double(),
    }


def joint_velocity(policy, images, tokens, state, x, t):
    """Both experts in one pass over prefix + suffix; who sees whom is written as one mask."""
    c, both = policy.config, policy.paligemma_with_expert
    _, prefix = policy.embed_prefix(images, tokens)
    suffix, cond = policy.embed_suffix(state, x, t)
    n, m = prefix.shape[1], suffix.shape[1]
    # openpi's rule: j is visible to i when cumsum(ar)[j] <= cumsum(ar)[i].
    ar = torch.zeros(n + m, dtype=torch.long)
    ar[n] = 1
    if c.has_state_token:
        ar[n + 1] = 1
    rank = ar.cumsum(0)
    visible = rank[None, :] <= rank[:, None]
    positions = torch.arange(n + m)
    language, expert = both.paligemma.model.language_model.layers, both.gemma_expert.model
    for i, (left, right) in enumerate(zip(language, expert.layers, strict=True)):
        a, gate_a = left.input_layernorm(prefix)
        b, gate_b = right.input_layernorm(suffix, cond)
        last = i == len(language) - 1
        qa = (
            torch.zeros(len(a), c.llm.heads, n, c.llm.head_dim).to(a)
            if last
            else left.self_attn.queries(a, positions[:n])
        )
        q = torch.cat([qa, right.self_attn.queries(b, positions[n:])], dim=2)
        (ka, va), (kb, vb) = left.self_attn.keys_values(a, positions[:n]), right.self_attn.keys_values(b, positions[n:])
        k, v = (
            torch.cat(pair, dim=2).repeat_interleave(c.llm.heads // c.llm.kv_heads, 1) for pair in ((ka, kb), (va, vb))
        )
        logits = q @ k.transpose(-1, -2) / c.llm.head_dim**0.5
        out = (logits.masked_fill(~visible, -torch.inf).softmax(-1) @ v).transpose(1, 2).flatten(2)
        if not last:
            prefix = left.finish(prefix, out[:, :n], gate_a)
        suffix = right.finish(suffix, out[:, n:], gate_b, cond)
    return policy.action_out_proj(expert.norm(suffix[:, -c.horizon :], cond)[0])


def test_prefix_then_suffix_equals_joint_pass(policy):
    i = inputs()
    cache = policy.prefix(i["images"], i["tokens"])
    v = policy.suffix(cache, i["state"], i["x"], i["t"])
    # RoPE and the norms compute in f32 whatever the weights are.
    torch.testing.assert_close(v, joint_velocity(policy, **i), rtol=1e-4, atol=1e-5)


def test_attention_sums_to_one_and_gives_the_same_velocity(policy):
    i, c = inputs(), policy.config
    cache = policy.prefix(i["images"], i["tokens"])
    v, attention = policy.suffix_attention(cache, i["state"], i["x"], i["t"])
    torch.testing.assert_close(v, policy.suffix(cache, i["state"], i["x"], i["t"]))
    keys = cache[0][0].shape[2] + c.horizon + c.has_state_token
    assert attention.shape == (c.llm.depth, 2, c.llm.heads, c.horizon, keys)
    torch.testing.assert_close(attention.sum(-1), torch.ones_like(attention[..., 0]))
    maps = policy.importance(attention, slice(1, None))
    assert maps.shape == (2, 2, c.grid, c.grid)
    torch.testing.assert_close(maps.sum((2, 3)), torch.ones(2, 2))


def test_state_matters_only_with_a_state_token(policy):
    i = inputs()
    cache = policy.prefix(i["images"], i["tokens"])
    one, two = (policy.suffix(cache, s, i["x"], i["t"]) for s in (i["state"], i["state"] + 1))
    assert torch.equal(one, two) == (not policy.config.has_state_token)


def test_denoise_is_ten_euler_steps(policy):
    i = inputs()
    cache = policy.prefix(i["images"], i["tokens"])
    x = i["x"]
    for k in range(10):
        x = x - policy.suffix(cache, i["state"], x, torch.full((2,), 1 - k / 10)) / 10
    torch.testing.assert_close(policy.denoise(cache, i["state"], i["x"]), x.detach())


def test_parameter_names_and_shapes_are_those_of_openpi():
    shapes = {name: tuple(x.shape) for name, x in Policy(PolicyConfig()).state_dict().items()}
    root = "paligemma_with_expert."
    vision = root + "paligemma.model.vision_tower.vision_model."
    expected = {
        vision + "embeddings.patch_embedding.weight": (192, 3, 14, 14),
        vision + "embeddings.position_embedding.weight": (256, 192),
        vision + "encoder.layers.3.self_attn.out_proj.bias": (192,),
        vision + "encoder.layers.0.mlp.fc1.weight": (768, 192),
        vision + "post_layernorm.bias": (192,),
        root + "paligemma.model.multi_modal_projector.linear.weight": (256, 192),
        root + "paligemma.model.language_model.layers.3.self_attn.o_proj.weight": (256, 256),
        root + "paligemma.model.language_model.layers.4.self_attn.k_proj.weight": (64, 256),
        root + "paligemma.lm_head.weight": (256, 256),
        root + "gemma_expert.model.layers.4.post_attention_layernorm.weight": (256,),
        root + "gemma_expert.model.norm.weight": (256,),
        "state_proj.weight": (256, 8),
        "action_in_proj.weight": (256, 7),
        "action_time_mlp_in.weight": (256, 512),
        "action_out_proj.bias": (7,),
    }
    assert expected.items() <= shapes.items()
    assert not any(".layers.4.self_attn.q_proj" in name and "language_model" in name for name in shapes)
    assert sum(torch.Size(s).numel() for s in shapes.values()) < 12e6
    adaptive = Policy(VARIANTS["pi05"]).state_dict()
    assert adaptive[root + "gemma_expert.model.layers.0.input_layernorm.dense.weight"].shape == (48, 16)
    assert "time_mlp_in.weight" in adaptive and "state_proj.weight" not in adaptive


def test_initial_policy_is_finite_and_tells_action_rows_apart():
    torch.manual_seed(0)
    policy = Policy(SMALL)
    initialise(policy)
    i = {k: v.float() if v.is_floating_point() else v for k, v in inputs().items()}
    v = policy.suffix(policy.prefix(i["images"], i["tokens"]), i["state"], torch.zeros_like(i["x"]), i["t"])
    assert v.isfinite().all() and v.std(dim=1).min() > 0  # equal noise, so only RoPE differs


def test_rope_rotates_pairs_of_the_two_halves():
    x = torch.tensor([1.0, 0.0, 0.0, 0.0]).view(1, 1, 1, 4)
    out = rope(x, torch.tensor([2]))[0, 0, 0]
    torch.testing.assert_close(
        out, torch.tensor([2.0]).cos() * x[0, 0, 0] + torch.tensor([0, 0, 1.0, 0]) * torch.tensor(2.0).sin()
    )


def test_attention_logits_are_scaled():
    q, k = torch.ones(1, 1, 1, 4), torch.stack([torch.ones(4), torch.zeros(4)]).view(1, 1, 2, 4)
    torch.testing.assert_close(attention_probabilities(q, k)[0, 0, 0], torch.tensor([2.0, 0.0]).softmax(0))


def test_time_embedding_periods():
    e = time_embedding(torch.tensor([1.0]), 4)[0]  # periods 0.004 and 4
    torch.testing.assert_close(e, torch.tensor([0.0, 1.0, 1.0, 0.0]), atol=1e-6, rtol=0)
