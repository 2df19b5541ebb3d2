"""K-FAC: curvlinops' Kronecker factors and damped inverses; running averages, KL clip and momentum around them."""

import torch
from curvlinops import KFACInverseLinearOperator, KFACLinearOperator

from curvature import move
from trajectory import loss_of, trajectory


def operator(model, x, y, fisher):
    """curvlinops' K-FAC of one batch, its factors computed."""
    kfac = KFACLinearOperator(
        model,
        torch.nn.CrossEntropyLoss(),
        list(model.parameters()),
        [(x, y)],
        fisher_type=fisher,
        separate_weight_and_bias=False,
        check_deterministic=False,
    )
    kfac.compute_kronecker_factors()
    return kfac


def kfac(fisher, *, damping, rate, decay=0.95, kl=None, momentum=0.0, periods=(1, 1)):
    """Martens and Grosse's running average and factored Tikhonov damping; updates every so many steps."""

    def make(model):
        state = {"t": 0, "k": 0, "inputs": {}, "outputs": {}, "inverse": None, "buffer": None}

        def average(old, new, share):
            return {n: share * old[n] + (1 - share) * new[n] if n in old else new[n].clone() for n in new}

        def step(x, y):
            factors_due = state["t"] % periods[0] == 0
            inverses_due = state["t"] % periods[1] == 0
            state["t"] += 1
            if factors_due:
                state["k"] += 1
                share = min(1 - 1 / state["k"], decay)
                fresh = operator(model, x, y, fisher)
                state["inputs"] = average(state["inputs"], fresh._input_covariances, share)
                state["outputs"] = average(state["outputs"], fresh._gradient_covariances, share)
            if inverses_due:
                averaged = operator(model, x, y, fisher)
                averaged._input_covariances = {n: v.clone() for n, v in state["inputs"].items()}
                averaged._gradient_covariances = {n: v.clone() for n, v in state["outputs"].items()}
                state["inverse"] = KFACInverseLinearOperator(averaged, damping=damping, use_heuristic_damping=True)
            model.zero_grad()
            value = loss_of(model, x, y)
            gradient = torch.cat([g.flatten() for g in torch.autograd.grad(value, list(model.parameters()))])
            along = state["inverse"] @ gradient
            if kl is not None:
                along = along * min(1.0, (kl / (rate**2 * float(along @ gradient))) ** 0.5)
            buffer = along if state["buffer"] is None else momentum * state["buffer"] + along
            state["buffer"] = buffer
            move(model, buffer, rate)
            return value.detach()

        return step

    return make


def fixtures():
    oracle = "curvlinops.KFACLinearOperator"
    return {
        "kfac-empirical": trajectory("perceptron", oracle, kfac("empirical", damping=1e-2, rate=0.05), rate=0.05),
        "kfac-exact": trajectory("convolution", oracle, kfac("type-2", damping=1e-2, rate=0.05), rate=0.05),
        "kfac-clipped": trajectory(
            "convolution",
            oracle,
            kfac("empirical", damping=3e-2, rate=0.1, kl=1e-2, momentum=0.9, periods=(2, 6)),
            rate=0.1,
        ),
    }
