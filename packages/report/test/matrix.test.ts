import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distantPairs, medianBetweenLayers, medianByDistance } from '../src/interaction.js';
import { inverseOf, normalizedInteraction, strongestPairs } from '../src/matrix.js';
import { foldRepeats, thin } from '../src/series.js';
import { summaries } from './markup.js';

const size = fc.integer({ min: 1, max: 8 });
/** Symmetric with a dominant diagonal of either sign, so far from singular. */
const symmetric = size.chain((S) =>
  fc
    .tuple(
      fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: S * S, maxLength: S * S }),
      fc.array(fc.boolean(), { minLength: S, maxLength: S }),
    )
    .map(([entries, signs]) =>
      Array.from({ length: S }, (_, s) =>
        Array.from({ length: S }, (_, t) =>
          s === t ? (signs[s] ? 1 : -1) * (S + 1) : entries[Math.min(s, t) * S + Math.max(s, t)]!,
        ),
      ),
    ),
);
const scales = fc.array(fc.integer({ min: -8, max: 8 }), { minLength: 8, maxLength: 8 });
const rescale = (matrix: readonly (readonly number[])[], powers: readonly number[]) =>
  matrix.map((row, s) => row.map((entry, t) => entry * 10 ** powers[s]! * 10 ** powers[t]!));

describe('inverseOf', () => {
  it('knows the condition number of the balanced matrix', () => {
    const nearlySingular = inverseOf([
      [1, 1 - 1e-6],
      [1 - 1e-6, 1],
    ]);
    if (!('matrix' in nearlySingular)) throw new Error('refused');
    expect(nearlySingular.condition / ((2 - 1e-6) / 1e-6)).toBeCloseTo(1, 6);
    const scaled = inverseOf([
      [1e12, 0],
      [0, 1e-12],
    ]);
    expect('matrix' in scaled && scaled.condition).toBeLessThan(4);
  });

  it('inverts, to 1e-9 of each entry’s own scale, whatever the scales of the groups', () => {
    fc.assert(
      fc.property(symmetric, scales, (matrix, powers) => {
        const plain = inverseOf(matrix);
        const scaled = inverseOf(rescale(matrix, powers));
        if (!('matrix' in plain) || !('matrix' in scaled)) throw new Error('refused');
        for (const [s, row] of plain.matrix.entries()) {
          for (const t of row.keys()) {
            const product = row.reduce((sum, entry, k) => sum + entry * matrix[k]![t]!, 0);
            expect(product).toBeCloseTo(s === t ? 1 : 0, 9);
            const back = scaled.matrix[s]![t]! * 10 ** powers[s]! * 10 ** powers[t]!;
            expect(back).toBeCloseTo(plain.matrix[s]![t]!, 9);
          }
        }
      }),
    );
  });

  it('is not misled by entries whose squares underflow', () => {
    const inverse = inverseOf([
      [7, -2.7e-220, 5e-323],
      [-2.7e-220, -7, 0],
      [5e-323, 0, 7],
    ]);
    expect('matrix' in inverse && inverse.matrix[1]![1]).toBeCloseTo(-1 / 7, 14);
  });

  it.each([
    ['nothing', [], 'not a square matrix'],
    ['a row too short', [[1, 2], [3]], 'not a square matrix'],
    [
      'an asymmetric matrix',
      [
        [1, 2],
        [0, 1],
      ],
      'not symmetric',
    ],
    ['an inverse beyond double precision', [[5e-324]], 'beyond double precision'],
    [
      'a singular matrix',
      [
        [1, 1],
        [1, 1],
      ],
      'singular',
    ],
    [
      'a group that changes nothing',
      [
        [1, 0],
        [0, 0],
      ],
      'row 2 in H̄ is zero',
    ],
    [
      'an entry that is not finite',
      [
        [1, Number.NaN],
        [Number.NaN, 1],
      ],
      'not finite',
    ],
  ])('refuses %s with the reason', (_, matrix, reason) => {
    const inverse = inverseOf(matrix);
    expect('refusal' in inverse && inverse.refusal).toContain(reason);
  });
});

