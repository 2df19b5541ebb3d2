"""Small networks, their initial values and batches: what every optimiser of the fixtures is let loose on."""

import torch
from torch import nn

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def rounded(shape, generator, scale=1.0):
    """Normal numbers with few digits, so that the fixtures hold them exactly."""
    return torch.round(torch.randn(shape, generator=generator) * scale * 1000) / 1000


def perceptron():
    return nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 3))


def convolution():
    return nn.Sequential(
        nn.Conv2d(2, 3, 3, padding=1),
        nn.Tanh(),
        nn.Conv2d(3, 2, (3, 2), stride=2),
        nn.Tanh(),
        nn.Flatten(),
        nn.Linear(8, 3),
    )


def regression():
    """A linear map under cross-entropy: convex, so that Newton's direction descends."""
    return nn.Sequential(nn.Linear(4, 3))


SHAPES = {
    "perceptron": (perceptron, (8, 4)),
    "convolution": (convolution, (6, 2, 5, 5)),
    "regression": (regression, (12, 4)),
}
BATCHES = 3


def problem(name):
    """The network with fresh initial values, and the batches that steps take in turn."""
    build, shape = SHAPES[name]
    generator = torch.Generator().manual_seed(7)
    model = build()
    with torch.no_grad():
        for p in model.parameters():
            fan = p[0].numel() if p.dim() > 1 else 1
            p.copy_(rounded(p.shape, generator, 0.8 / fan**0.5 if p.dim() > 1 else 0.1))
    batches = [
        (rounded(shape, generator), torch.randint(3, (shape[0],), generator=generator))
        for _ in range(BATCHES)
    ]
    return model, batches


def described(name):
    """The problem as the fixtures hold it."""
    model, batches = problem(name)
    return {
        "parameters": [
            {"name": n, "shape": list(p.shape), "data": p.detach().flatten().tolist()}
            for n, p in model.named_parameters()
        ],
        "batches": [
            {
                "x": {"shape": list(x.shape), "data": x.flatten().tolist()},
                "y": {"shape": list(y.shape), "data": y.tolist()},
            }
            for x, y in batches
        ],
    }
