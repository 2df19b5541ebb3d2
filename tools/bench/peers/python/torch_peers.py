"""Peers in PyTorch. Each takes a problem, a task and a device, and returns what computes the task's answer as arrays."""

import torch

import architectures
import torch_fused_ops
import torch_ops


class Setup:
    """The problem's tensors on a device, and its loss as a function of the parameters."""

    def __init__(self, problem, device, ops=torch_ops):
        self.ops = ops
        self.names = problem.names
        self.parameters = [torch.tensor(problem.values[n], device=device, requires_grad=True) for n in problem.names]
        self.directions = [torch.tensor(problem.directions[n], device=device) for n in problem.names]
        self.x = torch.tensor(problem.x, device=device)
        self.y = torch.tensor(problem.y, device=device)
        self.architecture = problem.architecture
        self.chunk = problem.chunk()

    def loss(self, parameters):
        return architectures.loss(self.ops, self.architecture, dict(zip(self.names, parameters)), self.x, self.y)


def _answer(gbar, hessian, third=None):
    answer = {"gbar": gbar, "Hbar": hessian, "D3": third}
    return {key: value.detach().cpu().numpy() for key, value in answer.items() if value is not None}


def _symmetric(triangle):
    return triangle + triangle.triu(1).T


def eager_gradient(problem, task, device):
    setup = Setup(problem, device, torch_fused_ops)

    def run():
        return torch.autograd.grad(setup.loss(setup.parameters), setup.parameters)

    return lambda: {"gradient": run()}


def compiled_gradient(problem, task, device):
    setup = Setup(problem, device, torch_fused_ops)
    loss = torch.compile(setup.loss)

    def run():
        return torch.autograd.grad(loss(setup.parameters), setup.parameters)

    return lambda: {"gradient": run()}


def _contract(tensors, directions):
    return [(t * u).sum() for t, u in zip(tensors, directions)]


def published(problem, task, device):
    """
    The author's algorithm as he describes it: a gradient that keeps its graph; for each group s, the contraction's
    derivative with respect to the groups from s on, which keeps its graph too whatever the order; then that of H_ss. The
    contractions are stacked before they are differentiated.
    """
    setup = Setup(problem, device)
    parameters, directions = setup.parameters, setup.directions
    count = len(parameters)

    def run():
        gradient = torch.autograd.grad(setup.loss(parameters), parameters, create_graph=True)
        gbar = torch.stack(_contract(gradient, directions))
        hessian = torch.zeros(count, count, device=device)
        third = torch.zeros(count, device=device) if task == "order3" else None
        for s in range(count):
            derivative = torch.autograd.grad(gbar[s], parameters[s:], create_graph=True)
            row = torch.stack(_contract(derivative, directions[s:]))
            hessian[s, s:] = row.detach()
            if third is not None:
                (last,) = torch.autograd.grad(row[0], parameters[s], retain_graph=True)
                third[s] = (last * directions[s]).sum()
        return _answer(gbar, _symmetric(hessian), third)

    return run


def improved(problem, task, device):
    """The same, every entry differentiated on its own, and no graph kept that nothing will read."""
    setup = Setup(problem, device)
    parameters, directions = setup.parameters, setup.directions
    count = len(parameters)
    wants_third = task == "order3"

    def run():
        gradient = torch.autograd.grad(setup.loss(parameters), parameters, create_graph=True)
        gbar = _contract(gradient, directions)
        hessian = torch.zeros(count, count, device=device)
        third = torch.zeros(count, device=device) if wants_third else None
        for s in range(count):
            derivative = torch.autograd.grad(
                gbar[s], parameters[s:], create_graph=wants_third, retain_graph=True, materialize_grads=True
            )
            row = _contract(derivative, directions[s:])
            hessian[s, s:] = torch.stack(row).detach()
            if wants_third and row[0].requires_grad:
                (last,) = torch.autograd.grad(row[0], parameters[s], retain_graph=True, materialize_grads=True)
                third[s] = (last * directions[s]).sum()
        return _answer(torch.stack(gbar), _symmetric(hessian), third)

    return run


