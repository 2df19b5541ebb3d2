import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate, grad, input, meanSquaredError, softmaxCrossEntropy } from '../src/index.js';

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

  it('with an ignored label is the loss of the rows that count, and does not change with the others', () => {
    const classes = 3;
    const scores = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: classes, maxLength: classes });
    const label = fc.oneof(fc.nat({ max: classes - 1 }), fc.constant(-100));
    const lossOf = (rows: readonly (readonly [readonly number[], number])[], ignored?: number) => {
      const logits = input('logits', [rows.length, classes], 'float64');
      const loss = softmaxCrossEntropy(logits, input('labels', [rows.length], 'int64'), { ignored });
      const [value, slope] = evaluate([loss, ...grad(loss, [logits])], {
        logits: { shape: [rows.length, classes], data: Float64Array.from(rows.flatMap(([row]) => row)) },
        labels: { shape: [rows.length], data: Float64Array.from(rows, ([, own]) => own) },
      });
      const flat = Array.from(slope!.data);
      return { value: Number(value!.data[0]), slopes: rows.map((_, i) => flat.slice(i * classes, (i + 1) * classes)) };
    };
    fc.assert(
      fc.property(fc.array(fc.tuple(scores, label), { minLength: 1, maxLength: 6 }), (rows) => {
        const all = lossOf(rows, -100);
        const counted = rows.filter(([, own]) => own >= 0);
        const slopes = all.slopes.filter((_, i) => rows[i]![1] >= 0);
        const others = all.slopes.filter((_, i) => rows[i]![1] < 0);
        expect(others.flat().every((v) => v === 0)).toBe(true);
        if (counted.length === 0) {
          expect(all.value).toBe(0);
          return;
        }
        const own = lossOf(counted);
        expect(all.value).toBeCloseTo(own.value, 12);
        for (const [i, row] of slopes.entries())
          row.forEach((v, c) => {
            expect(v).toBeCloseTo(own.slopes[i]![c]!, 12);
          });
      }),
    );
  });
});
