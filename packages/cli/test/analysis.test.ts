import { type LabelledDataset, uniform } from '@hograd/data';
import {
  castGraph,
  evaluate,
  type Graph,
  grad,
  type Input,
  outputNamed,
  type Tensor,
  type Value,
} from '@hograd/graph-builder';
import { lossGraph, mlp } from '@hograd/model-zoo';
import { blocks, canonical, weightsBiases } from '@hograd/partition';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { type Moment, windowsOf } from '../src/analysis/analysis.js';
import { csv } from '../src/analysis/csv.js';
import { parseEpochs, stretches } from '../src/analysis/epochs.js';
import { interactionOf } from '../src/analysis/interaction.js';
import { placeGroups } from '../src/analysis/layers.js';
import { openProbe, type ProbeOptions } from '../src/analysis/probe.js';
import { predictChange } from '../src/analysis/taylor.js';
import { PROCESS } from '../src/memoryPlan.js';

const right = <L extends { readonly message: string }, A>(result: E.Either<L, A>): A => {
  if (E.isLeft(result)) throw new Error(result.left.message);
  return result.right;
};

const EXAMPLES = 50;
const graph: Graph = lossGraph(mlp({ sizes: [6, 7, 5, 3], activation: 'tanh' }), { seed: 3 });
const parameters = graph.inputs.filter((i) => graph.initializers.has(i.attributes.name)) as readonly Input[];
const shapes = parameters.map((p) => ({ name: p.attributes.name, shape: p.shape as readonly number[] }));
const loss = outputNamed('loss')(graph)!;
const initial = Object.fromEntries(graph.initializers) as Readonly<Record<string, Tensor<'float32'>>>;
const inputs: Tensor<'float32'> = {
  dtype: 'float32',
  shape: [EXAMPLES, 6],
  data: Float32Array.from(uniform([7], EXAMPLES * 6), (v) => 4 * v - 2),
};
const targets: Tensor<'int64'> = {
  dtype: 'int64',
  shape: [EXAMPLES],
  data: BigInt64Array.from({ length: EXAMPLES }, (_, i) => BigInt(i % 3)),
};
const dataset: LabelledDataset = { inputs: { x: inputs }, targets, classes: 3 };

const options: ProbeOptions = {
  device: 'cpu',
  dtype: 'float64',
  memoryLimit: 2 ** 30,
  interrupted: () => false,
  lambdaInt: [1],
  stepSizes: [0.04, 0.08, 0.16],
};

const measured = async (partition = right(canonical(shapes)), more: Partial<ProbeOptions> = {}) => {
  const probe = await openProbe({ loss, parameters, partition }, dataset, { ...options, ...more });
  try {
    return await probe.measure(initial);
  } finally {
    await probe.release();
  }
};

const asValues = (tensors: Readonly<Record<string, Tensor<'float32'>>>): Readonly<Record<string, Value>> =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, data }]) => [name, { shape, data: Float64Array.from(data) }]),
  );

/** L(θ + Σ_s η_s u_s) by the reference interpreter, u the gradient. */
const exact = castGraph('float64')(graph);
const labels: Value = { shape: [EXAMPLES], data: Float64Array.from(targets.data, Number) };
const at: Readonly<Record<string, Value>> = {
  ...asValues(initial),
  x: { shape: inputs.shape, data: Float64Array.from(inputs.data) },
  y: labels,
};
const own = shapes.map(({ name }) => exact.inputs.find((i) => i.attributes.name === name)!);
const u = evaluate(grad(outputNamed('loss')(exact)!, own), at);
const lossAlong = (eta: readonly number[]): number => {
  const moved = shapes.map(({ name, shape }, s) => {
    const data = Float64Array.from(initial[name]!.data, (v, i) => v + eta[s]! * u[s]!.data[i]!);
    return [name, { shape, data }] as const;
  });
  return evaluate([outputNamed('loss')(exact)!], { ...at, ...Object.fromEntries(moved) })[0]!.data[0]!;
};

