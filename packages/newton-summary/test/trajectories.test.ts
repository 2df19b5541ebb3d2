import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { adam, type Direction, momentum } from '@hograd/baselines';
import {
  add,
  type Expr,
  evaluate,
  type Graph,
  type Input,
  input,
  logSoftmax,
  matmul,
  negativeLogLikelihood,
  tanh,
  transpose,
  type Value,
} from '@hograd/graph-builder';
import { custom } from '@hograd/partition';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { DEFAULT_RATES, newtonSummaryGraphs, type RatesOptions, type RatesState, updateRates } from '../src/index.js';
import { valuesOf } from './perceptron.js';

const load = (name: string) =>
  JSON.parse(
    readFileSync(
      fileURLToPath(new URL(`../../../test-fixtures/golden/trajectory-newton-${name}.json`, import.meta.url)),
      'utf8',
    ),
  );

interface Stored {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
type Values = Readonly<Record<string, Value>>;

const value = ({ shape, data }: Stored): Value => ({ shape, data: Float64Array.from(data) });

/** Runs a graph in the reference interpreter (float64). */
const run = ({ outputs }: Graph, values: Values): Values => {
  const results = evaluate(
    outputs.map((o) => o.value),
    values,
  );
  return Object.fromEntries(outputs.map(({ name }, i) => [name, results[i]!]));
};

const directionOf = ({
  updater,
}: {
  updater: { name: string; momentum: number; dampening: number; betas: number[]; eps: number };
}): Direction =>
  updater.name === 'Adam'
    ? adam({ beta1: updater.betas[0]!, beta2: updater.betas[1]!, eps: updater.eps })
    : momentum({ beta: updater.momentum, dampening: updater.dampening });

const optionsOf = (o: {
  damping: number;
  damping_int: number;
  mom_lrs: number;
  movavg: number;
  mom_order3_: number;
  maintain_true_lrs: boolean;
  remove_negative: boolean;
  diagonal: boolean;
}): RatesOptions => ({
  ...DEFAULT_RATES,
  lambda1: o.damping,
  lambdaInt: o.damping_int,
  etaDecay: o.mom_lrs,
  summaryAverage: o.movavg > 0 ? { kind: 'exponential', decay: o.movavg } : { kind: 'none' },
  dDecay: o.mom_order3_,
  clipNegative: o.remove_negative ? (o.maintain_true_lrs ? 'when-applied' : 'before-average') : 'never',
  diagonal: o.diagonal,
});

const relativeError = (actual: ArrayLike<number>, expected: readonly number[]): number =>
  Math.max(...expected.map((e, i) => Math.abs(actual[i]! - e))) / Math.max(...expected.map(Math.abs));

describe.each(['period1', 'period1-mom-true', 'period5-mom', 'movavg', 'adam-direction'])(
  'the author’s trajectory %s',
  (name) => {
    const golden = load(name);
    it('is followed step by step: loss, parameters, rates', () => {
      const names: string[] = golden.params.map((_: Stored, i: number) => `p${i}`);
      const parameters = golden.params.map((p: Stored, i: number) => input(names[i]!, p.shape, 'float64')) as Input[];
      let h: Expr = input('x', ['N', golden.x.shape[1]], 'float64');
      for (const layer of golden.model.layers) {
        if (layer.kind === 'linear') h = add(matmul(h, transpose(parameters[layer.weight]!)), parameters[layer.bias]!);
        else h = layer.kind === 'activation' ? tanh(h) : logSoftmax(h, 1);
      }
      const loss = negativeLogLikelihood(h, input('y', ['N'], 'int64'));
      const partition = custom(
        golden.partition.map((group: number[], s: number) => ({
          name: `${s}`,
          parameters: group.map((i) => names[i]!),
        })),
      )(parameters.map((p) => ({ name: p.attributes.name, shape: p.shape as readonly number[] })));
      if (E.isLeft(partition)) throw new Error(partition.left.message);
      const graphs = newtonSummaryGraphs({
        loss,
        parameters,
        partition: partition.right,
        direction: directionOf(golden.optimizer),
      });
      const update = updateRates(optionsOf(golden.optimizer));

      let carried: Record<string, Value> = {
        ...Object.fromEntries(names.map((n, i) => [n, value(golden.params[i])])),
        ...valuesOf(graphs.step.initializers),
      };
      let state: RatesState = {};
      let rates: readonly number[] = [];
      const batch = { x: value(golden.x), y: value(golden.y) };
      const independent = { x: value(golden.x_newt), y: value(golden.y_newt) };
      const size = golden.partition.length;

      golden.steps.forEach(
        (expected: { loss: number; lrs: number[]; params: number[][]; summary_updated: boolean }, t: number) => {
          const due = t % golden.optimizer.period_hg === 0;
          expect(due).toBe(expected.summary_updated);
          let next: Values;
          if (due) {
            const along = run(graphs.direction, { ...carried, ...batch });
            const measured = run(graphs.summary, { ...carried, ...along, ...independent });
            const Hbar = Array.from({ length: size }, (_, s) => [
              ...measured.Hbar!.data.slice(s * size, (s + 1) * size),
            ]);
            const updated = update(state, { gbar: [...measured.gbar!.data], Hbar, D3: [...measured.D3!.data] });
            state = updated.state;
            rates = updated.rates;
            next = {
              ...along,
              ...run(graphs.apply, { ...carried, ...along, rates: { shape: [size], data: Float64Array.from(rates) } }),
            };
          } else {
            next = run(graphs.step, { ...carried, ...batch, rates: { shape: [size], data: Float64Array.from(rates) } });
          }
          expect(relativeError(next.loss!.data, [expected.loss])).toBeLessThan(1e-7);
          expect(relativeError(rates, expected.lrs)).toBeLessThan(1e-6);
          carried = Object.fromEntries(Object.keys(carried).map((n) => [n, next[`next.${n}`]!]));
          names.forEach((n, i) => {
            expect(relativeError(carried[n]!.data, expected.params[i]!)).toBeLessThan(1e-7);
          });
        },
      );
    });
  },
);

describe('a refusal of the solver', () => {
  const options: RatesOptions = { ...DEFAULT_RATES, lambda1: 1, clipNegative: 'never' };
  const good = {
    gbar: [1, 2],
    Hbar: [
      [2, 0],
      [0, 4],
    ],
    D3: [0.1, 0.1],
  };
  const unbounded = {
    gbar: [1, 2],
    Hbar: [
      [-1, 0],
      [0, 4],
    ],
    D3: [0, 0.1],
  };

  it('keeps the last valid rates and is reported; zeros never enter the average', () => {
    const first = updateRates(options)({}, good);
    const second = updateRates(options)(first.state, unbounded);
    expect(E.isLeft(second.solved) && second.solved.left._tag).toBe('Unbounded');
    expect(second.rates).toEqual(first.rates);
    const third = updateRates(options)(second.state, good);
    third.rates.forEach((rate, s) => {
      expect(rate).toBeCloseTo(first.rates[s]!, 14);
    });
  });

  it('before any answer moves nothing', () => {
    expect(updateRates(options)({}, unbounded).rates).toEqual([0, 0]);
  });
});
