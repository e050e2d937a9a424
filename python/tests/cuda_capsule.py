"""A picture that DLPack says lies on a GPU, without one: what reads its memory would crash."""

from __future__ import annotations

import ctypes

CUDA = 2


class DLTensor(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p), ("device_type", ctypes.c_int), ("device_id", ctypes.c_int), ("ndim", ctypes.c_int),
        ("code", ctypes.c_uint8), ("bits", ctypes.c_uint8), ("lanes", ctypes.c_uint16),
        ("shape", ctypes.POINTER(ctypes.c_int64)), ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("byte_offset", ctypes.c_uint64),
    ]


class DLManagedTensor(ctypes.Structure):
    _fields_ = [("tensor", DLTensor), ("context", ctypes.c_void_p), ("deleter", ctypes.c_void_p)]


class DevicePicture:
    """uint8 [height, width, 3]."""

    def __init__(self, height: int = 224, width: int = 224):
        self._shape = (ctypes.c_int64 * 3)(height, width, 3)
        self._strides = (ctypes.c_int64 * 3)(3 * width, 3, 1)
        tensor = DLTensor(16, CUDA, 0, 3, 1, 8, 1, self._shape, self._strides, 0)
        self._managed = DLManagedTensor(tensor, None, None)

    def __dlpack_device__(self) -> tuple[int, int]:
        return CUDA, 0

    def __dlpack__(self, **_) -> object:
        new = ctypes.pythonapi.PyCapsule_New
        new.restype, new.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
        return new(ctypes.addressof(self._managed), b"dltensor", None)
