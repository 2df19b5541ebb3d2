"""Writes the files of this folder with numpy's and ONNX's own writers: python generate.py (needs numpy and onnx)."""

import numpy as np
import onnx
from numpy.lib import format as npy

values = np.arange(6).reshape(2, 3)

for name, dtype in {
    "f2": "<f2", "f4": "<f4", "f8": "<f8", "i1": "|i1", "i2": "<i2", "i4": "<i4", "i8": "<i8",
    "u1": "|u1", "u2": "<u2", "u4": "<u4", "u8": "<u8", "b1": "|b1", "f4-big": ">f4", "i8-big": ">i8",
}.items():
    np.save(f"{name}.npy", values.astype(dtype))
np.save("fortran.npy", np.asfortranarray(np.arange(24, dtype="<i4").reshape(2, 3, 4)))
np.save("scalar.npy", np.float64(2.5))
np.save("empty.npy", np.zeros((0, 3), "<f4"))
np.save("text.npy", np.array(["a", "bc"]))
np.save("record.npy", np.zeros(2, [("a", "<f4"), ("b", "<i8")]))
for version in ((2, 0), (3, 0)):
    with open(f"version-{version[0]}.npy", "wb") as file:
        npy.write_array(file, values.astype("<f4"), version=version)
np.savez("stored.npz", x=values.astype("<f4"), y=np.array([3, 1], "<i8"))
np.savez_compressed("deflated.npz", x=values.astype("<f4"), y=np.array([3, 1], "<i8"))

from_array = onnx.numpy_helper.from_array
helper, types = onnx.helper, onnx.TensorProto
for i, tensor in enumerate([
    from_array(values.astype("<f4"), "x"),
    from_array(np.array([3, -(2**53) - 1], "<i8"), "y"),
    helper.make_tensor("typed-float", types.FLOAT, [2], [0.5, -1.5]),
    helper.make_tensor("typed-double", types.DOUBLE, [2], [0.1, -1.5]),
    helper.make_tensor("typed-int64", types.INT64, [2], [2**53 + 1, -7]),
    helper.make_tensor("typed-uint64", types.UINT64, [1], [2**64 - 1]),
    helper.make_tensor("typed-int8", types.INT8, [2], [-3, 4]),
    helper.make_tensor("typed-bool", types.BOOL, [2], [True, False]),
    helper.make_tensor("typed-half", types.FLOAT16, [2], np.array([0.5, -2.0])),
    from_array(np.array([65504.0, 6e-8], np.float16), "raw-half"),
    from_array(np.float32(7), "scalar"),
]):
    with open(f"input_{i}.pb", "wb") as file:
        file.write(tensor.SerializeToString())
