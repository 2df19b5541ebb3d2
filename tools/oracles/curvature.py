"""Optimisers that look at curvature: a package's where there is one, else dense linear algebra and SciPy."""

import numpy as np
import pytorch_optimizer
import torch
import torch_optimizer
from scipy.sparse.linalg import LinearOperator, cg
from torch.func import functional_call, hessian

from trajectory import loss_of, stepper, trajectory


def adahessian(power):
    """torch_optimizer's AdaHessian, and the signs that it drew, for the fixture to feed."""
    signs = []

    def make(model):
        optimizer = torch_optimizer.Adahessian(model.parameters(), lr=0.1, eps=1e-4, hessian_power=power, seed=3)
        draw = torch.randint_like

        def recording(*args, **kwargs):
            drawn = draw(*args, **kwargs)
            signs.extend("+" if bit else "-" for bit in drawn.flatten().tolist())
            return drawn

        inner = stepper(model, optimizer, create_graph=True)

        def step(x, y):
            torch.randint_like = recording
            try:
                return inner(x, y)
            finally:
                torch.randint_like = draw

        return step

    result = trajectory("convolution", "torch_optimizer.Adahessian", make, rate=0.1)
    return {**result, "probes": "".join(signs)}


def shampoo(problem):
    def make(model):
        return stepper(model, pytorch_optimizer.Shampoo(model.parameters(), lr=0.1, matrix_eps=1e-2))

    return trajectory(problem, "pytorch_optimizer.Shampoo", make, rate=0.1)


def lbfgs(model):
    return stepper(model, torch.optim.LBFGS(model.parameters(), lr=0.2, max_iter=1, history_size=5))


def dense(model, x, y):
    """The loss, its gradient and its whole Hessian as a vector and a matrix."""
    names = [n for n, _ in model.named_parameters()]
    shapes = [p.shape for p in model.parameters()]
    flat = torch.cat([p.detach().flatten() for p in model.parameters()])

    def loss(theta):
        parts = torch.split(theta, [s.numel() for s in shapes])
        values = {n: part.view(s) for n, part, s in zip(names, parts, shapes)}
        return torch.nn.functional.cross_entropy(functional_call(model, values, (x,)), y)

    point = flat.clone().requires_grad_()
    value = loss(point)
    (gradient,) = torch.autograd.grad(value, point)
    return value.detach(), gradient, hessian(loss)(flat)


def move(model, along, rate):
    """θ ← θ − rate·along for a flat vector."""
    at = 0
    with torch.no_grad():
        for p in model.parameters():
            p -= rate * along[at : at + p.numel()].view_as(p)
            at += p.numel()


def newton(model):
    def step(x, y):
        value, gradient, matrix = dense(model, x, y)
        damped = matrix + 0.1 * torch.eye(len(gradient))
        move(model, torch.linalg.solve(damped, gradient), 0.5)
        return value

    return step


def newton_cg(model):
    def step(x, y):
        value, gradient, matrix = dense(model, x, y)
        damped = (matrix + 0.1 * torch.eye(len(gradient))).numpy()
        operator = LinearOperator(damped.shape, matvec=lambda v: damped @ v, dtype=np.float64)
        solution, _ = cg(operator, gradient.numpy(), rtol=1e-6, maxiter=4)
        move(model, torch.from_numpy(solution), 0.5)
        return value

    return step


def cauchy(model):
    def step(x, y):
        value, gradient, matrix = dense(model, x, y)
        bent = gradient @ matrix @ gradient
        rate = float(gradient @ gradient / bent) if bent > 0 else 20.0
        move(model, gradient, min(rate, 20.0))
        return value

    return step


def fixtures():
    return {
        "adahessian": adahessian(1.0),
        "adahessian-root": adahessian(0.5),
        "shampoo": shampoo("perceptron"),
        "shampoo-convolution": shampoo("convolution"),
        "lbfgs": trajectory("regression", "torch.optim.LBFGS", lbfgs, full_batch=True, rate=0.2),
        "newton": trajectory("regression", "torch.func.hessian, torch.linalg.solve", newton, rate=0.5),
        "newton-cg": trajectory("regression", "torch.func.hessian, scipy.sparse.linalg.cg", newton_cg, rate=0.5),
        "cauchy": trajectory("perceptron", "torch.func.hessian", cauchy),
    }
