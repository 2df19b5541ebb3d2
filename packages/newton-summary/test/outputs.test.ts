/** From what a graph puts out to rates, and numbers of one count. */

import { evaluate, input, mul, reduceSum, square, summary } from '@hograd/graph-builder';
import { describe, expect, it } from 'vitest';
import { DEFAULT_RATES, learningRates, predictDecrease, summaryNumbers, updateRates } from '../src/index.js';
import { right } from './perceptron.js';

const x = input('x', [2], 'float64');
const y = input('y', [1], 'float64');
const loss = reduceSum(mul(square(reduceSum(mul(x, x))), reduceSum(square(y))));
const groups = [x, y].map((parameter) => [{ parameter, direction: parameter }]);
const at = { x: { shape: [2], data: Float64Array.of(1, 2) }, y: { shape: [1], data: Float64Array.of(3) } };

const outputs = () => {
  const { gbar, Hbar, D3 } = summary(loss, groups);
  const [g, H, d] = evaluate([gbar, Hbar, D3], at);
  return { gbar: g!, Hbar: H!, D3: d! };
};

describe('the outputs of a summary', () => {
  it('are the numbers that rates come of, rows of H̄ included', () => {
    const found = summaryNumbers(outputs());
    // φ(a, b) = (25(1 + a)⁴)·(9(1 + b)²).
    expect(found).toEqual({
      gbar: [900, 450],
      Hbar: [
        [2700, 1800],
        [1800, 450],
      ],
      D3: [5400, 0],
    });
    expect(right(learningRates(1)(found)).eta).toHaveLength(2);
  });

  it('may be float32', () => {
    const single = Object.fromEntries(
      Object.entries(outputs()).map(([name, { data }]) => [name, { data: Float32Array.from(data) }]),
    ) as unknown as ReturnType<typeof outputs>;
    expect(summaryNumbers(single)).toEqual(summaryNumbers(outputs()));
  });

  it('are of one number of groups', () => {
    const { gbar, Hbar, D3 } = outputs();
    expect(() => summaryNumbers({ gbar, Hbar: D3, D3 })).toThrow(
      new RangeError('gbar has 2 numbers, Hbar 2 and D3 2; of S groups they have S, S² and S'),
    );
    expect(() => summaryNumbers({ gbar, Hbar, D3: Hbar })).toThrow(RangeError);
  });
});

describe('numbers for each group', () => {
  const measured = summaryNumbers(outputs());

  it('of λ1 are as many as groups', () => {
    const update = updateRates({ ...DEFAULT_RATES, lambda1: [1] });
    expect(() => update({}, measured)).toThrow(
      new RangeError('lambda1 has 1 numbers for a summary of 2 groups; give one for each, or one number'),
    );
    expect(updateRates({ ...DEFAULT_RATES, lambda1: [1, 2] })({}, measured).rates).toHaveLength(2);
  });

  it('of rates are as many as groups', () => {
    expect(() => predictDecrease(measured)([0.1])).toThrow(
      new RangeError('there are 1 rates for a summary of 2 groups; give one for each'),
    );
    expect(predictDecrease(measured)([0.1, 0]).slope).toBeCloseTo(90, 12);
  });
});
