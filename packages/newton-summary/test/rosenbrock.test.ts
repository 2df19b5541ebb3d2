import { add, type Input, input, mul, reshape, square, sub } from '@hograd/graph-builder';
import { canonical } from '@hograd/partition';
import { describe, expect, it } from 'vitest';
import { type DescentProblem, descend, PLAIN } from './descent.js';
import { right } from './perceptron.js';

const x = input('x', [1], 'float64') as Input;
const y = input('y', [1], 'float64') as Input;
const rosenbrock = reshape(add(square(sub(1, x)), mul(square(sub(y, square(x))), 100)), []);

const problem: DescentProblem = {
  loss: rosenbrock,
  parameters: [x, y],
  partition: right(
    canonical([
      { name: 'x', shape: [1] },
      { name: 'y', shape: [1] },
    ]),
  ),
  start: { x: { shape: [1], data: Float64Array.of(-1.2) }, y: { shape: [1], data: Float64Array.of(1) } },
};

describe('Rosenbrock’s function from (−1.2, 1), two groups, λ1 = λ_int = 1', () => {
  it('falls from 24.2 below 1e-12 within 200 steps', () => {
    const losses = descend(problem, PLAIN, 200).map(({ loss }) => loss);
    expect(losses[0]).toBeCloseTo(24.2, 12);
    expect(losses.findIndex((loss) => loss < 1e-12)).toBeGreaterThan(0);
    expect(losses.at(-1)).toBeLessThan(1e-12);
  });
});
