"""Case folders for the scripts beside this one: reads inputs, prints results as one line of JSON a case."""

import base64
import json
import os
import sys

import numpy as np


def read_case(folder):
    """[(inputs by name, names of the outputs)] for each batch of the case."""
    with open(os.path.join(folder, "case.json"), encoding="utf-8") as file:
        sets = json.load(file)["sets"]
    with open(os.path.join(folder, "data.bin"), "rb") as file:
        data = file.read()

    def array(port):
        values = np.frombuffer(data, port["dtype"], count=port["length"] // np.dtype(port["dtype"]).itemsize, offset=port["offset"])
        return values.reshape(port["shape"])

    return [({p["name"]: array(p) for p in s["inputs"]}, [p["name"] for p in s["outputs"]]) for s in sets]


def port(name, value):
    value = np.asarray(value, order="C")
    return {
        "name": name,
        "dtype": str(value.dtype),
        "shape": list(value.shape),
        "data": base64.b64encode(value.tobytes()).decode(),
    }


def run_cases(version, run):
    """Calls run(path of the model, sets) for each folder named on the command line; it gives a list of outputs for each set."""
    print(json.dumps({"version": version}), flush=True)
    for folder in sys.argv[1:]:
        sets = read_case(folder)
        try:
            results = run(os.path.join(folder, "model.onnx"), sets)
            line = {
                "case": folder,
                "sets": [[port(n, v) for n, v in zip(names, values)] for (_, names), values in zip(sets, results)],
            }
        except Exception as error:  # whatever a runtime raises is its answer
            line = {"case": folder, "error": f"{type(error).__name__}: {error}"}
        print(json.dumps(line), flush=True)
