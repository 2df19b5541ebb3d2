import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  blocks,
  canonical,
  coarsening,
  coarseningMap,
  coarsenSummary,
  meet,
  type ParameterShape,
  type Partition,
  type SummaryValues,
  spread,
  sumByGroup,
  trivial,
  weightsBiases,
} from '../src/index.js';
import { get, partitions, refusal } from './arbitrary.js';

interface Golden {
  readonly partition: readonly (readonly number[])[];
  readonly gbar: readonly number[];
  readonly Hbar: readonly (readonly number[])[];
  readonly order3: readonly number[];
  readonly order3_full?: readonly (readonly (readonly number[])[])[];
}

const golden: {
  readonly parameters: readonly ParameterShape[];
  readonly cases: Readonly<Record<'canonical' | 'blocks' | 'wb' | 'trivial', Golden>>;
} = JSON.parse(readFileSync(new URL('../../../test-fixtures/partition/deep-partitions.json', import.meta.url), 'utf8'));

const { parameters, cases } = golden;
const made = {
  canonical: get(canonical(parameters)),
  blocks: get(blocks(4)(parameters)),
  wb: get(weightsBiases(parameters)),
  trivial: get(trivial(parameters)),
};

type Case = keyof typeof made;
const finerThan: readonly (readonly [Case, Case])[] = [
  ['canonical', 'blocks'],
  ['canonical', 'wb'],
  ['canonical', 'trivial'],
  ['blocks', 'wb'],
  ['blocks', 'trivial'],
  ['wb', 'trivial'],
];

/** Largest difference over the largest entry of what is wanted. */
const distance = (got: readonly number[], wanted: readonly number[]): number => {
  expect(got.length).toBe(wanted.length);
  return Math.max(...got.map((x, i) => Math.abs(x - wanted[i]!))) / Math.max(...wanted.map(Math.abs));
};

const multiply = (a: readonly (readonly number[])[], b: readonly (readonly number[])[]) =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, x, k) => sum + x * b[k]![j]!, 0)));
const transpose = (a: readonly (readonly number[])[]) => a[0]!.map((_, j) => a.map((row) => row[j]!));

describe('coarsening golden summaries of one network', () => {
  it.each(Object.keys(made) as Case[])('our groups of %s are those of the golden case', (name) => {
    const indices = made[name].groups.map(({ members }) =>
      members.map((member) => parameters.findIndex((parameter) => parameter.name === member.parameter)),
    );
    expect(indices).toEqual(cases[name].partition);
  });

  it.each(finerThan)('takes ḡ and H̄ of %s to those of %s', (fine, coarse) => {
    const { gbar, Hbar } = get(coarsenSummary(made[fine], made[coarse])(cases[fine]));
    expect(distance(gbar, cases[coarse].gbar)).toBeLessThan(1e-13);
    expect(distance(Hbar!.flat(), cases[coarse].Hbar.flat())).toBeLessThan(1e-13);
  });

  it.each(finerThan.slice(3))('takes the full third derivative of %s to that of %s', (fine, coarse) => {
    const { gbar, order3_full } = cases[fine];
    const { third } = get(coarsenSummary(made[fine], made[coarse])({ gbar, third: order3_full! }));
    expect(distance(third!.flat(2), cases[coarse].order3_full!.flat(2))).toBeLessThan(1e-13);
    expect(
      distance(
        third!.map((plane, s) => plane[s]![s]!),
        cases[coarse].order3,
      ),
    ).toBeLessThan(1e-12);
  });

  it('would be wrong for the diagonal alone, which is why coarsenSummary wants the full tensor', () => {
    const sum = cases.blocks.order3.reduce((a, b) => a + b);
    expect(Math.abs(sum - cases.trivial.order3[0]!)).toBeGreaterThan(0.1 * Math.abs(cases.trivial.order3[0]!));
  });
});

/** A finer and a coarser partition of one tuple, and a summary over the finer. */
const refinement = partitions(2).chain(([p, q]) => {
  const fine = get(meet(p!, q!));
  const size = fine.groups.length;
  const entry = fc.integer({ min: -9, max: 9 });
  const vector = fc.array(entry, { minLength: size, maxLength: size });
  const matrix = fc.array(vector, { minLength: size, maxLength: size });
  return fc.record({ gbar: vector, Hbar: matrix }).map((values) => ({ fine, coarse: p!, values }));
});

