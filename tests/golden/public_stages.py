"""Runs a public model on one observation and keeps what every stage computes."""
import contextlib
import dataclasses

import torch

PATCHES = 256  # tokens of a camera


@dataclasses.dataclass
class Inputs:
    """One observation as the public models take it, batch 1."""

    images: list  # of [1, 3, side, side] f32 in [-1, 1]
    image_masks: list  # of [1] bool
    tokens: torch.Tensor  # [1, slots] i64
    token_mask: torch.Tensor  # [1, slots] bool
    state: torch.Tensor  # [1, model_state_dim], normalised
    noise: torch.Tensor  # [1, horizon, model_action_dim]

    def valid(self):
        """[prefix slots] bool."""
        cameras = torch.tensor([mask.item() for mask in self.image_masks])
        return torch.cat([cameras.repeat_interleave(PATCHES), self.token_mask[0].cpu()])


def make_inputs(observation, present, slots, device="cpu"):
    """The observation with the cameras that are `present`, its prompt padded to `slots`.

    A missing camera is an image of -1 whose mask is false, as openpi and LeRobot make it.
    """
    images = []
    for picture, seen in zip(observation["pictures"], present):
        image = torch.tensor(picture).permute(2, 0, 1)[None].float() / 255 * 2 - 1
        images.append((image if seen else torch.full_like(image, -1)).to(device))
    ids = torch.tensor(observation["tokens"], dtype=torch.long)
    padded = torch.zeros(1, slots, dtype=torch.long)
    padded[0, : len(ids)] = ids
    mask = (torch.arange(slots) < len(ids))[None]
    state, noise = (torch.tensor(observation[name])[None].float().to(device) for name in ("state", "noise"))
    return Inputs(images, [torch.tensor([bool(seen)], device=device) for seen in present],
                  padded.to(device), mask.to(device), state, noise)


def without_missing(inputs):
    """The same observation without the slots of missing cameras."""
    kept = [i for i, mask in enumerate(inputs.image_masks) if mask.item()]
    return dataclasses.replace(inputs, images=[inputs.images[i] for i in kept],
                               image_masks=[inputs.image_masks[i] for i in kept])


@contextlib.contextmanager
def watched(module, name, see):
    """Inside, calls of module.name(...) also run see(kwargs, result)."""
    original = getattr(module, name)

    def call(*args, **kwargs):
        result = original(*args, **kwargs)
        see(kwargs, result)
        return result

    setattr(module, name, call)  # in front of the class' own
    try:
        yield
    finally:
        delattr(module, name)


def layers_of(cache):
    """[(keys, values)] of a transformers cache, old or new."""
    if hasattr(cache, "layers"):
        return [(layer.keys, layer.values) for layer in cache.layers]
    return list(zip(cache.key_cache, cache.value_cache))


def run(reference, inputs):
    """Every stage as f32 tensors on the CPU; keys and values are those of the valid prefix tokens."""
    inputs = reference.arrange(inputs)
    core, vision, velocities, conditions, held, modulations = reference.core, [], [], [], [], {}

    def see_image(_, features):
        vision.append(features[0].cpu())

    def see_forward(kwargs, result):
        if kwargs["inputs_embeds"][1] is None:
            held.extend([t[0].transpose(0, 1).flatten(1).cpu() for t in layer] for layer in layers_of(result[1]))

    def see_modulation(name):
        def hook(_, args, result):
            modulations.setdefault(name, []).append(result.flatten().cpu())
            if name.endswith("model.norm.dense"):
                conditions.append(args[0].flatten().cpu())
        return hook

    with contextlib.ExitStack() as stack:
        stack.enter_context(watched(core.paligemma_with_expert, "embed_image", see_image))
        stack.enter_context(watched(core.paligemma_with_expert, "forward", see_forward))
        stack.enter_context(watched(core, "denoise_step", lambda _, v: velocities.append(v[0].cpu())))
        for name, module in core.named_modules():
            if name.endswith(".dense"):
                stack.callback(module.register_forward_hook(see_modulation(name)).remove)
        actions = reference.sample(inputs)[0].cpu()

    seen = [features for features, mask in zip(vision, inputs.image_masks) if mask.item()]
    valid = inputs.valid()
    stages = {"vision": torch.cat(seen), "velocities": torch.stack(velocities), "actions": actions}
    for which, (k, v) in (("first", held[0]), ("last", held[-1])):
        stages["k_" + which], stages["v_" + which] = k[valid], v[valid]
    if modulations:  # [steps, width], [steps, norms in the order of their use, 3 width]
        stages["conditions"] = torch.stack(conditions)
        stages["modulations"] = torch.stack([torch.stack(rows) for rows in modulations.values()], 1)
    return stages


def relative_error(got, expected):
    """Norm of the difference over the norm of the expected values."""
    return ((got.double() - expected.double()).norm() / expected.double().norm()).item()