describe('a probe', () => {
  it('measures what finite differences along the mean gradient give', async () => {
    const found = (await measured())!;
    const S = shapes.length;
    const unit = (s: number, t: number, a: number, b: number): readonly number[] =>
      Array.from({ length: S }, (_, k) => (k === s ? a : 0) + (k === t ? b : 0));
    expect(found.loss).toBeCloseTo(lossAlong(unit(0, 0, 0, 0)), 12);
    // A step that moves each group's part by a hundredth of unity.
    const step = (s: number): number => 1e-2 / Math.hypot(...u[s]!.data);
    for (let s = 0; s < S; s++) {
      const h = step(s);
      const slope = (lossAlong(unit(s, s, h, 0)) - lossAlong(unit(s, s, -h, 0))) / (2 * h);
      expect(Math.abs(found.gbar[s]! / slope - 1)).toBeLessThan(1e-3);
      const bend = (lossAlong(unit(s, s, h, 0)) - 2 * found.loss + lossAlong(unit(s, s, -h, 0))) / h ** 2;
      expect(Math.abs(found.Hbar[s]![s]! / bend - 1)).toBeLessThan(1e-3);
      for (let t = s + 1; t < S; t++) {
        const k = step(t);
        const mixed =
          (lossAlong(unit(s, t, h, k)) -
            lossAlong(unit(s, t, h, -k)) -
            lossAlong(unit(s, t, -h, k)) +
            lossAlong(unit(s, t, -h, -k))) /
          (4 * h * k);
        const scale = Math.sqrt(Math.abs(found.Hbar[s]![s]! * found.Hbar[t]![t]!));
        expect(Math.abs(found.Hbar[s]![t]! - mixed) / scale).toBeLessThan(1e-3);
      }
    }
  });

  it('gives the same numbers whatever the slices', async () => {
    const whole = (await measured())!;
    const sliced = (await measured(undefined, { memoryLimit: PROCESS + 40_000 }))!;
    expect(sliced).not.toEqual(whole);
    for (const [s, row] of whole.Hbar.entries()) {
      expect(sliced.gbar[s]! / whole.gbar[s]!).toBeCloseTo(1, 10);
      expect(sliced.D3[s]! / whole.D3[s]!).toBeCloseTo(1, 8);
      for (const [t, value] of row.entries()) {
        const scale = Math.sqrt(Math.abs(whole.Hbar[s]![s]! * whole.Hbar[t]![t]!));
        expect(Math.abs(sliced.Hbar[s]![t]! - value) / scale).toBeLessThan(1e-10);
      }
    }
  });

  it('finds Taylor’s terms along the step in ḡ and H̄, and an error of them that falls as the fourth power', async () => {
    const { taylor, eta, gbar, Hbar } = (await measured())!;
    const [solved] = eta;
    if (!taylor || !solved || !('eta' in solved)) throw new Error('no rates');
    const rates = solved.eta;
    const slope = rates.reduce((sum, rate, s) => sum - rate * gbar[s]!, 0);
    const bend = rates.reduce((sum, rate, s) => sum + rate * Hbar[s]!.reduce((row, h, t) => row + h * rates[t]!, 0), 0);
    expect(taylor.derivatives.first / slope).toBeCloseTo(1, 10);
    expect(taylor.derivatives.second / bend).toBeCloseTo(1, 9);
    const errors = taylor.steps.map(({ third, actual }) => Math.abs(third - actual));
    for (const [k, error] of errors.slice(1).entries()) {
      const order = Math.log2(error / errors[k]!);
      expect(order).toBeGreaterThan(3.7);
      expect(order).toBeLessThan(4.3);
    }
    for (const { first, second, third, actual } of taylor.steps) {
      expect(Math.abs(third - actual)).toBeLessThan(Math.abs(second - actual));
      expect(Math.abs(second - actual)).toBeLessThan(Math.abs(first - actual));
    }
  });

  it('leaves the parameters as they are, and stops between slices when interrupted', async () => {
    const before = shapes.map(({ name }) => Float32Array.from(initial[name]!.data));
    await measured();
    expect(shapes.map(({ name }) => initial[name]!.data)).toEqual(before);
    let asked = 0;
    const interrupted = (): boolean => ++asked > 3;
    expect(await measured(undefined, { memoryLimit: PROCESS + 40_000, interrupted })).toBeUndefined();
    expect(asked).toBe(4);
  });

  it('says why there are no rates, and goes without a Taylor check then', async () => {
    // H̄ is indefinite here, so without a cubic term the model has no minimum.
    const found = (await measured(undefined, { lambdaInt: [0] }))!;
    expect(found.eta).toMatchObject([{ lambdaInt: 0, error: { kind: 'Unbounded' } }]);
    expect(found.taylor).toBeUndefined();
    const both = (await measured(undefined, { lambdaInt: [0, 1] }))!;
    expect(both.taylor!.lambdaInt).toBe(1);
  });
});