describe('normalizedInteraction', () => {
  it('does not change when groups are rescaled, and has ±1 on its diagonal', () => {
    fc.assert(
      fc.property(symmetric, scales, (matrix, powers) => {
        const plain = normalizedInteraction(matrix);
        const scaled = normalizedInteraction(rescale(matrix, powers));
        for (const [s, row] of plain.entries()) {
          expect(Math.abs(row[s]!)).toBeCloseTo(1, 12);
          for (const [t, value] of row.entries()) expect(scaled[s]![t]).toBeCloseTo(value, 9);
        }
      }),
    );
  });

  it('is not a number where a group has no curvature of its own', () => {
    expect(
      normalizedInteraction([
        [0, 1],
        [1, 2],
      ])[0]![1],
    ).toBeNaN();
  });

  it('exceeds 1 exactly when the pair’s 2×2 block has a negative determinant', () => {
    const { Hbar } = summaries['vgg-tiny'];
    const rows = Hbar as readonly (readonly number[])[];
    const same = strongestPairs(normalizedInteraction(Hbar)).filter(({ s, t }) => rows[s]![s]! * rows[t]![t]! > 0);
    for (const { s, t, value } of same) {
      expect(Math.abs(value) > 1).toBe(rows[s]![s]! * rows[t]![t]! - rows[s]![t]! ** 2 < 0);
    }
    expect(same.some(({ value }) => Math.abs(value) > 1)).toBe(true);
  });
});

describe('interaction by distance', () => {
  const groups = ['0.weight', '0.bias', '1.weight', '2.bias'].map((name) => ({ name, size: 1 }));
  const matrix = [
    [4, 1, 2, 0],
    [1, 1, 0, 0.5],
    [2, 0, 4, -1],
    [0, 0.5, -1, 1],
  ];

  it('counts layers, not groups, and names the block', () => {
    const pairs = distantPairs(groups, matrix);
    expect(pairs).toHaveLength(6);
    expect(pairs[0]).toEqual({ s: 0, t: 1, distance: 0, block: 'WB', strength: 0.5 });
    expect(pairs.find(({ s, t }) => s === 1 && t === 3)).toMatchObject({ distance: 2, block: 'BB', strength: 0.5 });
    expect(pairs.find(({ s, t }) => s === 0 && t === 2)).toMatchObject({ distance: 1, block: 'WW', strength: 0.5 });
  });

  it('refuses a matrix that is not of the groups', () => {
    expect(() => distantPairs(groups, [[1]])).toThrow(
      new RangeError('there are 4 groups and 1 rows of H̄; give a row for each group'),
    );
    expect(() =>
      distantPairs(
        groups,
        matrix.slice(0, 3).map((row) => row.slice(0, 3)),
      ),
    ).toThrow(RangeError);
    expect(() => distantPairs(groups.slice(0, 2), [[1, 2], [3]])).toThrow(
      new RangeError('a matrix of 2 rows has 1 entries in row 1; it must be square'),
    );
  });

  it('takes medians', () => {
    expect(medianByDistance(distantPairs(groups, matrix))).toEqual([
      [0, 0.5],
      [1, 0.5],
      [2, 0.25],
    ]);
    expect(medianBetweenLayers(groups, matrix)).toBe(0.5);
    expect(
      medianBetweenLayers(groups.slice(0, 2), [
        [4, 1],
        [1, 1],
      ]),
    ).toBeUndefined();
  });
});

describe('foldRepeats', () => {
  it('takes the mean and the range at each epoch, over the repeats that have a finite value there', () => {
    const points = (values: readonly (number | null)[]) => values.map((y, k) => ({ key: k, x: 10 * k, y }));
    expect(foldRepeats([points([1, 2, null]), points([3, Number.NaN]), points([5, 4, null, 7])])).toEqual([
      { x: 0, y: 3, low: 1, high: 5 },
      { x: 10, y: 3, low: 2, high: 4 },
      { x: 20, y: null },
      { x: 30, y: 7, low: 7, high: 7 },
    ]);
  });

  it('has no range for a single run', () => {
    expect(foldRepeats([[{ key: 1, x: 1, y: 2 }]])).toEqual([{ x: 1, y: 2 }]);
  });
});

describe('thin', () => {
  it('keeps the mean of everything, the range, and the limit', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 500 }),
        (values) => {
          const points = thin(
            values.map((y, x) => ({ x, y })),
            50,
          );
          expect(points.length).toBeLessThanOrEqual(50);
          const every = Math.ceil(values.length / 50);
          const counts = points.map((_, k) => Math.min(every, values.length - k * every));
          const total = points.reduce((sum, { y }, k) => sum + y! * counts[k]!, 0);
          expect(total).toBeCloseTo(
            values.reduce((sum, value) => sum + value, 0),
            6,
          );
          if (every > 1) expect(Math.max(...points.map(({ high }) => high!))).toBe(Math.max(...values));
        },
      ),
    );
  });
});
