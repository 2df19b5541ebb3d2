import { input, matmul, reduceSum, tanh } from '@hograd/graph-builder';
import { deepMlp, lenet, type Model } from '@hograd/model-zoo';
import { describe, expect, it } from 'vitest';
import { lossOf } from '../problem/graphs.mjs';
import { floorOf } from './floor.mjs';

const floor = (model: Model, N: number) => {
  const { loss, groups } = lossOf(model);
  return floorOf(loss, groups, { N });
};

describe('the floor of products', () => {
  it('of a chain is Σ c(2l + 2) for order 2 and Σ c·4l for order 3, each less 2c of the first layer; a gradient Σ 3c less one', () => {
    const [batch, inputs, depth, width, classes] = [7, 11, 4, 5, 3];
    const sizes = [inputs, ...new Array<number>(depth).fill(width), classes];
    const products = sizes.slice(1).map((n, i) => batch * n * sizes[i]!);
    const sum = (factor: (l: number) => number) => products.reduce((total, c, i) => total + c * factor(i + 1), 0);
    expect(floor(deepMlp({ inputs, depth, width, classes }), batch)).toEqual({
      gradient: sum(() => 3) - products[0]!,
      order2: sum((l) => 2 * l + 2) - 2 * products[0]!,
      order3: sum((l) => 4 * l) - 2 * products[0]!,
    });
  });

  it('of LeNet counts convolutions like layers of a chain', () => {
    const c = [28 * 28 * 6 * 75, 10 * 10 * 16 * 150, 400 * 120, 120 * 84, 84 * 10];
    const expected = c.reduce((total, one, i) => total + one * 4 * (i + 1), 0) - 2 * c[0]!;
    expect(floor(lenet(), 1).order3).toBe(expected);
  });

  it('of a product whose two operands the same group moves counts the paired tangent and both vector-Jacobian products', () => {
    const w = input('w', [2, 2]);
    const h = tanh(w);
    const groups = [[{ parameter: w, direction: input('u', [2, 2]) }]];
    // Forward, two adjoints, two tangents, one vector-Jacobian product; then two second tangents, the pair, one product more.
    expect(floorOf(reduceSum(matmul(h, h)), groups, {})).toEqual({ gradient: 24, order2: 48, order3: 80 });
  });
});
