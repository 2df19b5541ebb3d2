"""Peers in JAX, jitted. Each takes a problem, a task and a device, and returns what computes the task's answer."""

import jax
import jax.numpy as jnp
import numpy as np
from jax.experimental.jet import jet

import architectures
import jax_ops


def _loss(architecture, names):
    return lambda values, x, y: architectures.loss(jax_ops, architecture, dict(zip(names, values)), x, y)


def _arguments(problem, device):
    target = jax.devices("gpu" if device == "cuda" else "cpu")[0]
    put = lambda array: jax.device_put(array, target)
    values, directions = ([put(arrays[n]) for n in problem.names] for arrays in (problem.values, problem.directions))
    return values, directions, put(problem.x), put(problem.y.astype(np.int32))


def gradient(problem, task, device):
    values, _, x, y = _arguments(problem, device)
    compiled = jax.jit(jax.grad(_loss(problem.architecture, problem.names)))
    return lambda: {"gradient": jax.block_until_ready(compiled(values, x, y))}


def summary(problem, task, device):
    """Hessian of φ(η) = L(θ + Σ η_s u_s) by jacfwd of jacrev, its columns in chunks; D3 by jet along each direction."""
    arguments = _arguments(problem, device)
    loss = _loss(problem.architecture, problem.names)
    count = len(problem.names)
    chunk = problem.chunk()

    def compute(values, directions, x, y):
        phi = lambda eta: loss([p + eta[s] * u for s, (p, u) in enumerate(zip(values, directions))], x, y)
        zero, eye = jnp.zeros(count), jnp.eye(count)
        over = (lambda f: jax.vmap(f)(eye)) if chunk == count else (lambda f: jax.lax.map(f, eye, batch_size=chunk))
        still = jnp.zeros_like(zero)
        third = lambda e: jet(phi, (zero,), ((e, still, still),))[1][2]
        answer = {
            "gbar": jax.grad(phi)(zero),
            "Hbar": over(lambda e: jax.jvp(jax.grad(phi), (zero,), (e,))[1]),
        }
        return answer | ({"D3": over(third)} if task == "order3" else {})

    compiled = jax.jit(compute)
    return lambda: {key: np.asarray(value) for key, value in compiled(*arguments).items()}


def prepare_threads(threads):
    """XLA reads its thread count from the environment, before this module is loaded."""


def finish(device):
    """Every peer above waits for its own results."""


def arrays_of(gradient):
    return [np.asarray(g) for g in gradient]
