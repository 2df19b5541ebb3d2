import { describe, expect, it } from 'vitest';
import { multiplyAddsOf } from './multiplyAdds.mjs';

describe('the multiply-adds of a kernel', () => {
  it.each([
    [
      'MatMul',
      [
        [2, 5, 3, 4],
        [4, 7],
      ],
      [[2, 5, 3, 7]],
      2 * 5 * 3 * 4 * 7,
    ],
    ['Gemm', [[4, 3], [7, 4], [7]], [[3, 7]], 3 * 4 * 7],
    [
      'FusedMatMul',
      [
        [6, 3, 4],
        [6, 3, 7],
      ],
      [[6, 4, 7]],
      6 * 4 * 3 * 7,
    ],
    ['Conv', [[2, 3, 8, 8], [5, 3, 3, 3], [5]], [[2, 5, 6, 6]], 2 * 5 * 36 * 27],
    [
      'Conv',
      [
        [2, 6, 8, 8],
        [6, 1, 3, 3],
      ],
      [[2, 6, 6, 6]],
      2 * 6 * 36 * 9,
    ],
    [
      'ConvTranspose',
      [
        [2, 5, 6, 6],
        [5, 3, 3, 3],
      ],
      [[2, 3, 8, 8]],
      2 * 5 * 36 * 27,
    ],
    ['Tanh', [[9, 9]], [[9, 9]], 0],
  ] as const)('%s', (operator, inputs, outputs, expected) => {
    expect(multiplyAddsOf(operator, inputs, outputs)).toBe(expected);
  });

  it('are refused for a product that nobody has taught it', () => {
    expect(() => multiplyAddsOf('Einsum', [], [])).toThrow('Einsum');
  });
});
