/** Random cubic subproblems of every kind that the solver must tell apart, reproducible from a seed. */

import type { CubicProblem } from '../src/index.js';

export interface Random {
  readonly uniform: (low: number, high: number) => number;
  readonly normal: () => number;
}

/** Marsaglia's xorshift32 with a multiplicative finish: quality enough for test problems. */
export const random = (seed: number): Random => {
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x85ebca6b) | 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (Math.imul(state, 0x2545f491) >>> 0) / 2 ** 32;
  };
  const uniform = (low: number, high: number): number => low + (high - low) * next();
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return { uniform, normal };
};

type Vector = readonly number[];
type Square = readonly Vector[];

export const vector = (size: number, entry: (s: number) => number): Vector =>
  Array.from({ length: size }, (_, s) => entry(s));

const dot = (a: Vector, b: Vector): number => a.reduce((sum, value, s) => sum + value * b[s], 0);

/** A symmetric matrix from its lower triangle. */
export const symmetric = (size: number, entry: (s: number, t: number) => number): Square => {
  const H = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  for (let s = 0; s < size; s++) {
    for (let t = 0; t <= s; t++) {
      H[s][t] = entry(s, t);
      H[t][s] = H[s][t];
    }
  }
  return H;
};

/** Two random reflections of Diag(eigenvalues): orthogonally similar to it, dense, and cheap for large S. */
interface Rotated {
  readonly H: Square;
  /** The eigenvector to eigenvalues[0]. */
  readonly lowest: Vector;
}

const reflect = (A: Square, v: Vector): Square => {
  const half = 2 / dot(v, v);
  const p = A.map((row) => half * dot(row, v));
  const shift = (half * dot(p, v)) / 2;
  const q = p.map((value, s) => value - shift * v[s]);
  return symmetric(A.length, (s, t) => A[s][t] - v[s] * q[t] - q[s] * v[t]);
};

const rotated = (eigenvalues: Vector, { normal }: Random): Rotated => {
  const size = eigenvalues.length;
  const v = vector(size, normal);
  const w = vector(size, normal);
  const diagonal = symmetric(size, (s, t) => (s === t ? eigenvalues[s] : 0));
  const first = vector(size, (s) => (s === 0 ? 1 : 0) - (2 * v[0] * v[s]) / dot(v, v));
  const lowest = first.map((value, s) => value - (2 * dot(w, first) * w[s]) / dot(w, w));
  return { H: reflect(reflect(diagonal, v), w), lowest };
};

export const kinds = [
  'definite',
  'indefinite',
  'random symmetric',
  'spread d',
  'tiny d',
  'singular D',
  'singular D, random H',
  'D = 0',
  'lambda = 0',
  'g = 0',
  'one g = 0',
  'hard',
  'nearly hard',
  'hard, double eigenvalue',
  'semidefinite',
  'dead groups',
  'redundant groups',
] as const;

export type Kind = (typeof kinds)[number];

