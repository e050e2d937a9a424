"""The public PyTorch models of pi0 and pi0.5, imported from a checkout of LeRobot or openpi and shrunk to a given geometry.

Only the model code is imported: packages around it (training, data sets, JAX) are replaced by empty stand-ins, so that a
machine needs torch, safetensors and transformers alone (LeRobot: 5.4 or 5.5; openpi: 4.53.2 with openpi's replaced files).
A geometry is the content of a policy's config.json.
"""
import contextlib
import dataclasses
import importlib
import pathlib
import sys
import types

import torch

FLOW_STEPS = 10
CAMERAS = ("base_0_rgb", "left_wrist_0_rgb", "right_wrist_0_rgb")


class StandIn(types.ModuleType):
    """A module in which every name exists, for imports that the forward pass never uses."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (torch.nn.Module,), {})


def stand_in(name, **members):
    module = StandIn(name)
    module.__dict__.update(members)
    sys.modules[name] = module


def namespace_package(name, folder):
    """Registers a package without running its __init__.py."""
    module = types.ModuleType(name)
    module.__path__ = [str(folder)]
    sys.modules[name] = module


def gemma_of(geometry, part):
    sizes = {**geometry["llm"], **geometry[part]}
    return types.SimpleNamespace(width=sizes["width"], depth=sizes["depth"], mlp_dim=sizes["mlp"], num_heads=sizes["heads"],
                                 num_kv_heads=sizes["kv_heads"], head_dim=sizes["head_dim"])


@contextlib.contextmanager
def shrunk(modules, geometry):
    """Inside, the modules' PaliGemma and Gemma classes are built in the geometry instead of the published one."""

    def resized(original):
        def build(config, **kwargs):
            if hasattr(config, "vision_config"):
                vision = config.vision_config
                vision.hidden_size, vision.intermediate_size = geometry["vision"]["width"], geometry["vision"]["mlp"]
                vision.num_hidden_layers = geometry["vision"]["depth"]
                vision.num_attention_heads = geometry["vision"]["heads"]
                vision.image_size, vision.patch_size = geometry["image_size"], geometry["patch_size"]
                vision.projection_dim = geometry["llm"]["width"]
                config.projection_dim = geometry["llm"]["width"]
                config.text_config.vocab_size = config._vocab_size = geometry["llm"]["vocab"]
            else:
                config.vocab_size = geometry["llm"]["vocab"]
                config.pad_token_id = 0
            return original(config=config, **kwargs)
        return build

    with contextlib.ExitStack() as stack:
        for module, name in modules:
            original = getattr(module, name)
            setattr(module, name, resized(original))
            stack.callback(setattr, module, name, original)
        yield


def finished(model):
    """Exact f32 products, whatever a constructor has asked for."""
    torch.set_float32_matmul_precision("highest")
    return model.eval().requires_grad_(False)


