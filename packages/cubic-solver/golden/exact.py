"""Writes test-fixtures/cubic-solver/exact.json: hard cubic subproblems with answers from 110-digit arithmetic.

    pip install mpmath==1.3.0 && python3 exact.py

The reference shares no step with the solver under test: it eigendecomposes D^-1 H D^-1 itself, which 110 digits can afford.
Every input is a float64; `eta` and `r` are the exact answers rounded to float64. `distance` is (r - boundaryRadius) / r, how close the root
is to the pole of the secular equation.
"""

import json
import random
from pathlib import Path

from mpmath import eigsy, inverse, matrix, mp, mpf, sqrt

mp.dps = 110


def schur(H, g, d):
    """Eliminates the groups with d = 0: (held, free, K, b, H_FF^-1)."""
    size = len(g)
    held = [s for s in range(size) if d[s] != 0]
    free = [s for s in range(size) if d[s] == 0]
    inv = inverse(matrix([[H[s][t] for t in free] for s in free])) if free else None
    K, b = matrix(len(held), len(held)), matrix(len(held), 1)
    for i, s in enumerate(held):
        column = inv * matrix([H[s][t] for t in free]) if free else []
        b[i] = (g[s] - sum(column[k] * g[t] for k, t in enumerate(free))) / d[s]
        for j, t in enumerate(held):
            K[i, j] = (H[s][t] - sum(column[k] * H[t][f] for k, f in enumerate(free))) / (d[s] * d[t])
    return held, free, K, b, inv


def solve(H, g, d, lam):
    """The unique minimiser of T, for lam > 0, d != 0, H positive definite where d = 0, and g not in the hard case."""
    H = [[mpf(v) for v in row] for row in H]
    g, d, c = [mpf(v) for v in g], [mpf(v) for v in d], mpf(lam) / 2
    held, free, K, b, inv = schur(H, g, d)
    kappa, Q = eigsy(K)
    beta = Q.T * b
    boundary = max(mpf(0), -min(kappa) / c)

    def coordinates(t):
        return [beta[i] / (kappa[i] + c * boundary + t) for i in range(len(held))]

    def excess(t):
        return sqrt(sum(z * z for z in coordinates(t))) - (boundary + t / c)

    low, high = mpf(10) ** -300, mpf(10) ** 100
    assert excess(low) > 0 > excess(high)
    for _ in range(400):
        middle = sqrt(low * high)
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    y = Q * matrix(coordinates(low))
    eta = [mpf(0)] * len(g)
    for i, s in enumerate(held):
        eta[s] = y[i] / d[s]
    if free:
        rest = inv * matrix([g[s] - sum(H[s][t] * eta[t] for t in held) for s in free])
        for k, s in enumerate(free):
            eta[s] = rest[k]
    r = boundary + low / c
    for s in range(len(g)):
        terms = [H[s][t] * eta[t] for t in range(len(g))] + [c * r * d[s] ** 2 * eta[s], -g[s]]
        assert abs(sum(terms)) < mpf(10) ** -60 * sum(abs(v) for v in terms)
    return {
        "eta": [float(v) for v in eta],
        "r": float(r),
        "boundaryRadius": float(boundary),
        "distance": float(low / c / r),
    }


def orthogonal(size, rng):
    rows = []
    for _ in range(size):
        v = [rng.gauss(0, 1) for _ in range(size)]
        for _ in range(2):
            for q in rows:
                overlap = sum(a * b for a, b in zip(q, v))
                v = [a - overlap * b for a, b in zip(v, q)]
        length = sum(a * a for a in v) ** 0.5
        rows.append([a / length for a in v])
    return rows


def spectral(eigenvalues, Q):
    size = len(eigenvalues)
    return [[sum(eigenvalues[k] * Q[k][i] * Q[k][j] for k in range(size)) for j in range(size)] for i in range(size)]


