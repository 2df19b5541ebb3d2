"""Runs case folders in the ReferenceEvaluator of the onnx package."""

import onnx
from cases import run_cases
from onnx.reference import ReferenceEvaluator


def run(path, sets):
    evaluator = ReferenceEvaluator(path)
    return [evaluator.run(names, inputs) for inputs, names in sets]


run_cases(onnx.__version__, run)
