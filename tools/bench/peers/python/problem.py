"""A problem as the bench wrote it: arrays by name, and what the model is."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Problem:
    architecture: dict
    names: list[str]  # parameters in the model's order
    values: dict[str, np.ndarray]
    directions: dict[str, np.ndarray]
    x: np.ndarray
    y: np.ndarray

    def chunk(self, most_bytes: int = 2**30) -> int:
        """How many directions to push at once: all, or as many as keep a stack of whole parameter sets under `most_bytes`."""
        size = sum(value.nbytes for value in self.values.values())
        return max(1, min(len(self.names), most_bytes // size))


def read(folder: str) -> Problem:
    described = json.loads((Path(folder) / "problem.json").read_text())
    arrays = dict(np.load(Path(folder) / "arrays.npz"))
    names = described["parameters"]
    return Problem(
        architecture=described["architecture"],
        names=names,
        values={name: arrays[f"value.{name}"] for name in names},
        directions={name: arrays[f"direction.{name}"] for name in names},
        x=arrays["x"],
        y=arrays["y"],
    )
