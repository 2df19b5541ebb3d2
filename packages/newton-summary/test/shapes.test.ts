import { sgd, trainStep } from '@hograd/baselines';
import { add, GraphError, type Input, input, reduceSum, square } from '@hograd/graph-builder';
import { canonical, discrete, type Partition } from '@hograd/partition';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupDirections, groupRates, newtonSummaryGraphs, normalizeByGroup } from '../src/index.js';
import { right } from './perceptron.js';

const shape = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 });
const rules = fc.constantFrom(canonical, discrete);

/** A loss over `a` [2] and `b` of the given shape, and a partition that has `b` in another shape, maybe. */
const problem = (own: readonly number[], other: readonly number[], rule: typeof canonical) => {
  const parameters = [input('a', [2], 'float64'), input('b', own, 'float64')] as readonly Input[];
  const partition = right(
    rule([
      { name: 'a', shape: [2] },
      { name: 'b', shape: other },
    ]),
  );
  return { parameters, partition, loss: parameters.map((p) => reduceSum(square(p))).reduce(add) };
};

describe('a partition of parameters of other shapes', () => {
  const uses: readonly (readonly [string, (p: ReturnType<typeof problem>) => unknown])[] = [
    ['groupRates', ({ partition, ...p }) => trainStep({ ...p, direction: sgd(), rule: groupRates(partition) })],
    ['groupRates', ({ partition, parameters }) => groupRates(partition).update({ parameters, direction: parameters })],
    [
      'groupDirections',
      ({ partition, parameters }) => {
        const named = new Map(parameters.map((p) => [p.attributes.name, p]));
        return groupDirections(partition)(named, named);
      },
    ],
    [
      'normalizeByGroup',
      ({ partition, parameters, loss }) =>
        normalizeByGroup(partition).update({
          gradients: parameters,
          parameters,
          state: {},
          step: loss,
          loss,
          batch: [],
        }),
    ],
    ['groupRates|groupDirections', (p) => newtonSummaryGraphs({ ...p, direction: sgd() })],
  ];

  it.each(uses)('is refused by %s, naming the parameter and both shapes', (caller, use) => {
    fc.assert(
      fc.property(shape, shape, rules, (own, other, rule) => {
        const made = problem(own, other, rule);
        if (JSON.stringify(own) === JSON.stringify(other)) expect(() => use(made)).not.toThrow();
        else {
          expect(() => use(made)).toThrow(GraphError);
          expect(() => use(made)).toThrow(
            new RegExp(
              `^(${caller}): .* "b" is float64\\[${own.join(', ')}\\]; the partition has it as \\[${other.join(', ')}\\]`,
            ),
          );
        }
      }),
      { numRuns: 40 },
    );
  });

  it('is refused by groupDirections for a direction of another shape, too', () => {
    const partition: Partition = right(canonical([{ name: 'a', shape: [2] }]));
    const along = () =>
      groupDirections(partition)(
        new Map([['a', input('a', [2], 'float64')]]),
        new Map([['a', input('u', [1, 2], 'float64')]]),
      );
    expect(along).toThrow('groupDirections: the direction of "a" is float64[1, 2]; the partition has it as [2]');
  });

  it('still names a parameter that is not given', () => {
    const partition = right(canonical([{ name: 'a', shape: [2] }]));
    const a = new Map([['a', input('a', [2], 'float64')]]);
    expect(() => groupDirections(partition)(new Map(), a)).toThrow('the partition\'s parameter "a" has no expression');
    expect(() => groupDirections(partition)(a, new Map())).toThrow('the partition\'s parameter "a" has no direction');
  });
});