class LeRobot:
    """LeRobot's PI0Pytorch or PI05Pytorch."""

    name = "lerobot"

    def __init__(self, checkout, geometry, device="cpu"):
        self.geometry, self.device = geometry, device
        source = pathlib.Path(checkout) / "src" / "lerobot"
        variant = geometry["variant"]
        for package in ("", ".policies", ".policies.common", ".policies.pi0", ".policies.pi05", ".policies.rtc", ".utils"):
            namespace_package("lerobot" + package, source.joinpath(*package.split(".")))
        stand_in("lerobot.configs")
        stand_in("lerobot.policies.pretrained")
        stand_in("lerobot.policies.rtc.modeling_rtc")
        stand_in(f"lerobot.policies.{variant}.configuration_{variant}", DEFAULT_IMAGE_SIZE=224)
        stand_in("lerobot.policies.pi05.memory")
        stand_in("lerobot.utils.import_utils", _transformers_available=True, require_package=lambda *a, **k: None)
        module = importlib.import_module(f"lerobot.policies.{variant}.modeling_{variant}")

        module.get_gemma_config = lambda part: gemma_of(geometry, part)
        config = types.SimpleNamespace(
            paligemma_variant="llm", action_expert_variant="expert", dtype="float32",
            image_resolution=(geometry["image_size"],) * 2, freeze_vision_encoder=False, train_expert_only=False,
            max_state_dim=geometry["model_state_dim"], max_action_dim=geometry["model_action_dim"],
            chunk_size=geometry["horizon"], num_inference_steps=FLOW_STEPS, min_period=4e-3, max_period=4.0,
            use_proprioceptive_memory=False, compile_model=False, rtc_config=None, memory_temporal_attention_every=4)
        with shrunk([(module, "PaliGemmaForConditionalGenerationWithPiGemma"), (module, "PiGemmaForCausalLM")], geometry):
            core = (module.PI05Pytorch if variant == "pi05" else module.PI0Pytorch)(config)
        if not hasattr(core.paligemma_with_expert.paligemma.model.language_model.embed_tokens, "embed_scale"):
            raise ImportError("expected transformers from 5.4 on, whose Gemma scales its embedding, "
                              f"got {self.versions()['transformers']}")
        self.core = finished(core)

    def versions(self):
        return {"transformers": sys.modules["transformers"].__version__, "torch": torch.__version__.split("+")[0]}

    def state_dict(self):
        """As PreTrainedPolicy.save_pretrained() names it: the model is the member `model` of the policy."""
        return {"model." + key: value for key, value in self.core.state_dict().items()}

    def arrange(self, inputs):
        """Missing cameras follow the present ones, as LeRobot's policies prepare them."""
        order = sorted(range(len(inputs.images)), key=lambda i: not inputs.image_masks[i].item())
        return dataclasses.replace(inputs, images=[inputs.images[i] for i in order],
                                   image_masks=[inputs.image_masks[i] for i in order])

    def sample(self, inputs):
        state = [inputs.state] if self.geometry["variant"] == "pi0" else []
        return self.core.sample_actions(inputs.images, inputs.image_masks, inputs.tokens, inputs.token_mask, *state,
                                        noise=inputs.noise, num_steps=FLOW_STEPS)


class OpenPi:
    """openpi's PI0Pytorch."""

    name = "openpi"

    def __init__(self, checkout, geometry, device="cpu"):
        self.geometry, self.device = geometry, device
        source = pathlib.Path(checkout) / "src" / "openpi"
        for package in ("", ".models", ".models_pytorch", ".shared"):
            namespace_package("openpi" + package, source.joinpath(*package.split(".")))
        stand_in("openpi.models.gemma", get_config=lambda part: gemma_of(geometry, part))
        stand_in("openpi.shared.image_tools")
        sys.modules["openpi.models"].gemma = sys.modules["openpi.models.gemma"]
        module = importlib.import_module("openpi.models_pytorch.pi0_pytorch")
        parts = importlib.import_module("openpi.models_pytorch.gemma_pytorch")

        config = types.SimpleNamespace(
            pi05=geometry["variant"] == "pi05", paligemma_variant="llm", action_expert_variant="expert", dtype="float32",
            action_dim=geometry["model_action_dim"], action_horizon=geometry["horizon"], pytorch_compile_mode=None)
        with shrunk([(parts, "PaliGemmaForConditionalGeneration"), (parts, "GemmaForCausalLM")], geometry):
            core = module.PI0Pytorch(config)
        self.core = finished(core)

    versions = LeRobot.versions

    def state_dict(self):
        return self.core.state_dict()

    def arrange(self, inputs):
        """openpi has a slot for each of its three cameras, always."""
        if len(inputs.images) != len(CAMERAS):
            raise ValueError(f"expected {len(CAMERAS)} cameras, got {len(inputs.images)}")
        return inputs

    def sample(self, inputs):
        observation = types.SimpleNamespace(
            images=dict(zip(CAMERAS, inputs.images)), image_masks=dict(zip(CAMERAS, inputs.image_masks)),
            state=inputs.state, tokenized_prompt=inputs.tokens, tokenized_prompt_mask=inputs.token_mask,
            token_ar_mask=None, token_loss_mask=None)
        return self.core.sample_actions(self.device, observation, noise=inputs.noise, num_steps=FLOW_STEPS)
