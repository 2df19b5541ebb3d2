"""Lists the node tests of the onnx package as JSON: where each model and its data lie, and how exact a result must be."""

import json
import os
import sys

import onnx
from onnx.backend.test.loader import load_model_tests


def ports(values, initializers=()):
    """Names and element types; null for what is not a tensor (a sequence, an optional)."""
    return [
        {
            "name": v.name,
            "type": onnx.TensorProto.DataType.Name(v.type.tensor_type.elem_type) if v.type.HasField("tensor_type") else None,
        }
        for v in values
        if v.name not in initializers
    ]


def numbered(folder, kind):
    """Paths of KIND_0.pb, KIND_1.pb, ..."""
    paths = []
    while os.path.exists(path := os.path.join(folder, f"{kind}_{len(paths)}.pb")):
        paths.append(path)
    return paths


def listed(case):
    path = os.path.join(case.model_dir, "model.onnx")
    graph = onnx.load(path).graph
    sets = sorted(name for name in os.listdir(case.model_dir) if name.startswith("test_data_set_"))
    return {
        "name": case.name,
        "model": path,
        "types": [node.op_type for node in graph.node],
        "inputs": ports(graph.input, {i.name for i in graph.initializer}),
        "outputs": ports(graph.output),
        "data": [
            {kind: numbered(os.path.join(case.model_dir, name), kind) for kind in ("input", "output")} for name in sets
        ],
        "rtol": case.rtol,
        "atol": case.atol,
    }


cases = [listed(case) for case in load_model_tests(kind="node")]
json.dump({"onnx": onnx.__version__, "opset": onnx.defs.onnx_opset_version(), "cases": cases}, sys.stdout)