describe('H̄ and its inverse', () => {
  it('are consistent: their product is the identity, and a block-diagonal matrix has no share between layers', async () => {
    const groups = placeGroups(right(canonical(shapes)));
    const { Hbar } = (await measured())!;
    const { inverse, betweenLayers } = interactionOf(groups, Hbar);
    if (!('matrix' in inverse)) throw new Error(inverse.refusal);
    for (const [s, row] of inverse.matrix.entries()) {
      for (const t of row.keys()) {
        const products = row.map((entry, k) => entry * Hbar[k]![t]!);
        const size = products.reduce((sum, p) => sum + Math.abs(p), 0);
        const product = products.reduce((sum, p) => sum + p, 0);
        expect(Math.abs(product - (s === t ? 1 : 0)) / size).toBeLessThan(1e-9);
      }
    }
    expect(betweenLayers.Hbar).toBeGreaterThan(0);
    expect(betweenLayers.Hbar).toBeLessThan(1);
    const blockDiagonal = Hbar.map((row, s) => row.map((h, t) => (groups[s]!.depth === groups[t]!.depth ? h : 0)));
    const apart = interactionOf(groups, blockDiagonal);
    expect(apart.betweenLayers.Hbar).toBe(0);
    expect(apart.betweenLayers.inverse).toBeLessThan(1e-20);
    for (const { distance, Hbar: direct } of apart.reach) if (distance > 0) expect(direct).toBe(0);
  });
});

describe('placeGroups', () => {
  it('tells layers and biases', () => {
    const place = (partition: Parameters<typeof placeGroups>[0]) =>
      placeGroups(partition).map(({ name, kind, depth, size }) => [name, kind, depth, size]);
    expect(place(right(canonical(shapes)))).toEqual([
      ['0.weight', 'weight', 0, 42],
      ['0.bias', 'bias', 0, 7],
      ['1.weight', 'weight', 1, 35],
      ['1.bias', 'bias', 1, 5],
      ['2.weight', 'weight', 2, 15],
      ['2.bias', 'bias', 2, 3],
    ]);
    expect(place(right(weightsBiases(shapes)))).toEqual([
      ['weights', 'weight', 0, 92],
      ['biases', 'bias', 0, 15],
    ]);
    expect(place(right(blocks(2)(shapes))).map(([, kind, depth]) => [kind, depth])).toEqual([
      ['weight', 0],
      ['bias', 0],
      ['weight', 1],
      ['bias', 1],
    ]);
  });
});

describe('predictChange', () => {
  it('is the Taylor polynomial', () => {
    expect(predictChange({ first: -2, second: 3, third: 6 })(2)).toEqual({ first: -4, second: 2, third: 10 });
  });
});

