import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { concatAll } from 'fp-ts/lib/Monoid.js';
import { describe, expect, it } from 'vitest';
import { fullBatchSummary, type MeasuredSummary, summaryMonoid } from '../src/index.js';
import { evaluateSummary, type Problem, perceptron, sliceBatch } from './perceptron.js';

const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });

const summaryOf = (groups: number): fc.Arbitrary<MeasuredSummary> => {
  const vector = fc.array(number, { minLength: groups, maxLength: groups });
  return fc.record({
    count: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 1e6 })),
    loss: number,
    gbar: vector,
    Hbar: fc.array(vector, { minLength: groups, maxLength: groups }),
    D3: vector,
  });
};

/** Several summaries of one number of groups. */
const alike = (number: number) =>
  fc
    .integer({ min: 1, max: 4 })
    .chain((groups) => fc.tuple(...Array.from({ length: number }, () => summaryOf(groups))));

const numbersOf = ({ count, loss, gbar, Hbar, D3 }: MeasuredSummary): readonly number[] => [
  count,
  loss,
  ...gbar,
  ...Hbar.flat(),
  ...D3,
];

/** Largest difference, relative to the size of the numbers that went in. */
const difference = (a: MeasuredSummary, b: MeasuredSummary, scale: number): number =>
  Math.max(...numbersOf(a).map((x, i) => Math.abs(x - numbersOf(b)[i]!))) / scale;

describe('the monoid of summaries', () => {
  it('has a neutral element, to the last bit', () => {
    fc.assert(
      fc.property(alike(1), ([x]) => {
        const { empty, concat } = summaryMonoid(x!.gbar.length);
        expect(numbersOf(concat(empty, x!)).every((v, i) => v === numbersOf(x!)[i])).toBe(true);
        expect(numbersOf(concat(x!, empty)).every((v, i) => v === numbersOf(x!)[i])).toBe(true);
      }),
    );
  });

  it('takes nothing from a summary over no example, whatever its means', () => {
    const odd = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 7);
    fc.assert(
      fc.property(alike(1), odd, ([x], value) => {
        fc.pre(x!.count > 0);
        const values = x!.gbar.map(() => value);
        const none = { count: 0, loss: value, gbar: values, Hbar: values.map(() => values), D3: values };
        const { concat } = summaryMonoid(x!.gbar.length);
        expect(concat(none, x!)).toEqual(x);
        expect(concat(x!, none)).toEqual(x);
      }),
    );
  });

  it('is commutative, to the last bit', () => {
    fc.assert(
      fc.property(alike(2), ([x, y]) => {
        const { concat } = summaryMonoid(x!.gbar.length);
        expect(concat(x!, y!)).toEqual(concat(y!, x!));
      }),
    );
  });

  it('is associative up to rounding', () => {
    fc.assert(
      fc.property(alike(3), ([x, y, z]) => {
        const { concat } = summaryMonoid(x!.gbar.length);
        const left = concat(concat(x!, y!), z!);
        const right = concat(x!, concat(y!, z!));
        expect(difference(left, right, 1e6)).toBeLessThan(1e-14);
      }),
    );
  });

  it('does not touch its arguments', () => {
    fc.assert(
      fc.property(alike(2), ([x, y]) => {
        const before = structuredClone([x, y]);
        summaryMonoid(x!.gbar.length).concat(x!, y!);
        expect([x, y]).toEqual(before);
      }),
    );
  });

  it('refuses summaries of different partitions and counts that are no number of examples', () => {
    const { empty, concat } = summaryMonoid(2);
    expect(() => concat(empty, summaryMonoid(3).empty)).toThrow('a summary of 3 groups cannot join one of 2');
    expect(() => concat(empty, { ...empty, D3: [0] })).toThrow('gbar is of 2 groups and another of its tensors of 1');
    expect(() => concat(empty, { ...empty, count: 0.5 })).toThrow('count is 0.5');
  });
});

describe('the summary of a data set', () => {
  const problem: Problem = perceptron({ examples: 12, seed: 3 });
  const lengths = fc
    .uniqueArray(fc.integer({ min: 1, max: 11 }), { maxLength: 5 })
    .map((cuts) => [0, ...cuts.sort((a, b) => a - b), 12])
    .map((bounds) => bounds.slice(1).map((end, i) => [bounds[i]!, end] as const));
  const whole = evaluateSummary(problem, problem.batch, 12);

  it('is the fold of its slices, wherever they are cut', () => {
    fc.assert(
      fc.property(lengths, (slices) => {
        const measured = slices.map(([start, end]) =>
          evaluateSummary(problem, sliceBatch(problem.batch, start, end), end - start),
        );
        const folded = fullBatchSummary(problem.partition.groups.length, 12)(measured);
        if (E.isLeft(folded)) throw new Error(folded.left.message);
        const scale = Math.max(...numbersOf({ ...whole, count: 0 }).map(Math.abs));
        expect(difference(folded.right, whole, scale)).toBeLessThan(1e-13);
      }),
      { numRuns: 20 },
    );
  });

  it('is refused where a slice is missing', () => {
    const { concat, empty } = summaryMonoid(problem.partition.groups.length);
    const half = evaluateSummary(problem, sliceBatch(problem.batch, 0, 6), 6);
    const refused = fullBatchSummary(problem.partition.groups.length, 12)([half]);
    expect(refused).toMatchObject({ left: { _tag: 'IncompleteCover', expected: 12, found: 6 } });
    expect(concatAll({ concat, empty })([half])).toEqual(half);
  });
});