def rescaled(H, g, d, a):
    size = len(g)
    return (
        [[H[i][j] * a[i] * a[j] for j in range(size)] for i in range(size)],
        [g[i] * a[i] for i in range(size)],
        [d[i] * a[i] for i in range(size)],
    )


def problems(size, rng):
    def random_vector(sample):
        return [sample() for _ in range(size)]

    g = random_vector(lambda: rng.gauss(0, 1))
    d = random_vector(lambda: abs(rng.gauss(0, 1)) + 0.1)
    Q = orthogonal(size, rng)
    definite = spectral([rng.uniform(0.1, 5) for _ in range(size)], Q)
    indefinite = spectral([-rng.uniform(1, 3)] + [rng.uniform(-3, 3) for _ in range(size - 1)], Q)
    yield "definite", definite, g, d, 1.0
    yield "indefinite", indefinite, g, d, 1.0
    for lam in (1e-12, 1e-3, 1e3, 1e12):
        yield f"definite, lambda {lam:g}", definite, g, d, lam
        yield f"indefinite, lambda {lam:g}", indefinite, g, d, lam
    for exponent in (-12, 12):
        k = 10.0**exponent
        yield f"H and g times {k:g}", [[v * k for v in row] for row in indefinite], [v * k for v in g], d, 1.0
        yield f"g times {k:g}", indefinite, [v * k for v in g], d, 1.0
        yield f"d times {k:g}", indefinite, g, [v * k for v in d], 1.0
    for low in (-6, -8.5, -12):
        spread = random_vector(lambda: 10 ** rng.uniform(low, 0))
        yield f"d spread over 1e{low:g}..1", indefinite, g, spread, 1.0
        yield f"definite, d spread over 1e{low:g}..1", definite, g, spread, 1.0
    for tiny in (2e-5, 5e-6, 1e-12):
        yield f"one d = {tiny:g}", indefinite, g, [tiny] + d[1:], 1.0
    a = random_vector(lambda: 10 ** rng.uniform(-6, 6))
    yield "groups rescaled by 1e-6..1e6", *rescaled(indefinite, g, d, a), 1.0
    yield "H rescaled by 1e-6..1e6, d not", rescaled(indefinite, g, d, a)[0], g, d, 1.0
    H = spectral([-2.0] + [rng.uniform(-1, 4) for _ in range(size - 1)], Q)
    overlap = sum(Q[0][i] * g[i] for i in range(size))
    for part in (1e-3, 1e-6, 1e-9, 1e-12):
        nearly = [0.3 * (g[i] - overlap * Q[0][i]) + part * Q[0][i] for i in range(size)]
        yield f"nearly hard, part {part:g}", H, nearly, [1.0] * size, 0.5
        yield f"nearly hard, part {part:g}, rescaled", *rescaled(H, nearly, [1.0] * size, a), 0.5
    some = [0.0 if s % 2 else d[s] for s in range(size)]
    lowered = [[definite[i][j] - (6.0 if i == j and some[i] else 0.0) for j in range(size)] for i in range(size)]
    yield "singular D, definite", definite, g, some, 1.0
    yield "singular D, indefinite", lowered, g, some, 1.0
    yield "singular D, indefinite, rescaled", *rescaled(lowered, g, some, a), 1.0


def main():
    rng = random.Random(20231205)
    answers = []
    for size in (2, 5):
        for name, H, g, d, lam in problems(size, rng):
            H = [[H[min(i, j)][max(i, j)] for j in range(size)] for i in range(size)]
            answers.append({"name": f"{name} (S = {size})", "H": H, "g": g, "d": d, "lambda": lam, **solve(H, g, d, lam)})
    text = ",\n".join(json.dumps(answer) for answer in answers)
    path = Path(__file__).parents[3] / "test-fixtures" / "cubic-solver" / "exact.json"
    path.write_text(f"[\n{text}\n]\n")


if __name__ == "__main__":
    main()
