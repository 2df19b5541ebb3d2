import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tableText } from '../src/program/table.js';

const cell = fc.stringMatching(/^[0-9a-z.%+-]{1,24}$/);

describe('tableText', () => {
  it('keeps cells apart, whatever their widths', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }).chain((width) =>
          fc.record({
            rows: fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 6 }),
            texts: fc.integer({ min: 0, max: width }),
          }),
        ),
        ({ rows, texts }) => {
          const lines = tableText(texts, rows).split('\n');
          expect(lines.map((line) => line.trim().split(/ {2,}/))).toEqual(rows);
        },
      ),
    );
  });

  it('aligns text on the left and numbers on the right', () => {
    const rows = [
      ['optimizer', 'train loss'],
      ['sgd', '1234567890123.0000'],
      ['adam', '0.5'],
    ];
    expect(tableText(1, rows)).toBe(
      ['optimizer          train loss', 'sgd        1234567890123.0000', 'adam                      0.5'].join('\n'),
    );
  });
});
