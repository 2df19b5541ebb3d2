import { momentum } from '@hograd/baselines';
import { type Graph, type Input, input, softmaxCrossEntropy } from '@hograd/graph-builder';
import { initialize, mlp } from '@hograd/model-zoo';
import { canonical } from '@hograd/partition';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  DEFAULT_RATES,
  DEFAULT_TRUST,
  joinSlices,
  NOISE_AWARE_RATES,
  newtonSummaryGraphs,
  type RateControlOptions,
  rateControl,
} from '../src/index.js';
import { readSummary, right, type Values, valuesOf, wave } from './perceptron.js';
import { openGraph } from './runtime.js';

const SIZES = [8, 10, 10, 10, 10, 4];
const EXAMPLES = 400;
const BATCH = 40;
const SLICES = 4;
const STEPS = 100;

/** Four overlapping clusters. */
const center = (c: number, j: number): number => 1.2 * wave(31 + c, j);
const labels = Float64Array.from({ length: EXAMPLES }, (_, n) => n % 4);
const points = Float64Array.from({ length: EXAMPLES * SIZES[0]! }, (_, i) => {
  const [n, j] = [Math.floor(i / SIZES[0]!), i % SIZES[0]!];
  return center(labels[n]!, j) + 1.5 * (wave(n + 101, 2 * j) + wave(n + 101, 2 * j + 1));
});

const take = (indices: readonly number[]): Values => ({
  x: {
    shape: [indices.length, SIZES[0]!],
    data: Float64Array.from(indices.flatMap((n) => [...points.slice(n * SIZES[0]!, (n + 1) * SIZES[0]!)])),
  },
  y: { shape: [indices.length], data: Float64Array.from(indices, (n) => labels[n]!) },
});

/** Batch t of stream s: with replacement, and independent of the other stream's. */
const draw = (stream: number, t: number, length: number): readonly number[] =>
  Array.from({ length }, (_, i) => Math.floor(((wave(stream + 997 * t, i) + 1) / 2) * EXAMPLES));

const model = mlp({ sizes: SIZES, activation: 'elu' });
const parameters = model.parameters.map(({ name, shape }) => input(name, shape, 'float64') as Input);
const logits = model.forward(
  Object.fromEntries(parameters.map((p) => [p.attributes.name, p])),
  input('x', ['N', SIZES[0]!], 'float64'),
);
const partition = right(canonical(model.parameters.map(({ name, shape }) => ({ name, shape }))));
const graphs = newtonSummaryGraphs({
  loss: softmaxCrossEntropy(logits, input('y', ['N'], 'int64')),
  parameters,
  partition,
  direction: momentum({ beta: 0.9, dampening: 0.9 }),
});

describe('training on small batches, with a summary at every step', () => {
  let open: Record<keyof typeof graphs, (values: Values) => Promise<Values>>;
  beforeAll(async () => {
    const entries = Object.entries(graphs) as [keyof typeof graphs, Graph][];
    open = Object.fromEntries(
      await Promise.all(entries.map(async ([name, graph]) => [name, await openGraph(graph)] as const)),
    ) as typeof open;
  });

  interface Outcome {
    /** On all examples. */
    readonly start: number;
    readonly end: number;
    readonly retries: number;
  }

  const train = async (options: RateControlOptions): Promise<Outcome> => {
    const control = rateControl(options);
    let carried = valuesOf(new Map([...graphs.step.initializers, ...initialize(model, { seed: 2, dtype: 'float64' })]));
    const whole = take([...labels.keys()]);
    const lossOn = async (values: Values, batch: Values): Promise<number> =>
      (await open.loss({ ...values, ...batch })).loss!.data[0]!;
    const start = await lossOn(carried, whole);
    let state = control.initial;
    let retries = 0;
    for (let t = 0; t < STEPS; t++) {
      const along = await open.direction({ ...carried, ...take(draw(1, t, BATCH)) });
      const independent = draw(2, t, BATCH);
      const length = BATCH / SLICES;
      const slices = [];
      for (let i = 0; i < SLICES; i++) {
        const slice = take(independent.slice(i * length, (i + 1) * length));
        slices.push(readSummary(await open.summary({ ...carried, ...along, ...slice }), length));
      }
      let now: { readonly state: typeof state; readonly rates: readonly number[] } = control.summarized(
        state,
        joinSlices(slices),
      );
      for (;;) {
        const rates = { shape: [partition.groups.length], data: Float64Array.from(now.rates) };
        const next: Values = { ...along, ...(await open.apply({ ...carried, ...along, rates })) };
        const moved = Object.fromEntries(Object.keys(carried).map((name) => [name, next[`next.${name}`]!]));
        const judged = control.judged(now.state, await lossOn(moved, take(independent)));
        now = judged;
        if (judged.outcome === 'accepted') carried = moved;
        if (judged.outcome !== 'again') break;
        retries += 1;
      }
      state = now.state;
    }
    return { start, end: await lossOn(carried, whole), retries };
  };

  it('goes as well without a search for λ1 as with the best of one', async () => {
    const grid: Outcome[] = [];
    for (const lambda1 of [1, 0.3, 0.1, 0.03]) grid.push(await train({ rates: { ...DEFAULT_RATES, lambda1 } }));
    const aware = await train({ rates: NOISE_AWARE_RATES, trust: DEFAULT_TRUST });
    // A run that ends at NaN is no better either.
    expect(grid[0]!.end < aware.end).toBe(false);
    expect(aware.end).toBeLessThan(1.1 * Math.min(...grid.map(({ end }) => end).filter(Number.isFinite)));
  });
});