describe('windowsOf', () => {
  it('averages η* over the moments of a stretch that have one, for each damping', () => {
    const moment = (epoch: number, eta: readonly object[]) => ({ epoch, eta }) as unknown as Moment;
    const solved = (lambdaInt: number, ...eta: readonly number[]) => ({ lambdaInt, eta });
    const refused = (lambdaInt: number) => ({ lambdaInt, error: {} });
    const moments = [
      moment(0, [solved(1, 1, 2), solved(10, 7, 7)]),
      moment(1, [solved(1, 3, 4), refused(10)]),
      moment(2, [refused(1), solved(10, 5, 6)]),
    ];
    expect(windowsOf(moments, [1, 10], 2, 1)).toEqual([
      { lambdaInt: 1, from: 0, to: 2, moments: 2, eta: [2, 3] },
      { lambdaInt: 10, from: 0, to: 2, moments: 2, eta: [6, 6.5] },
    ]);
    const halves = windowsOf(moments, [1, 10], 2, 2);
    expect(halves.map((half) => [half.lambdaInt, half.moments, half.eta])).toEqual([
      [1, 1, [1, 2]],
      [1, 1, [3, 4]],
      [10, 1, [7, 7]],
      [10, 1, [5, 6]],
    ]);
    expect(windowsOf(moments.slice(0, 1), [1, 10], 2, 2)).toEqual([halves[0], halves[2]]);
  });
});

describe('epochs', () => {
  const run = fc.record({ epochs: fc.integer({ min: 1, max: 300 }), count: fc.integer({ min: 1, max: 40 }) });

  it('every epoch of a run, and its end, is in exactly one stretch', () => {
    fc.assert(
      fc.property(run, ({ epochs, count }) => {
        const parts = stretches(epochs, count);
        const all = parts.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, k) => from + k));
        expect(all).toEqual(Array.from({ length: epochs + 1 }, (_, k) => k));
        const lengths = parts.map(({ from, to }) => to - from);
        expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(2);
      }),
    );
    expect(stretches(100, 5).map(({ from, to }) => [from, to])).toEqual([
      [0, 19],
      [20, 39],
      [40, 59],
      [60, 79],
      [80, 100],
    ]);
  });

  it('reads numbers, ranges and steps', () => {
    expect(parseEpochs(90)('0-3,10, 30-90/20')).toEqual(E.right(new Set([0, 1, 2, 3, 10, 30, 50, 70, 90])));
  });

  it.each([
    ['5-3', /"5-3" is no epoch/],
    ['1-9/0', /"1-9\/0" is no epoch/],
    ['x', /"x" is no epoch; give numbers and ranges such as/],
    ['', /"" is no epoch/],
    ['3,11', /epoch 11 is past the end; the run has 10 epochs/],
    ['0-1000000', /epoch 1000000 is past the end; the run has 10 epochs/],
    ['0-9007199254740991', /epoch 9007199254740991 is past the end/],
    [`0-${'9'.repeat(400)}`, /is no epoch/],
  ])('refuses "%s"', (text, message) => {
    const refused = parseEpochs(10)(text);
    expect(E.isLeft(refused) && refused.left).toMatch(message);
  });
});

/** The cells of a CSV text, as RFC 4180 defines it. */
const cellsOf = (text: string): readonly (readonly string[])[] =>
  text
    .split(/\r\n(?=(?:[^"]*"[^"]*")*[^"]*$)/)
    .slice(0, -1)
    .map((line) =>
      line
        .split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)
        .map((cell) => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell)),
    );

describe('csv', () => {
  it('reads back whatever the text', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.string(), { minLength: 2, maxLength: 2 }), { minLength: 1 }), (rows) => {
        expect(cellsOf(csv({ columns: ['a', 'b,"c"'], rows }))).toEqual([['a', 'b,"c"'], ...rows]);
      }),
    );
  });

  it('keeps every digit, and leaves what is not a number empty', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        const [, [cell]] = cellsOf(csv({ columns: ['v'], rows: [[value]] })) as [unknown, [string]];
        expect(Number.isFinite(value) ? Number(cell) : cell).toEqual(Number.isFinite(value) ? value + 0 : '');
      }),
    );
    expect(csv({ columns: ['v', 'w'], rows: [[null, undefined]] })).toBe('v,w\r\n,\r\n');
  });
});
