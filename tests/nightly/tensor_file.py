"""Safetensors files of any size with torch alone: written tensor by tensor, read by mapping."""
import json
import math
import pathlib

import numpy as np
import torch

TYPES = {"F32": torch.float32, "BF16": torch.bfloat16, "I32": torch.int32, "U8": torch.uint8}
NAMES = {dtype: name for name, dtype in TYPES.items()}


def write(path, shapes, dtype_of, value_of):
    """shapes {name: shape}; dtype_of(name) and value_of(name) give each tensor's type and, when its turn comes, the tensor.
    The file appears under its name when it is complete."""
    header, end = {}, 0
    for name, shape in shapes.items():
        size = math.prod(shape) * dtype_of(name).itemsize
        header[name] = {"dtype": NAMES[dtype_of(name)], "shape": list(shape), "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    partial = pathlib.Path(f"{path}.part")
    with partial.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for name in shapes:
            file.write(value_of(name).contiguous().view(torch.uint8).numpy().data)
    partial.rename(path)


def write_all(path, tensors):
    write(path, {name: t.shape for name, t in tensors.items()}, lambda name: tensors[name].dtype, tensors.__getitem__)


def read(path):
    """{name: tensor}, mapped: pages come into memory as they are read."""
    with open(path, "rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size))
    header.pop("__metadata__", None)
    data = np.memmap(path, np.uint8, "c", offset=8 + size)  # copy on write: torch wants writable memory
    out = {}
    for name, entry in header.items():
        first, last = entry["data_offsets"]
        out[name] = torch.from_numpy(data[first:last]).view(TYPES[entry["dtype"]]).view(entry["shape"])
    return out
