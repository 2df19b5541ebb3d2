import {
  add,
  constant,
  type Input,
  input,
  matmul,
  mean,
  mul,
  neg,
  reduceSum,
  softplus,
  square,
  sub,
  tensor,
} from '@hograd/graph-builder';
import { custom, discrete, sumByGroup, trivial } from '@hograd/partition';
import fc from 'fast-check';
import { LuDecomposition, Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { type DescentProblem, descend, distance, numbersOf, PLAIN } from './descent.js';
import { right, wave } from './perceptron.js';

const SIZE = 5;
const EXAMPLES = 12;
const RIDGE = 0.05;

/** Logistic regression with weight decay, in closed form: strictly convex, and no quadratic. */
const rows = Array.from({ length: EXAMPLES }, (_, n) => Array.from({ length: SIZE }, (_, i) => 2 * wave(n + 1, i)));
const signs = rows.map((_, n) => (n % 2 === 0 ? 1 : -1));
const weights = input('w', [SIZE], 'float64') as Input;
const logistic = add(
  mean(
    softplus(
      mul(
        neg(matmul(constant(tensor(rows.flat(), [EXAMPLES, SIZE], 'float64')), weights)),
        constant(tensor(signs, [EXAMPLES], 'float64')),
      ),
    ),
  ),
  mul(reduceSum(square(weights)), RIDGE / 2),
);

const logisticDerivatives = (w: Float64Array): { readonly gradient: number[]; readonly hessian: number[][] } => {
  const gradient = [...w].map((x) => RIDGE * x);
  const hessian = [...w].map((_, i) => [...w].map((_, j) => (i === j ? RIDGE : 0)));
  rows.forEach((row, n) => {
    const margin = signs[n]! * row.reduce((sum, x, i) => sum + x * w[i]!, 0);
    const p = 1 / (1 + Math.exp(margin));
    row.forEach((x, i) => {
      gradient[i]! -= (signs[n]! * p * x) / EXAMPLES;
      row.forEach((y, j) => {
        hessian[i]![j]! += (p * (1 - p) * x * y) / EXAMPLES;
      });
    });
  });
  return { gradient, hessian };
};

const shapes = [{ name: 'w', shape: [SIZE] }];
const partitions = {
  trivial: right(trivial(shapes)),
  'in two parts': right(
    custom([
      { name: 'ends', parameters: [{ parameter: 'w', indices: [0, 4] }] },
      { name: 'middle', parameters: [{ parameter: 'w', indices: [1, 2, 3] }] },
    ])(shapes),
  ),
  discrete: right(discrete(shapes)),
};
type Name = keyof typeof partitions;
const names = Object.keys(partitions) as Name[];

const startOf = (values: ArrayLike<number>) => ({ w: { shape: [SIZE], data: Float64Array.from(values) } });
const logisticProblem = (name: Name): DescentProblem => ({
  loss: logistic,
  parameters: [weights],
  partition: partitions[name],
  start: startOf([0.3, -0.2, 0.5, 0.1, -0.4]),
});

const unregularized = { ...PLAIN, lambdaInt: 0 };

describe('the extremes of the partitions, on logistic regression without the cubic term', () => {
  it('one scalar a group: every step is Newton’s', () => {
    const positions = descend(logisticProblem('discrete'), unregularized, 6);
    positions.slice(1).forEach(({ parameters }, t) => {
      const w = positions[t]!.parameters.w!.data;
      const { gradient, hessian } = logisticDerivatives(w);
      const step = new LuDecomposition(new Matrix(hessian)).solve(Matrix.columnVector(gradient)).to1DArray();
      const expected = w.map((x, i) => x - step[i]!);
      expect(distance(parameters.w!.data, expected)).toBeLessThan(1e-10);
    });
    const { gradient } = logisticDerivatives(positions.at(-1)!.parameters.w!.data);
    expect(Math.hypot(...gradient)).toBeLessThan(1e-14);
  });

  it('one group: every step is Cauchy’s steepest descent, gᵀg/gᵀHg along g', () => {
    const positions = descend(logisticProblem('trivial'), unregularized, 30);
    positions.slice(1).forEach(({ parameters }, t) => {
      const w = positions[t]!.parameters.w!.data;
      const { gradient, hessian } = logisticDerivatives(w);
      const squared = gradient.reduce((sum, g) => sum + g * g, 0);
      const curvature = hessian.flatMap((row, i) => row.map((h, j) => h * gradient[i]! * gradient[j]!));
      const rate = squared / curvature.reduce((a, b) => a + b);
      const expected = w.map((x, i) => x - rate * gradient[i]!);
      expect(distance(parameters.w!.data, expected)).toBeLessThan(1e-10);
    });
  });
});

/** ½‖Aw − b‖² with a random A: a convex quadratic. Its third derivatives are all zero, so no cubic term acts. */
const quadratic = (
  seed: number,
  name: Name,
): { problem: DescentProblem; gradientAt: (w: Float64Array) => number[] } => {
  const A = Array.from({ length: SIZE + 2 }, (_, n) => Array.from({ length: SIZE }, (_, i) => wave(seed + n, i)));
  const b = A.map((_, n) => wave(seed, 100 + n));
  const residual = sub(
    matmul(constant(tensor(A.flat(), [A.length, SIZE], 'float64')), weights),
    constant(tensor(b, [A.length], 'float64')),
  );
  return {
    problem: {
      loss: mul(reduceSum(square(residual)), 0.5),
      parameters: [weights],
      partition: partitions[name],
      start: startOf(Array.from({ length: SIZE }, (_, i) => 3 * wave(seed, 50 + i))),
    },
    gradientAt: (w) =>
      [...w].map((_, j) =>
        A.reduce((sum, row, n) => sum + row[j]! * (row.reduce((dot, a, i) => dot + a * w[i]!, 0) - b[n]!), 0),
      ),
  };
};

const seeds = fc.integer({ min: 1, max: 1e6 });

describe('on a convex quadratic', () => {
  it.each(names)('one step over the %s partition is the exact minimum over the span of its directions', (name) => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { problem, gradientAt } = quadratic(seed, name);
        const [before, after] = descend(problem, PLAIN, 1);
        const u = gradientAt(before!.parameters.w!.data);
        const g = gradientAt(after!.parameters.w!.data);
        const slopes = sumByGroup(partitions[name])([g.map((x, i) => x * u[i]!)]);
        const scale = u.reduce((sum, x) => sum + x * x, 0);
        for (const slope of slopes) expect(Math.abs(slope) / scale).toBeLessThan(1e-9);
      }),
      { numRuns: 30 },
    );
  });

  it('the loss never rises', () => {
    fc.assert(
      fc.property(seeds, fc.constantFrom<Name>('trivial', 'in two parts'), (seed, name) => {
        const { problem } = quadratic(seed, name);
        const losses = descend(problem, PLAIN, 25).map(({ loss }) => loss);
        losses.slice(1).forEach((loss, t) => {
          expect(loss).toBeLessThanOrEqual(losses[t]! * (1 + 1e-14));
        });
      }),
      { numRuns: 10 },
    );
  });

  it('a run is repeated to the last bit', () => {
    const { problem } = quadratic(3, 'trivial');
    const [first, second] = [1, 2].map(() => numbersOf(descend(problem, PLAIN, 10).at(-1)!.parameters));
    expect(first).toEqual(second);
  });
});

describe('one step', () => {
  it('does not depend on the scale of u', () => {
    fc.assert(
      fc.property(fc.integer({ min: -5, max: 5 }), fc.constantFrom(...names), (exponent, name) => {
        const scaled: DescentProblem = {
          ...logisticProblem(name),
          direction: {
            name: 'scaled',
            init: () => [],
            update: ({ gradients }) => ({ direction: gradients.map((g) => mul(g, 10 ** exponent)), state: {} }),
          },
        };
        const plain = descend(logisticProblem(name), PLAIN, 1).at(-1)!.parameters;
        expect(distance(numbersOf(descend(scaled, PLAIN, 1).at(-1)!.parameters), numbersOf(plain))).toBeLessThan(1e-12);
      }),
      { numRuns: 30 },
    );
  });
});
