"""PyTorch's first-order optimisers, schedules and clipping."""

import torch
from torch.nn.utils import clip_grad_norm_, clip_grad_value_
from torch.optim import lr_scheduler

from trajectory import stepper, trajectory


def clipped(clip):
    def make(model):
        sgd = torch.optim.SGD(model.parameters(), lr=0.5)
        return stepper(model, sgd, before=lambda: clip(model.parameters()))

    return make


def scheduled(schedule, lr=0.3):
    def make(model):
        sgd = torch.optim.SGD(model.parameters(), lr=lr)
        scheduler = schedule(sgd)
        return stepper(model, sgd, after=scheduler.step)

    return make


def warm_up_then_cosine(optimizer):
    rise = lr_scheduler.LinearLR(optimizer, start_factor=0.1, total_iters=8)
    fall = lr_scheduler.CosineAnnealingLR(optimizer, T_max=42)
    return lr_scheduler.SequentialLR(optimizer, [rise, fall], milestones=[8])


def muon_and_adamw(model):
    matrices = [p for p in model.parameters() if p.dim() == 2]
    vectors = [p for p in model.parameters() if p.dim() < 2]
    return stepper(
        model,
        torch.optim.Muon(matrices, lr=0.05, weight_decay=0.0, momentum=0.9),
        torch.optim.AdamW(vectors, lr=0.05, weight_decay=0.1),
    )


def in_float64(make):
    """Muon orthogonalises in bfloat16 to save time; what it computes is defined without that rounding."""

    def wrapped(model):
        inner = make(model)

        def step(x, y):
            low, torch.bfloat16 = torch.bfloat16, torch.float64
            try:
                return inner(x, y)
            finally:
                torch.bfloat16 = low

        return step

    return wrapped


def fixtures():
    optim = torch.optim

    def torch_optimizer(kind, **options):
        return lambda model: stepper(model, kind(model.parameters(), **options))

    def on_perceptron(oracle, make, **settings):
        return trajectory("perceptron", oracle, make, **settings)

    sgd = "torch.optim.SGD"
    return {
        "momentum": on_perceptron(sgd, torch_optimizer(optim.SGD, lr=0.1, momentum=0.9, dampening=0.5), rate=0.1),
        "nesterov": on_perceptron(sgd, torch_optimizer(optim.SGD, lr=0.1, momentum=0.9, nesterov=True), rate=0.1),
        "l2": on_perceptron(sgd, torch_optimizer(optim.SGD, lr=0.1, momentum=0.9, weight_decay=0.1), rate=0.1),
        "adam": on_perceptron("torch.optim.Adam", torch_optimizer(optim.Adam, lr=0.02), rate=0.02),
        "adamw": on_perceptron("torch.optim.AdamW", torch_optimizer(optim.AdamW, lr=0.02, weight_decay=0.1), rate=0.02),
        "rmsprop": on_perceptron("torch.optim.RMSprop", torch_optimizer(optim.RMSprop, lr=0.01), rate=0.01),
        "clip-norm": on_perceptron("clip_grad_norm_", clipped(lambda p: clip_grad_norm_(p, 0.2)), rate=0.5),
        "clip-value": on_perceptron("clip_grad_value_", clipped(lambda p: clip_grad_value_(p, 0.05)), rate=0.5),
        "schedule-step": on_perceptron("StepLR", scheduled(lambda o: lr_scheduler.StepLR(o, 7, 0.6)), rate=0.3),
        "schedule-geometric": on_perceptron(
            "ExponentialLR", scheduled(lambda o: lr_scheduler.ExponentialLR(o, 0.95)), rate=0.3
        ),
        "schedule-cosine": on_perceptron(
            "CosineAnnealingLR", scheduled(lambda o: lr_scheduler.CosineAnnealingLR(o, 50, eta_min=0.03)), rate=0.3
        ),
        "schedule-warm-up": on_perceptron("SequentialLR", scheduled(warm_up_then_cosine), rate=0.3),
        "muon": on_perceptron("torch.optim.Muon, AdamW", in_float64(muon_and_adamw), rate=0.05),
    }
