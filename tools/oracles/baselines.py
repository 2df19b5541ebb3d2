"""Prints the fixtures of @hograd/baselines as one JSON object: file name to content."""

import json
import sys
from importlib.metadata import version

import curvature
import first_order
import kfac
from problems import SHAPES, described

PACKAGES = ["torch", "pytorch-optimizer", "torch-optimizer", "curvlinops-for-pytorch", "scipy"]

files = {"problems": {"versions": {p: version(p) for p in PACKAGES}, **{name: described(name) for name in SHAPES}}}
for module in (first_order, curvature, kfac):
    files.update(module.fixtures())
json.dump(files, sys.stdout)
