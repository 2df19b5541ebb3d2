"""Runs case folders in OpenVINO on the CPU, in single precision."""

import openvino
from cases import run_cases

core = openvino.Core()
# On processors with bfloat16 units OpenVINO would compute in bfloat16 unless told.
core.set_property("CPU", {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1})


def run(path, sets):
    compiled = core.compile_model(core.read_model(path), "CPU")
    results = []
    for inputs, names in sets:
        values = compiled({p.any_name: inputs[p.any_name] for p in compiled.inputs})
        results.append([values[name] for name in names])
    return results


run_cases(openvino.__version__, run)
