"""Runs a public model whose f32 parameters do not fit the memory: they stay bf16 in a mapped file and exist in f32 only while
the module that owns them computes."""
import contextlib

import public_weights
import torch
from torch import nn


@contextlib.contextmanager
def parameters_nowhere():
    """Inside, modules are built with parameters that have shape and type but no memory; buffers are real."""
    original = nn.Module.register_parameter

    def register(module, name, parameter):
        original(module, name, parameter)
        if parameter is not None:
            module._parameters[name] = nn.Parameter(parameter.to("meta"), requires_grad=False)

    nn.Module.register_parameter = register
    try:
        yield
    finally:
        nn.Module.register_parameter = original


def serve_parameters(core, tensors, device):
    """Gives a model made inside parameters_nowhere() the values `tensors` {stored name: tensor}: on a GPU for good, on the CPU
    one module at a time. Throws ValueError if the model lacks a tensor or has one of another name or shape."""
    missing = set(tensors)
    for path, module in core.named_modules():
        mine = {}
        for name, parameter in module.named_parameters(recurse=False, remove_duplicate=False):
            stored = public_weights.stored_name(f"{path}.{name}")
            if stored is None:
                continue
            if stored not in tensors or tensors[stored].shape != parameter.shape:
                raise ValueError(f"the public model has another parameter: {path}.{name} {tuple(parameter.shape)}")
            mine[name] = tensors[stored]
            missing.discard(stored)
        if mine and device == "cpu":
            widen_while_computing(module, mine)
        else:
            module._parameters.update((name, resident(tensor, device)) for name, tensor in mine.items())
        for name, buffer in module.named_buffers(recurse=False):
            module._buffers[name] = buffer.to(device)
    if missing:
        raise ValueError(f"the public model has no parameter {min(missing)}")


def resident(tensor, device):
    return nn.Parameter(tensor.to(device=device, dtype=torch.float32), requires_grad=False)


def widen_while_computing(module, tensors):
    nowhere = dict(module._parameters)

    def enter(*_):
        module._parameters.update((name, resident(tensor, "cpu")) for name, tensor in tensors.items())

    def leave(*_):
        module._parameters.update(nowhere)

    module.register_forward_pre_hook(enter)
    module.register_forward_hook(leave)