def functional(problem, task, device):
    """torch.func: jacfwd of jacrev of φ(η) = L(θ + Σ η_s u_s), its columns in chunks; D3 by three nested jvp."""
    setup = Setup(problem, device)
    values = [p.detach() for p in setup.parameters]
    count = len(values)
    zero = torch.zeros(count, device=device)
    eye = torch.eye(count, device=device)

    def phi(eta):
        return setup.loss([p + eta[s] * u for s, (p, u) in enumerate(zip(values, setup.directions))])

    def along(f, e):
        return lambda eta: torch.func.jvp(f, (eta,), (e,))[1]

    columns = torch.vmap(lambda e: torch.func.jvp(torch.func.jacrev(phi), (zero,), (e,)), chunk_size=setup.chunk)
    thirds = torch.vmap(lambda e: along(along(along(phi, e), e), e)(zero), chunk_size=setup.chunk)

    def run():
        gbar, hessian = columns(eye)
        return _answer(gbar[0], hessian, thirds(eye) if task == "order3" else None)

    return run


class _Logits(torch.nn.Module):
    """The model as a module, for libraries that want one."""

    def __init__(self, setup):
        super().__init__()
        self.setup = setup
        self.list = torch.nn.ParameterList([torch.nn.Parameter(p.detach()) for p in setup.parameters])

    def forward(self, x):
        parameters = dict(zip(self.setup.names, self.list))
        return architectures.logits(torch_ops, self.setup.architecture, parameters, x)


def curvlinops(problem, task, device):
    """H̄ = UᵀHU with curvlinops' Hessian as a linear operator, applied to the groups' directions in chunks."""
    from curvlinops import HessianLinearOperator

    setup = Setup(problem, device)
    count = len(setup.names)
    model = _Logits(setup)
    loss = torch.nn.CrossEntropyLoss()
    parameters = list(model.parameters())
    labels = setup.y.reshape(-1)
    hessian = HessianLinearOperator(model, loss, parameters, [(setup.x, labels)], check_deterministic=False)

    def run():
        gradient = torch.autograd.grad(loss(model(setup.x), labels), parameters)
        columns = []
        for start in range(0, count, setup.chunk):
            chosen = range(start, min(start + setup.chunk, count))
            stacks = [
                torch.stack([u if s == t else torch.zeros_like(u) for t in chosen], -1)
                for s, u in enumerate(setup.directions)
            ]
            products = hessian @ stacks
            columns.append(torch.stack([torch.tensordot(u, h, u.ndim) for u, h in zip(setup.directions, products)]))
        return _answer(torch.stack(_contract(gradient, setup.directions)), torch.cat(columns, 1))

    return run


def backpack(problem, task, device):
    """H̄ with BackPACK's Hessian-vector product, one for each group over one gradient whose graph is kept."""
    from backpack.hessianfree.hvp import hessian_vector_product

    setup = Setup(problem, device)
    parameters, directions = setup.parameters, setup.directions

    def run():
        loss = setup.loss(parameters)
        gradient = torch.autograd.grad(loss, parameters, create_graph=True)
        rows = []
        for s, u in enumerate(directions):
            v = [u if t == s else torch.zeros_like(w) for t, w in enumerate(directions)]
            product = hessian_vector_product(loss, parameters, v, grad_params=gradient)
            rows.append(torch.stack(_contract(product, directions)))
        return _answer(torch.stack(_contract(gradient, directions)), torch.stack(rows))

    return run


def prepare_threads(threads):
    torch.set_num_threads(threads)
    torch.set_num_interop_threads(1)


def finish(device):
    """Waits until the device has done what it was asked for."""
    if device == "cuda":
        torch.cuda.synchronize()


def arrays_of(gradient):
    return [g.detach().cpu().numpy() for g in gradient]
