"""Exports every model by both of PyTorch's exporters, with a batch, a direction, and float64 autograd's answers.

export.py FOLDER [NAME ... | --large]: writes FOLDER/MODEL-EXPORTER/model.onnx and FOLDER/MODEL/{inputs,direction,gradient,summary}.npz, partition.json
and prints a JSON list of what it wrote, or why an export failed.
"""

import contextlib
import json
import os
import sys
import warnings

import numpy as np
import sklearn
import torch
import torchvision
from definitions import LARGE, MODELS, composed, randomize
from torch.func import functional_call
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.functional import cross_entropy

warnings.filterwarnings("ignore")

BATCH = 2


def gradient(model, x, y):
    parameters = {n: p.detach().clone().requires_grad_() for n, p in model.named_parameters()}
    loss = cross_entropy(functional_call(model, parameters, (x,)), y)
    values = torch.autograd.grad(loss, list(parameters.values()))
    return loss.item(), dict(zip(parameters, values))


def summary(model, x, y, direction, blocks):
    """Derivatives at 0 of phi(eta) = L(theta + sum_s eta_s u_s) by differentiating again what was differentiated."""
    eta = torch.zeros(len(blocks), dtype=torch.float64, requires_grad=True)
    of = {name: s for s, block in enumerate(blocks) for name in block["parameters"]}
    moved = {n: p.detach() + eta[of[n]] * direction[n] for n, p in model.named_parameters()}
    loss = cross_entropy(functional_call(model, moved, (x,)), y)
    (gbar,) = torch.autograd.grad(loss, eta, create_graph=True)
    rows = [torch.autograd.grad(g, eta, create_graph=True)[0] for g in gbar]
    third = [torch.autograd.grad(row[s], eta, retain_graph=True)[0][s] for s, row in enumerate(rows)]
    return {"gbar": gbar.detach(), "Hbar": torch.stack(rows).detach(), "D3": torch.stack(third)}


def products(model, x, y, direction, blocks):
    """Each block's part of the slope along the direction, and of the curvature: sums of rows of H̄, by one Hessian-vector product."""
    parameters = {n: p.detach().requires_grad_() for n, p in model.named_parameters()}
    loss = cross_entropy(functional_call(model, parameters, (x,)), y)
    gradients = torch.autograd.grad(loss, list(parameters.values()), create_graph=True)
    slope = sum((g * direction[n]).sum() for n, g in zip(parameters, gradients))
    curved = dict(zip(parameters, torch.autograd.grad(slope, list(parameters.values()))))
    values = {n: g.detach() for n, g in zip(parameters, gradients)}
    along = lambda of: torch.stack([sum((of[n] * direction[n]).sum() for n in b["parameters"]) for b in blocks])
    return loss.item(), values, {"gbar": along(values), "rows": along(curved)}


def check_third(model, x, y, direction, blocks, third):
    """Holds D3 against second differences of first derivatives: PyTorch's higher derivatives are not above suspicion."""
    h, largest = 1e-3, third.abs().max()
    for s, block in enumerate(blocks):

        def slope(step):
            eta = torch.tensor(step, dtype=torch.float64, requires_grad=True)
            moved = {n: p.detach() + (eta * direction[n] if n in block["parameters"] else 0) for n, p in model.named_parameters()}
            return torch.autograd.grad(cross_entropy(functional_call(model, moved, (x,)), y), eta)[0]

        found = (-slope(2 * h) + 16 * slope(h) - 30 * slope(0.0) + 16 * slope(-h) - slope(-2 * h)) / (12 * h * h)
        if (found - third[s]).abs() > 1e-5 * largest:
            raise ArithmeticError(f"D3 of {block['name']} is {third[s]} by autograd, {found} by differences")


def relative(found, exact):
    """The largest difference over the largest entry."""
    return float((found.double() - exact).abs().max() / exact.abs().max())


def save(path, tensors):
    np.savez(path, **{n: np.asarray(t.detach()) if isinstance(t, torch.Tensor) else np.asarray(t) for n, t in tensors.items()})


def write(folder, name):
    spec = (MODELS | LARGE)[name]
    torch.manual_seed(7)
    model = randomize(spec.build()).eval()
    x, y = spec.inputs(BATCH), torch.randint(0, spec.classes, spec.label_shape(BATCH))
    direction = {n: torch.randn_like(p) * p.detach().abs().mean() for n, p in model.named_parameters()}
    blocks = {}
    for n, _ in model.named_parameters():
        blocks.setdefault(spec.block(n), []).append(n)
    partition = [{"name": b, "parameters": names} for b, names in blocks.items()]
    home = os.path.join(folder, name)
    os.makedirs(home, exist_ok=True)
    exports = {}
    for exporter, export in spec.exporters.items():
        path = os.path.join(folder, f"{name}-{exporter}", "model.onnx")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        try:
            with contextlib.redirect_stdout(sys.stderr):
                export(model, x, path)
            exports[exporter] = {"model": path}
        except Exception as error:  # an exporter's failure is a result
            exports[exporter] = {"error": f"{type(error).__name__}: {str(error).strip().splitlines()[0]}"}
    save(os.path.join(home, "inputs.npz"), {spec.x: x, "y": y})
    save(os.path.join(home, "direction.npz"), direction)
    with open(os.path.join(home, "partition.json"), "w", encoding="utf-8") as file:
        json.dump(partition, file)
    rounded = gradient(model, x, y)[1] if name in LARGE else None
    # In double precision, from the very numbers that the file holds in single precision.
    exact = composed(model.double())
    xx = x.double() if x.is_floating_point() else x
    # The fused kernels of attention have no second derivative.
    with sdpa_kernel(SDPBackend.MATH):
        along = {n: d.double() for n, d in direction.items()}
        if name in LARGE:
            loss, gradients, curvature = products(exact, xx, y, along, partition)
        else:
            loss, gradients = gradient(exact, xx, y)
            curvature = summary(exact, xx, y, along, partition)
        # Differences across the kinks of relu and max-pooling would prove nothing.
        if spec.smooth:
            check_third(exact, xx, y, along, partition, curvature["D3"])
    save(os.path.join(home, "gradient.npz"), {"loss": np.float64(loss), **{f"grad.{n}": g for n, g in gradients.items()}})
    save(os.path.join(home, "summary.npz"), curvature)
    return {
        "name": name,
        "home": home,
        "logits": spec.logits,
        "parameters": [n for n, _ in model.named_parameters()],
        "scalars": sum(p.numel() for p in model.parameters()),
        "blocks": len(partition),
        "batch": list(x.shape),
        "rounding": rounded and max(relative(rounded[n], g) for n, g in gradients.items()),
        "exports": exports,
    }


if __name__ == "__main__":
    folder = sys.argv[1]
    wanted = list(LARGE) if sys.argv[2:] == ["--large"] else sys.argv[2:] or list(MODELS)
    written = [write(folder, n) for n in wanted]
    print(json.dumps({"torch": torch.__version__, "torchvision": torchvision.__version__, "sklearn": sklearn.__version__, "models": written}))
