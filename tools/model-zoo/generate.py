"""Writes test-fixtures/model-zoo: losses, outputs and gradients of ResNet-18 (torchvision's own) and of GPT (PyTorch's transformer
layers) in float64, at parameters and inputs that the tests compute by the same formula.

    python tools/model-zoo/generate.py    (needs torch and torchvision; written with 1.13 and 0.14)
"""

import json
from pathlib import Path

import numpy as np
import torch
import torchvision
from torch import nn
from torch.nn import functional as F

FOLDER = Path(__file__).resolve().parents[2] / "test-fixtures" / "model-zoo"
GOLDEN_RATIO = 0.6180339887498949


def sequence(size, stream):
    """Irregular numbers in [-1, 1): the same bits in every language, since each operation is exact or rounded by IEEE 754."""
    i = np.arange(size, dtype=np.float64) + 1 + 1000 * stream
    return 2 * np.mod(i * i * GOLDEN_RATIO, 1.0) - 1


def parameter_value(name, shape, stream):
    numbers = sequence(int(np.prod(shape)), stream).reshape(shape)
    if name.startswith(("wte", "wpe")):
        return 0.5 * numbers
    if len(shape) >= 2:
        return np.sqrt(3 / np.prod(shape[1:])) * numbers
    return (1 if name.endswith("weight") else 0) + 0.2 * numbers


def fill(named):
    for stream, (name, tensor) in enumerate(named):
        tensor.data = torch.from_numpy(parameter_value(name, tuple(tensor.shape), stream))
        tensor.requires_grad_()


def write(file, named, loss, output, **extra):
    loss.backward()
    gradients = [
        {
            "name": name,
            "shape": list(p.shape),
            "squares": float((p.grad**2).sum()),
            "projection": float((p.grad.flatten() * torch.from_numpy(sequence(p.numel(), 7))).sum()),
        }
        for name, p in named
    ]
    flat = output.detach().flatten()
    document = {
        "versions": {"torch": torch.__version__, "torchvision": torchvision.__version__},
        **extra,
        "loss": float(loss),
        "output": {"shape": list(output.shape), "first": flat[:100].tolist()},
        "parameters": gradients,
    }
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / file).write_text(json.dumps(document, indent=1) + "\n")
    print(file, float(loss), len(named), sum(p.numel() for _, p in named))


def resnet18(stem, side, classes):
    model = torchvision.models.resnet18(num_classes=classes)
    if stem == "cifar":
        model.conv1 = nn.Conv2d(3, 64, 3, padding=1, bias=False)
        model.maxpool = nn.Identity()
    model = model.double().train()
    named = list(model.named_parameters())
    fill(named)
    batch = 3
    x = torch.from_numpy(sequence(batch * 3 * side**2, 500).reshape(batch, 3, side, side))
    y = torch.tensor([(3 * n + 1) % classes for n in range(batch)])
    output = model(x)
    options = {"stem": stem, "inputShape": [3, side, side], "classes": classes}
    write(f"resnet18-{stem}.json", named, F.cross_entropy(output, y), output, options=options, batch=batch)


def gpt(normalize):
    options = {"blocks": 2, "heads": 2, "width": 8, "vocabulary": 11, "context": 5, "normalize": normalize}
    width, vocabulary, context = options["width"], options["vocabulary"], options["context"]
    blocks = [
        nn.TransformerEncoderLayer(
            width,
            options["heads"],
            4 * width,
            dropout=0.0,
            activation=lambda h: F.gelu(h, approximate="tanh"),
            batch_first=True,
            norm_first=normalize == "before",
        ).double()
        for _ in range(options["blocks"])
    ]
    wte = nn.Parameter(torch.empty(vocabulary, width))
    wpe = nn.Parameter(torch.empty(context, width))
    named = [("wte.weight", wte), ("wpe.weight", wpe)]
    for i, block in enumerate(blocks):
        attention, before, after = block.self_attn, block.norm1, block.norm2
        layers = {
            "attn.c_attn": (attention.in_proj_weight, attention.in_proj_bias),
            "attn.c_proj": (attention.out_proj.weight, attention.out_proj.bias),
            "ln_1": (before.weight, before.bias),
            "mlp.c_fc": (block.linear1.weight, block.linear1.bias),
            "mlp.c_proj": (block.linear2.weight, block.linear2.bias),
            "ln_2": (after.weight, after.bias),
        }
        order = ["attn.c_attn", "attn.c_proj", "ln_1", "mlp.c_fc", "mlp.c_proj", "ln_2"]
        if normalize == "before":
            order = ["ln_1", "attn.c_attn", "attn.c_proj", "ln_2", "mlp.c_fc", "mlp.c_proj"]
        for layer in order:
            named += [(f"h.{i}.{layer}.weight", layers[layer][0]), (f"h.{i}.{layer}.bias", layers[layer][1])]
    last = nn.LayerNorm(width).double()
    if normalize == "before":
        named += [("ln_f.weight", last.weight), ("ln_f.bias", last.bias)]
    fill(named)
    batch = 3
    x = torch.tensor([[(7 * (n * context + t) ** 2 + 3 * t) % vocabulary for t in range(context)] for n in range(batch)])
    y = torch.roll(x, -1, 1)
    mask = torch.triu(torch.full((context, context), float("-inf"), dtype=torch.float64), 1)
    h = wte[x] + wpe
    for block in blocks:
        h = block(h, mask)
    if normalize == "before":
        h = last(h)
    output = h @ wte.T
    loss = F.cross_entropy(output.reshape(-1, vocabulary), y.reshape(-1))
    write(f"gpt-{normalize}.json", named, loss, output, options=options, batch=batch, x=x.tolist(), y=y.tolist())


resnet18("imagenet", 64, 1000)
resnet18("cifar", 16, 10)
gpt("after")
gpt("before")