describe('the coarsening map', () => {
  it('is the 0/1 matrix of one 1 a column with ḡ_Q = A ḡ_P and H̄_Q = A H̄_P Aᵀ', () => {
    fc.assert(
      fc.property(refinement, ({ fine, coarse, values }) => {
        const map = get(coarseningMap(fine, coarse));
        expect(map.length).toBe(coarse.groups.length);
        expect(transpose(map).every((column) => column.filter((x) => x === 1).length === 1)).toBe(true);
        const { gbar, Hbar } = get(coarsenSummary(fine, coarse)(values));
        expect(multiply(map, transpose([values.gbar]))).toEqual(transpose([gbar]));
        expect(multiply(multiply(map, values.Hbar), transpose(map))).toEqual(Hbar);
      }),
    );
  });

  it('composes: P to Q to R is P to R, and P to P is the identity', () => {
    fc.assert(
      fc.property(partitions(3), ([p, q, r]) => {
        const middle = get(meet(q!, r!));
        const fine = get(meet(p!, middle));
        const [first, second] = [get(coarseningMap(fine, middle)), get(coarseningMap(middle, r!))];
        expect(multiply(second, first)).toEqual(get(coarseningMap(fine, r!)));
        expect(get(coarsening(p!, p!))).toEqual([...p!.groups.keys()]);
      }),
    );
  });

  it("is what summing scalars does: A I_{S:P} x = I_{Q:P} x; spreading a value and summing multiplies it by the group's size", () => {
    fc.assert(
      fc.property(refinement, ({ fine, coarse, values }) => {
        const scalars = spread(fine)(values.gbar);
        const sums = sumByGroup(fine)(scalars);
        expect(get(coarsenSummary(fine, coarse)({ gbar: sums })).gbar).toEqual(sumByGroup(coarse)(scalars));
        expect(sums).toEqual(fine.groups.map(({ size }, s) => size * values.gbar[s]!));
      }),
    );
  });

  it('of values that are not one for each group or scalar is refused', () => {
    const [p] = fc.sample(partitions(1), { numRuns: 1, seed: 1 })[0]!;
    const values = p!.groups.map(() => 1);
    expect(() => spread(p!)([...values, 1])).toThrow(RangeError);
    expect(() => spread(p!)(values.slice(1))).toThrow(/there are \d+ values; the partition takes \d+/);
    const scalars = spread(p!)(values);
    expect(() => sumByGroup(p!)(scalars.slice(1))).toThrow(/arrays of scalars/);
    expect(() => sumByGroup(p!)([[], ...scalars.slice(1)])).toThrow(/there are 0 scalars of "/);
  });
});

describe('what it refuses', () => {
  const summary = (partition: Partition): SummaryValues => ({ gbar: partition.groups.map(() => 1) });

  it('a partition that splits a group', () => {
    expect(refusal(coarsenSummary(made.wb, made.blocks)(summary(made.wb)))).toEqual({
      _tag: 'NotARefinement',
      group: 'weights',
      message:
        'group "weights" lies partly in "block0.weights" and "block1.weights"; a partition coarsens only to one that splits none of its groups',
    });
  });

  it('values over another number of groups, and values that are not finite', () => {
    const coarsen = coarsenSummary(made.wb, made.trivial);
    expect(refusal(coarsen({ gbar: [1] }))).toEqual({
      _tag: 'InvalidValues',
      message: 'gbar has 1 entries and the partition 2 groups; give one entry a group',
    });
    expect(refusal(coarsen({ gbar: [1, 2], Hbar: [[1, 2]] })).message).toBe(
      'Hbar has 1 rows and the partition 2 groups; give one row a group',
    );
    expect(refusal(coarsen({ gbar: [1, 2], Hbar: [[1, 2], [3]] })).message).toBe(
      'Hbar[1] has 1 entries and the partition 2 groups; give one entry a group',
    );
    expect(refusal(coarsen({ gbar: [1, Number.NaN] })).message).toBe(
      'gbar[1] is NaN; every entry must be a finite number',
    );
  });
});