/** The problem of the given kind, size and seed, all its entries of order one (d aside where the kind says so). */
const plain = (kind: Kind, size: number, source: Random): CubicProblem => {
  const { uniform, normal } = source;
  const g = vector(size, normal);
  const d = vector(size, () => Math.abs(normal()) + 0.05);
  const lambda = 10 ** uniform(-2, 2);
  const positive = vector(size, () => uniform(0.1, 5));
  const mixed = vector(size, (s) => (s === 0 ? uniform(-3, -0.1) : uniform(-3, 3)));
  const definite = (): Square => rotated(positive, source).H;
  const some = d.map((value) => (uniform(0, 1) < 0.4 ? 0 : value));
  switch (kind) {
    case 'definite':
      return { H: definite(), g, d, lambda };
    case 'indefinite':
      return { H: rotated(mixed, source).H, g, d, lambda };
    case 'random symmetric':
      return { H: symmetric(size, normal), g, d, lambda };
    case 'spread d':
      return { H: symmetric(size, normal), g, d: vector(size, () => 10 ** uniform(-8, 0)), lambda };
    case 'tiny d':
      return { H: symmetric(size, normal), g, d: d.map((value, s) => (s === 0 ? 5e-6 : value)), lambda };
    case 'singular D': {
      const H = definite();
      return { H: symmetric(size, (s, t) => H[s][t] - (s === t && some[s] > 0 ? 4 : 0)), g, d: some, lambda };
    }
    case 'singular D, random H':
      return { H: symmetric(size, (s, t) => normal() + (s === t ? 1 : 0)), g, d: some, lambda };
    case 'D = 0':
      return { H: uniform(0, 1) < 0.7 ? definite() : rotated(mixed, source).H, g, d: vector(size, () => 0), lambda };
    case 'lambda = 0':
      return { H: uniform(0, 1) < 0.7 ? definite() : rotated(mixed, source).H, g, d, lambda: 0 };
    case 'g = 0':
      return { H: uniform(0, 1) < 0.5 ? definite() : symmetric(size, normal), g: vector(size, () => 0), d, lambda };
    case 'one g = 0': {
      const H = symmetric(size, (s, t) =>
        s === 0 && t === 0 ? -1 : s === 0 || t === 0 ? 0 : normal() + (s === t ? 2 : 0),
      );
      return { H, g: g.map((value, s) => (s === 0 ? 0 : value)), d, lambda };
    }
    case 'hard':
    case 'nearly hard':
    case 'hard, double eigenvalue': {
      const equal = kind === 'hard, double eigenvalue' && size > 2;
      const { H, lowest } = rotated(
        vector(size, (s) => (s === 0 || (s === 1 && equal) ? -2 : uniform(-1, 4))),
        source,
      );
      // H times a vector has no part along the kernel of H + 2I.
      const shifted = H.map((row, s) => dot(row, g) + 2 * g[s]);
      const part = kind === 'nearly hard' ? 10 ** uniform(-12, -3) : 0;
      return {
        H,
        g: shifted.map((value, s) => 0.02 * value + part * lowest[s]),
        d: vector(size, () => 1),
        lambda: 0.5,
      };
    }
    case 'semidefinite': {
      const rank = Math.max(1, Math.floor(size / 2));
      const factor = Array.from({ length: rank }, () => vector(size, normal));
      return { H: symmetric(size, (s, t) => factor.reduce((sum, row) => sum + row[s] * row[t], 0)), g, d, lambda };
    }
    case 'dead groups': {
      const H = definite();
      const dead = vector(size, () => (uniform(0, 1) < 0.3 ? 1 : 0));
      const alive = (s: number): boolean => dead[s] === 0;
      return {
        H: symmetric(size, (s, t) => (alive(s) && alive(t) ? H[s][t] - (s === t ? 2 : 0) : 0)),
        g: g.map((value, s) => (alive(s) ? value : 0)),
        d: d.map((value, s) => (alive(s) ? value : 0)),
        lambda,
      };
    }
    case 'redundant groups': {
      // A quadratic loss with fewer outputs than groups: H = AᵀA, g = Aᵀb, no third derivative.
      const rank = Math.max(1, size - 1);
      const factor = Array.from({ length: rank }, () => vector(size, () => Math.round(4 * normal())));
      const residual = vector(rank, () => Math.round(4 * normal()));
      return {
        H: symmetric(size, (s, t) => factor.reduce((sum, row) => sum + row[s] * row[t], 0)),
        g: vector(size, (s) => factor.reduce((sum, row, k) => sum + row[s] * residual[k], 0)),
        d: vector(size, () => 0),
        lambda,
      };
    }
  }
};

/** The problem in the variables η_s / a_s. */
export const rescale = ({ H, g, d, lambda }: CubicProblem, a: Vector): CubicProblem => ({
  H: H.map((row, s) => row.map((value, t) => value * a[s] * a[t])),
  g: g.map((value, s) => value * a[s]),
  d: d.map((value, s) => value * a[s]),
  lambda,
});

export interface Recipe {
  readonly kind: Kind;
  readonly size: number;
  readonly seed: number;
  /** H and g are multiplied by 10^scale. */
  readonly scale: number;
  /** Each group is rescaled by 2^k, |k| ≤ spread. */
  readonly spread: number;
}

export const problem = ({ kind, size, seed, scale, spread }: Recipe): CubicProblem => {
  const source = random(seed);
  const { H, g, d, lambda } = plain(kind, size, source);
  const factor = 10 ** scale;
  return rescale(
    { H: H.map((row) => row.map((value) => value * factor)), g: g.map((value) => value * factor), d, lambda },
    vector(size, () => 2 ** Math.round(source.uniform(-spread, spread))),
  );
};
