"""Checks the models of case folders with onnx.checker and strict shape inference, and that they are standard and keep the batch open."""

import onnx
from cases import run_cases
from onnx import checker, shape_inference


def dims(value):
    return [d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim]


def check(path):
    checker.check_model(path, full_check=True)
    model = onnx.load(path)
    domains = {node.domain for node in model.graph.node} | {entry.domain for entry in model.opset_import}
    assert domains <= {"", "ai.onnx"}, f"operators outside the standard domain: {domains}"
    batch = [dims(v)[0] for v in model.graph.input if v.name in ("x", "y")]
    assert batch and all(isinstance(d, str) for d in batch), f"the batch is not symbolic: {batch}"
    inferred = shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    for declared, found in zip(model.graph.output, inferred.graph.output):
        assert dims(declared) == dims(found), f"output {declared.name} is declared {dims(declared)}, inferred {dims(found)}"


def run(path, _sets):
    check(path)
    return []


run_cases(onnx.__version__, run)
