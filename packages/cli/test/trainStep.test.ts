import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeNpz } from '@hograd/data';
import { decode, evaluate, type Graph, type Value } from '@hograd/graph-builder';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { STEP_NAMES } from '../src/commands/trainStepGraph.js';
import { hograd } from './capture.js';
import { scratch } from './scratch.js';

const { folder } = scratch();

const golden = (file: string): string =>
  fileURLToPath(new URL(`../../../test-fixtures/golden/mlp-tanh/${file}`, import.meta.url));

const read = <A>(result: E.Either<{ readonly message: string }, A>): A => {
  if (E.isLeft(result)) throw new Error(result.left.message);
  return result.right;
};

const asValue = ({
  shape,
  data,
}: {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number | bigint>;
}) => ({
  shape,
  data: Float64Array.from(data as ArrayLike<number>, Number),
});

const batch = Object.fromEntries(
  Object.entries(read(decodeNpz('inputs.npz')(readFileSync(golden('inputs.npz'))))).map(([k, v]) => [k, asValue(v)]),
);
const parameters: Record<string, Value> = Object.fromEntries(
  [...read(decode(readFileSync(golden('model.onnx')))).initializers].map(([name, value]) => [name, asValue(value)]),
);

const written = async (...args: readonly string[]): Promise<Graph> => {
  const out = join(folder, `${args.join('')}.onnx`);
  const { status, err } = await hograd('differentiate', golden('model.onnx'), '--out', out, ...args);
  expect({ status, err }).toEqual({ status: 0, err: '' });
  return read(decode(readFileSync(out)));
};

/** A graph's outputs by name. */
const run = ({ outputs }: Graph, values: Readonly<Record<string, Value>>): Record<string, Value> => {
  const results = evaluate(
    outputs.map((o) => o.value),
    values,
  );
  return Object.fromEntries(outputs.map(({ name }, i) => [name, results[i]!]));
};

const RATE = 0.1;

/** What a step starts from: parameters, zeros for the state, step 0. */
const start = ({ inputs }: Graph): Record<string, Value> => ({
  ...parameters,
  ...batch,
  ...Object.fromEntries(
    inputs
      .filter(({ attributes: { name } }) => name.startsWith('state.') || name === 'step')
      .map(({ attributes: { name }, shape }) => {
        const lengths = shape.map(Number);
        return [name, { shape: lengths, data: new Float64Array(lengths.reduce((a, b) => a * b, 1)) }];
      }),
  ),
  rate: { shape: [], data: Float64Array.of(RATE) },
});

/** The inputs of the following step: each `next.NAME` as NAME. */
const following = (before: Record<string, Value>, after: Record<string, Value>): Record<string, Value> => ({
  ...before,
  ...Object.fromEntries(
    Object.entries(after).flatMap(([name, value]) => (name.startsWith('next.') ? [[name.slice(5), value]] : [])),
  ),
});

describe('hograd differentiate --train-step', () => {
  it('sgd: θ − rate·gradient, the gradient being that of --order 1', async () => {
    const gradient = run(await written('--order', '1'), { ...parameters, ...batch });
    const step = await written('--train-step', 'sgd');
    const next = run(step, start(step));
    expect(next.loss!.data[0]).toBeCloseTo(gradient.loss!.data[0]!, 12);
    const names = Object.keys(gradient).filter((name) => name.startsWith('grad.'));
    expect(names.length).toBeGreaterThan(0);
    for (const name of names.map((n) => n.slice(5))) {
      next[`next.${name}`]!.data.forEach((value, i) => {
        const expected = parameters[name]!.data[i]! - RATE * gradient[`grad.${name}`]!.data[i]!;
        expect(Math.abs(value - expected)).toBeLessThan(1e-12);
      });
    }
  });

  it.each(STEP_NAMES)('%s: a step’s outputs are the inputs of the following one, which is another', async (name) => {
    const step = await written('--train-step', name);
    const first = start(step);
    const once = run(step, first);
    const second = following(first, once);
    expect(Object.keys(second).sort()).toEqual(Object.keys(first).sort());
    expect(second.step!.data[0]).toBe(1);
    const twice = run(step, second);
    expect(twice.loss!.data[0]).not.toBe(once.loss!.data[0]);
    expect(Object.values(twice).every(({ data }) => data.every(Number.isFinite))).toBe(true);
  });

  it('takes the options of its optimizer: AdamW’s decay is rate·weightDecay·θ, whatever the moments', async () => {
    const next = async (...options: readonly string[]) => {
      const step = await written('--train-step', 'adamw', ...options.flatMap((o) => ['--step-option', o]));
      return run(step, start(step));
    };
    const [without, decayed] = [await next('weightDecay=0'), await next('weightDecay=0.25', 'beta1=0.5')];
    for (const [name, { data }] of Object.entries(parameters)) {
      data.forEach((theta, i) => {
        const difference = without[`next.${name}`]!.data[i]! - decayed[`next.${name}`]!.data[i]!;
        expect(Math.abs(difference - RATE * 0.25 * theta)).toBeLessThan(1e-12);
      });
    }
    const moment = Object.keys(without).find((name) => name.startsWith('next.state.') && /first/i.test(name))!;
    expect(Array.from(decayed[moment]!.data)).not.toEqual(Array.from(without[moment]!.data));
  });

  it.each([
    [['--step-option', 'beta1=0.5'], /--step-option is of the optimizer of --train-step; add that/],
    [['--train-step', 'adam', '--step-option', 'beta1'], /argument 'beta1' is invalid\. it must be NAME=VALUE/],
    [['--train-step', 'adam', '--step-option', 'eps=1', '--step-option', 'eps=2'], /eps is given twice/],
    [['--train-step', 'adam', '--step-option', 'beta=0.5'], /beta is no option of adam; its options are beta1, beta2/],
    [['--train-step', 'sgd', '--step-option', 'beta=0.5'], /beta is no option of sgd; it has none/],
    [['--train-step', 'shampoo', '--step-option', 'decay=0'], /decay is 0; it must be a number above 0, 1 or less/],
    [['--train-step', 'kfca'], /kfca.*Allowed choices are sgd, momentum/],
    [['--train-step', 'sgd', '--hvp'], /--train-step writes a file of its own/],
    [['--train-step', 'sgd', '--keep-initializers'], /leave out --keep-initializers/],
  ])('refuses %j with status 2', async (args, message) => {
    const { status, err } = await hograd('differentiate', golden('model.onnx'), '--out', join(folder, 'x'), ...args);
    expect(err).toMatch(message);
    expect(status).toBe(2);
  });
});
