import { describe, expect, it } from 'vitest';
import { difference } from './compare.mjs';

const floats = (data: readonly number[], shape: readonly number[] = [data.length]) => ({
  dtype: 'float32',
  shape,
  data,
});
const tolerance = { rtol: 1e-3, atol: 1e-7 };

describe('the comparison of results with what a test expects', () => {
  it('accepts what lies within the tolerance, and equal infinities and NaN', () => {
    expect(difference(floats([1.0009, 0]), floats([1, 1e-8]), tolerance)).toBeUndefined();
    const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    expect(difference(floats(special), floats(special), tolerance)).toBeUndefined();
  });
  it.each([
    [1.0011, 1],
    [2e-7, 0],
    [Number.NaN, 0],
    [0, Number.NaN],
    [3, Number.NEGATIVE_INFINITY],
    [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  ])('finds %d different from %d', (actual, expected) => {
    expect(difference(floats([7, actual]), floats([7, expected]), tolerance)).toBe(
      `element 1 is ${actual} instead of ${expected}`,
    );
  });
  it('finds another shape and another element type', () => {
    expect(difference(floats([1, 2], [2, 1]), floats([1, 2]), tolerance)).toBe('shape [2, 1] instead of [2]');
    expect(difference({ ...floats([1]), dtype: 'float64' }, floats([1]), tolerance)).toMatch(
      /float64 instead of float32/,
    );
  });
  it('tells 64-bit integers apart that a double cannot', () => {
    const whole = (v: bigint) => ({ dtype: 'int64', shape: [], data: [v] });
    expect(difference(whole(2n ** 60n), whole(2n ** 60n + 1n), tolerance)).toMatch(/instead of 1152921504606846977/);
    expect(difference(whole(2n ** 60n), whole(2n ** 60n), tolerance)).toBeUndefined();
  });
});
