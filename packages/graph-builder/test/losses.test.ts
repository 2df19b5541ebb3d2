import { describe, expect, it } from 'vitest';
import { input, meanSquaredError, softmaxCrossEntropy } from '../src/index.js';

describe('meanSquaredError', () => {
  const column = input('column', ['N', 1]);

  it('refuses a target that would broadcast to every pair of examples', () => {
    expect(() => meanSquaredError(column, input('row', ['N']))).toThrow(
      /meanSquaredError: target .*float32\[N\] is not of the shape of output .*float32\[N, 1\]; reshape one of them/,
    );
    expect(meanSquaredError(column, input('target', ['N', 1])).shape).toEqual([]);
  });
});

describe('softmaxCrossEntropy', () => {
  it('refuses labels of another number of rows', () => {
    expect(() => softmaxCrossEntropy(input('logits', ['N', 3]), input('labels', ['M'], 'int64'))).toThrow(
      /one integer label for each row is needed/,
    );
  });
});
