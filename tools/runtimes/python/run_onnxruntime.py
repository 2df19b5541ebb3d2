"""Runs case folders in onnxruntime for Python."""

import onnxruntime
from cases import run_cases


def run(path, sets):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    taken = {i.name for i in session.get_inputs()}
    return [session.run(names, {k: v for k, v in inputs.items() if k in taken}) for inputs, names in sets]


run_cases(onnxruntime.__version__, run)
