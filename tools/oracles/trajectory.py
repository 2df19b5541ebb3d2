"""A trajectory: 50 steps of one optimiser on one problem, as a fixture holds them."""

import base64

import torch
from torch.nn.functional import cross_entropy

from problems import problem

STEPS = 50


def trajectory(name, oracle, make, *, full_batch=False, **settings):
    """
    The losses before each step and the parameters after it. `make(model)` gives `step(x, y) -> loss`; `oracle` says
    whose implementation it is.
    """
    model, batches = problem(name)
    step = make(model)
    losses, positions = [], []
    for t in range(STEPS):
        x, y = batches[0 if full_batch else t % len(batches)]
        losses.append(float(step(x, y)))
        positions.append(torch.cat([p.detach().flatten() for p in model.parameters()]))
    data = torch.stack(positions).to(torch.float32).numpy().astype("<f4").tobytes()
    return {
        "oracle": oracle,
        "problem": name,
        "fullBatch": full_batch,
        "losses": losses,
        "parameters": base64.b64encode(data).decode(),
        **settings,
    }


def loss_of(model, x, y):
    return cross_entropy(model(x), y)


def stepper(model, *optimizers, before=lambda: None, after=lambda: None, create_graph=False):
    """One step of torch optimisers: gradients, `before`, the step, `after`."""

    def step(x, y):
        def closure():
            model.zero_grad()
            value = loss_of(model, x, y)
            value.backward(create_graph=create_graph)
            return value

        value = closure()
        before()
        for optimizer in optimizers:
            if isinstance(optimizer, torch.optim.LBFGS):
                optimizer.step(closure)
            else:
                optimizer.step()
        after()
        return value

    return step
