"""Messages as openpi's own client packs them, for the codec's tests.

Remake: python3 -m venv v && v/bin/pip install openpi-client==0.1.2 typing_extensions && v/bin/python make_messages.py
"""
import pathlib

import numpy as np
from openpi_client import msgpack_numpy

HERE = pathlib.Path(__file__).resolve().parent


def picture(first, channels_first=False):
    levels = (first + np.arange(2 * 2 * 3)).astype(np.uint8).reshape(2, 2, 3)
    return np.ascontiguousarray(levels.transpose(2, 0, 1)) if channels_first else levels


MESSAGES = {
    "libero": {
        "observation/image": picture(0),
        "observation/wrist_image": picture(100),
        "observation/state": np.arange(8) / 4,
        "prompt": "put the red cube in the bin",
    },
    "droid": {
        "observation/exterior_image_1_left": picture(10),
        "observation/wrist_image_left": picture(20).astype(np.float32) / 255,
        "observation/joint_position": np.arange(7, dtype=np.float32),
        "observation/gripper_position": np.float64(0.5),
        "prompt": b"stack",
    },
    "aloha": {
        "state": np.ones((14,)),
        "images": {"cam_high": picture(30, True), "cam_low": picture(0, True), "cam_right_wrist": picture(40, True)},
        "prompt": "fold",
    },
    "types": {
        "f2": np.array([1.5, -2.0], np.float16),
        "f4": np.array([1, 2, 3], np.float32),
        "i8": np.array([[-1], [2]], np.int64),
        "u2": np.array([65535], np.uint16),
        "bool": np.array([True, False]),
        "scalar": np.array(7, np.int32),
        "empty": np.zeros((0, 3), np.float32),
        "generic": np.float32(0.25),
        "text": np.array("abc"),
        "big": np.array([1.0], ">f8"),
        "list": [1, 2.5],
        "nested": {"deep": {"flag": True, "none": None}},
    },
}

for name, message in MESSAGES.items():
    (HERE / f"{name}.msgpack").write_bytes(msgpack_numpy.packb(message))
