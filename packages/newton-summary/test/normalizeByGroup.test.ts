import { chain, type Direction } from '@hograd/baselines';
import { add, type Input, input, mul, reduceSum, type Value } from '@hograd/graph-builder';
import { canonical, type Partition, partitionFromSpec, sumByGroup, trivial, weightsBiases } from '@hograd/partition';
import { describe, expect, it } from 'vitest';
import { newtonSummaryGraphs, normalizeByGroup, type RatesState, ratesOptions, updateRates } from '../src/index.js';
import { perceptron, readSummary, right, run, type Values, wave } from './perceptron.js';
import { openGraph } from './runtime.js';

const shapes = [
  { name: '0.weight', shape: [3, 2] },
  { name: '0.bias', shape: [3] },
];

/** The transformation of a loss Σ p·u, whose gradient is u, an input `u.NAME`; outputs `direction.NAME`. */
const graphOf = (partition: Partition, dtype: 'float32' | 'float64') => {
  const parameters = shapes.map(({ name, shape }) => input(name, shape, dtype) as Input);
  const loss = parameters.map((p) => reduceSum(mul(p, input(`u.${p.attributes.name}`, p.shape, dtype)))).reduce(add);
  return newtonSummaryGraphs({ loss, parameters, partition, direction: normalizeByGroup(partition) }).direction;
};

const directionOf = (scale: number): Values =>
  Object.fromEntries([
    ['step', { shape: [], data: Float64Array.of(0) }],
    ...shapes.flatMap(({ name, shape }, p) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const data = Float64Array.from({ length: size }, (_, i) => scale * wave(p + 1, i));
      return [
        [name, { shape, data }],
        [`u.${name}`, { shape, data }],
      ];
    }),
  ]);

const squaredNorms = (partition: Partition, outputs: Values): readonly number[] =>
  sumByGroup(partition)(shapes.map(({ name }) => outputs[`direction.${name}`]!.data.map((x) => x * x)));

describe('normalizeByGroup', () => {
  const partitions: readonly (readonly [string, Partition])[] = [
    ['trivial', right(trivial(shapes))],
    ['canonical', right(canonical(shapes))],
    ['weights and biases', right(weightsBiases(shapes))],
    ['discrete', right(partitionFromSpec('discrete')(shapes))],
  ];

  it.each(partitions)('gives every group of the %s partition norm 1 and keeps its direction', (_, partition) => {
    const u = directionOf(3);
    const outputs = run(graphOf(partition, 'float64'), u);
    for (const norm of squaredNorms(partition, outputs)) expect(norm).toBeCloseTo(1, 14);
    const dots = sumByGroup(partition)(
      shapes.map(({ name }) => outputs[`direction.${name}`]!.data.map((x, i) => x * u[`u.${name}`]!.data[i]!)),
    );
    const norms = sumByGroup(partition)(shapes.map(({ name }) => u[`u.${name}`]!.data.map((x) => x * x)));
    dots.forEach((dot, s) => {
      expect(dot).toBeCloseTo(Math.sqrt(norms[s]!), 13);
    });
  });

  it('leaves a direction that is zero at zero', () => {
    const outputs = run(graphOf(partitions[1]![1], 'float64'), directionOf(0));
    for (const { name } of shapes) expect([...outputs[`direction.${name}`]!.data].every((x) => x === 0)).toBe(true);
  });

  it('does not lose a direction whose squares underflow in float32', async () => {
    const partition = partitions[1]![1];
    const outputs = await (await openGraph(graphOf(partition, 'float32')))(directionOf(1e-30));
    for (const norm of squaredNorms(partition, outputs)) expect(norm).toBeCloseTo(1, 6);
  });

  it('names a parameter of the partition that is not given', () => {
    const partition = right(canonical([...shapes, { name: '1.weight', shape: [2] }]));
    expect(() => graphOf(partition, 'float64')).toThrow('the partition\'s parameter "1.weight" has no direction');
  });
});

describe('a run whose summaries are averaged while the scale of the direction changes from step to step', () => {
  /** The gradient times an input: what a growing momentum buffer does to the scale. */
  const scaledGradient: Direction = {
    name: 'scaledGradient',
    init: () => [],
    update: ({ gradients }) => ({ direction: gradients.map((g) => mul(g, input('scale', [], 'float64'))), state: {} }),
  };
  const { partition } = perceptron({ examples: 6, seed: 4 });

  /** Parameters after some steps at λ1 = 0.5, η from the mean of the last three summaries. */
  const train = (direction: Direction, scaleAt: (t: number) => number): Float64Array => {
    const { graphs, start, batch } = perceptron({ examples: 6, seed: 4, direction });
    const update = updateRates(
      right(
        ratesOptions(4)({
          lambda1: 0.5,
          etaDecay: 0,
          clipNegative: 'never',
          summaryAverage: { kind: 'uniform', count: 3, warmUp: 1 },
        }),
      ),
    );
    let carried: Values = start;
    let state: RatesState = {};
    for (let t = 0; t < 8; t++) {
      const scalar = (x: number): Value => ({ shape: [], data: Float64Array.of(x) });
      const along = run(graphs.direction, { ...carried, ...batch, step: scalar(t), scale: scalar(scaleAt(t)) });
      const measured = readSummary(run(graphs.summary, { ...carried, ...along, ...batch }), 6);
      const updated = update(state, measured);
      state = updated.state;
      const rates = { shape: [4], data: Float64Array.from(updated.rates) };
      const next = run(graphs.apply, { ...carried, ...along, rates });
      carried = Object.fromEntries(Object.keys(carried).map((name) => [name, next[`next.${name}`]!]));
    }
    return Float64Array.from(Object.values(carried).flatMap(({ data }) => [...data]));
  };
  const distance = (a: Float64Array, b: Float64Array): number => Math.max(...a.map((x, i) => Math.abs(x - b[i]!)));
  const growing = (t: number): number => 1 + 2 * t;

  it('does not notice where directions are normalized', () => {
    const normalized = chain(scaledGradient, normalizeByGroup(partition));
    expect(
      distance(
        train(normalized, growing),
        train(normalized, () => 1),
      ),
    ).toBeLessThan(1e-12);
  });

  it('does where they are not', () => {
    expect(
      distance(
        train(scaledGradient, growing),
        train(scaledGradient, () => 1),
      ),
    ).toBeGreaterThan(1e-2);
  });

  it('does not notice a scale that stays', () => {
    expect(
      distance(
        train(scaledGradient, () => 7),
        train(scaledGradient, () => 1),
      ),
    ).toBeLessThan(1e-10);
  });

  it('takes the same step with and without normalization where nothing is averaged', () => {
    const { graphs, start, batch } = perceptron({ examples: 6, seed: 4 });
    const plain = { ...start, ...batch, step: { shape: [], data: Float64Array.of(0) } };
    const both = [scaledGradient, chain(scaledGradient, normalizeByGroup(partition))].map((direction) => {
      const problem = perceptron({ examples: 6, seed: 4, direction });
      const along = run(problem.graphs.direction, { ...plain, scale: { shape: [], data: Float64Array.of(5) } });
      const measured = readSummary(run(graphs.summary, { ...start, ...along, ...batch }), 6);
      const { rates } = updateRates(right(ratesOptions(4)({ lambda1: 1, etaDecay: 0 })))({}, measured);
      const moved = run(graphs.apply, { ...start, ...along, rates: { shape: [4], data: Float64Array.from(rates) } });
      return Float64Array.from(Object.values(moved).flatMap(({ data }) => [...data]));
    });
    expect(distance(both[0]!, both[1]!)).toBeLessThan(1e-12);
  });
});
