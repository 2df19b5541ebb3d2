/** Training a file of several inputs, each fed from the arrays of its name. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  cast,
  castGraph,
  constant,
  type DType,
  evaluate,
  grad,
  makeGraph,
  outputNamed,
  sliceAxis,
  type Tensor,
  tensor,
} from '@hograd/graph-builder';
import { describe, expect, it } from 'vitest';
import { openProbe } from '../src/analysis/probe.js';
import { PROCESS } from '../src/memoryPlan.js';
import { fitRun, openModel, openParts } from '../src/training/openRun.js';
import { hograd, metricsLines } from './capture.js';
import { scratch } from './scratch.js';
import {
  archiveOf,
  fileOf,
  inputNamed,
  LENGTH,
  labelsOf,
  logits,
  logitsOf,
  lossByLabels,
  maskOf,
  type Part,
  trainedIn as parametersIn,
  SIZES,
  tokensOf,
  VALUES,
} from './texts.js';

const { folder, write } = scratch();

const mask = inputNamed('attention_mask');
const masked = write('masked.onnx', fileOf({ logits }));
const withLoss = write('loss.onnx', fileOf({ loss: lossByLabels }));

/** The archive of texts with masks, and labels under a name. */
const texts = (name: string, kind: 'ones' | 'padded', { labels: y = 'y', dtype = 'int64' as DType } = {}): string =>
  write(name, archiveOf({ input_ids: tokensOf, attention_mask: (part) => maskOf(part, kind, dtype), [y]: labelsOf }));

const padded = texts('padded.npz', 'padded');

const train = (out: string, model: string, data: string, ...args: string[]) =>
  hograd(
    ...['train', '--model', model, '--data', data, '--batch', '8', '--seed', '3', '--out', join(folder, out)],
    ...(args.includes('--epochs') ? [] : ['--epochs', '2']),
    ...args,
  );

/** A run that is to succeed. */
const trained = async (...args: Parameters<typeof train>): Promise<void> => {
  const { status, err } = await train(...args);
  if (status !== 0) throw new Error(err);
};

const metrics = (out: string, optimizer: string): string =>
  readFileSync(join(folder, out, optimizer, 'metrics.jsonl'), 'utf8');

const trainedIn = (out: string, optimizer: string): ReadonlyMap<string, Tensor> =>
  parametersIn(join(folder, out, optimizer));

const OPTIMIZERS = ['momentum', 'adam', 'kfac', 'newton-summary', 'newton-summary-safe'];

describe('hograd train on several inputs', { timeout: 120_000 }, () => {
  it('takes the steps of the model that finds both in one input, to the bit, with every kind of optimizer', async () => {
    const both = inputNamed('both', 'int64', 2 * LENGTH);
    const [first, second] = [0, LENGTH].map((start) => sliceAxis(both, 1, start, LENGTH));
    const together = write('together.onnx', fileOf({ logits: logitsOf(second!, first) }));
    const rows = (part: Part): Tensor => {
      const [ids, own] = [tokensOf(part), maskOf(part, 'padded')].map(({ data }) => Array.from(data, Number));
      const texts = Array.from({ length: SIZES[part] }, (_, i) => [i * LENGTH, (i + 1) * LENGTH] as const);
      const row = texts.flatMap(([from, to]) => [...ids!.slice(from, to), ...own!.slice(from, to)]);
      return tensor(row, [SIZES[part], 2 * LENGTH], 'int64');
    };
    const fixed = (name: string) => inputNamed(name, 'int64', LENGTH);
    const apart = write('apart.onnx', fileOf({ logits: logitsOf(fixed('attention_mask'), fixed('input_ids')) }));
    const args = ['--optimizer', OPTIMIZERS.join()];
    await trained('together', together, write('both.npz', archiveOf({ x: rows, y: labelsOf })), ...args);
    await trained('apart', apart, padded, ...args);
    for (const optimizer of OPTIMIZERS) {
      expect(metrics('apart', optimizer)).toBe(metrics('together', optimizer));
      expect(trainedIn('apart', optimizer)).toEqual(trainedIn('together', optimizer));
    }
  });

  it('with masks of ones takes the steps of the model that has such a mask inside, to the bit', async () => {
    const ones = constant(tensor(new Array(LENGTH).fill(1), [1, LENGTH], 'int64'));
    const tokens = inputNamed('tokens', 'int64', LENGTH);
    const inside = write('inside.onnx', fileOf({ logits: logitsOf(ones, tokens) }));
    const alone = write('alone.npz', archiveOf({ x: tokensOf, y: labelsOf }));
    // A constant mask makes another graph of second derivatives, which rounds otherwise.
    const optimizers = ['sgd', 'momentum', 'adam', 'kfac'];
    await trained('inside', inside, alone, '--optimizer', optimizers.join());
    await trained('outside', masked, texts('ones.npz', 'ones'), '--optimizer', optimizers.join());
    for (const optimizer of optimizers) {
      expect(metrics('outside', optimizer)).toBe(metrics('inside', optimizer));
      expect(trainedIn('outside', optimizer)).toEqual(trainedIn('inside', optimizer));
    }
  });

  it('takes the step along the gradient of the mean loss over the texts with their own masks', async () => {
    const size = SIZES.train;
    const args = ['--optimizer', 'sgd', '--lr', '0.5', '--epochs', '1', '--batch', String(size)];
    await trained('step', masked, padded, ...args);
    const graph = castGraph('float64')(makeGraph([{ name: 'loss', value: lossByLabels }], []));
    const loss = outputNamed('loss')(graph)!;
    const names = [...VALUES.keys()];
    const parameters = names.map((name) => graph.inputs.find((i) => i.attributes.name === name)!);
    const asValue = ({ shape, data }: Tensor) => ({ shape, data: Float64Array.from(data as Float32Array, Number) });
    const at = (part: Part, values: ReadonlyMap<string, Tensor>) => ({
      input_ids: asValue(tokensOf(part)),
      attention_mask: asValue(maskOf(part, 'padded')),
      labels: asValue(labelsOf(part)),
      ...Object.fromEntries([...values].map(([name, value]) => [name, asValue(value)])),
    });
    const gradient = evaluate(grad(loss, parameters), at('train', VALUES));
    const after = trainedIn('step', 'sgd');
    names.forEach((name, p) => {
      const before = VALUES.get(name)!.data as Float32Array;
      (after.get(name)!.data as Float32Array).forEach((value, i) => {
        expect(Math.abs(value - (before[i]! - 0.5 * gradient[p]!.data[i]!))).toBeLessThan(1e-6);
      });
    });
    const lossAt = (part: Part, values: ReadonlyMap<string, Tensor>) => evaluate([loss], at(part, values))[0]!.data[0]!;
    const [step, epoch] = metricsLines(join(folder, 'step', 'sgd'));
    expect(Math.abs(step.loss - lossAt('train', VALUES))).toBeLessThan(1e-6);
    expect(Math.abs(epoch.testLoss - lossAt('test', after))).toBeLessThan(1e-6);
    // Padding counts: without the masks the loss is another one.
    await trained('unmasked', masked, texts('unmasked.npz', 'ones'), ...args);
    expect(Math.abs(metricsLines(join(folder, 'unmasked', 'sgd'))[0].loss - step.loss)).toBeGreaterThan(1e-3);
  });

  it('sees the same curvature over slices of the texts as over all at once', async () => {
    const options = { model: masked, data: padded, batch: 8, seed: 1, partition: 'canonical', device: 'cpu' } as const;
    const run = await fitRun(await openModel(options), await openParts(padded, 1), options);
    const measured = async (memoryLimit: number) => {
      const probe = await openProbe(run.problem, run.train, {
        ...{ device: 'cpu', dtype: 'float64', memoryLimit, interrupted: () => false, lambdaInt: [1], stepSizes: [0.1] },
      } as const);
      return probe.measure(Object.fromEntries(run.problem.values)).finally(probe.release);
    };
    const [whole, sliced] = [(await measured(2 ** 30))!, (await measured(PROCESS + 60_000))!];
    expect(sliced.gbar).not.toEqual(whole.gbar);
    whole.Hbar.forEach((row, s) => {
      expect(sliced.gbar[s]! / whole.gbar[s]!).toBeCloseTo(1, 10);
      expect(sliced.D3[s]! / whole.D3[s]!).toBeCloseTo(1, 8);
      row.forEach((value, t) => {
        const scale = Math.sqrt(Math.abs(whole.Hbar[s]![s]! * whole.Hbar[t]![t]!));
        expect(Math.abs(sliced.Hbar[s]![t]! - value) / scale).toBeLessThan(1e-10);
      });
    });
  });

  it('is looked at by hograd analyze on the way that it takes', async () => {
    const args = ['--model', masked, '--data', padded, '--optimizer', 'adam', '--batch', '8', '--epochs', '2'];
    const found = await hograd('analyze', ...args, '--seed', '3', '--json', '--out', join(folder, 'looked'));
    expect([found.status, JSON.parse(found.out).moments.length]).toEqual([0, 3]);
    await trained('same', masked, padded, '--optimizer', 'adam');
    expect(metrics('looked', 'adam')).toBe(metrics('same', 'adam'));
  });

  it.each<DType>(['int32', 'int64', 'bool', 'float32', 'uint8'])('feeds masks of %s', async (dtype) => {
    const model = write(`${dtype}.onnx`, fileOf({ logits: logitsOf(inputNamed('attention_mask', dtype)) }));
    const data = texts(`${dtype}.npz`, 'padded', { dtype });
    await trained(dtype, model, data, '--optimizer', 'newton-summary-safe');
    await trained('wanted', masked, padded, '--optimizer', 'newton-summary-safe');
    expect(metrics(dtype, 'newton-summary-safe')).toBe(metrics('wanted', 'newton-summary-safe'));
  });

  it('takes whole numbers of another type, and x among inputs where one is called that', async () => {
    const model = write('named-x.onnx', fileOf({ logits: logitsOf(mask, inputNamed('x')) }));
    const data = write(
      'named-x.npz',
      archiveOf({ x: tokensOf, attention_mask: (part) => maskOf(part, 'padded', 'uint8'), y: labelsOf }),
    );
    await trained('named-x', model, data, '--optimizer', 'adam');
    await trained('wanted', masked, padded, '--optimizer', 'adam');
    expect(metrics('named-x', 'adam')).toBe(metrics('wanted', 'adam'));
  });

  it('passes over the arrays of an input that the loss does not read', async () => {
    const kinds = inputNamed('token_type_ids');
    const model = write('idle.onnx', fileOf({ logits, kinds: cast(kinds, 'float32') }));
    const arrays = { input_ids: tokensOf, attention_mask: (part: Part) => maskOf(part, 'padded', 'bool'), y: labelsOf };
    const data = write('idle.npz', archiveOf({ ...arrays, token_type_ids: tokensOf }));
    const args = ['--optimizer', 'adam', '--softmax-cross-entropy', 'logits'];
    await trained('idle', model, data, ...args);
    await trained('wanted', masked, padded, '--optimizer', 'adam');
    expect(metrics('idle', 'adam')).toBe(metrics('wanted', 'adam'));
  });

  it('resumes to the very bytes, but not where only a mask has changed', async () => {
    const data = texts('resumed.npz', 'padded');
    const args = ['--optimizer', 'newton-summary-safe'];
    await trained('unbroken', masked, data, ...args, '--epochs', '3');
    await trained('resumed', masked, data, ...args, '--epochs', '1');
    const resume = () =>
      hograd(
        ...['train', '--model', masked, '--data', data, '--batch', '8', '--seed', '3', '--epochs', '3', ...args],
        ...['--resume', join(folder, 'resumed')],
      );
    expect((await resume()).status).toBe(0);
    expect(metrics('resumed', 'newton-summary-safe')).toBe(metrics('unbroken', 'newton-summary-safe'));
    expect(trainedIn('resumed', 'newton-summary-safe')).toEqual(trainedIn('unbroken', 'newton-summary-safe'));
    texts('resumed.npz', 'ones');
    const { status, err } = await resume();
    expect([status, err]).toEqual([2, expect.stringMatching(/resumed\.npz has changed since .* was started from it/)]);
  });

  it('takes the labels of a loss in the file from y, or from the arrays of their own name', async () => {
    const named = texts('named.npz', 'padded', { labels: 'labels' });
    const runs = [
      ['from-y', withLoss, padded],
      ['own-name', withLoss, named],
      ['attached', masked, named, '--softmax-cross-entropy', 'logits', '--labels', 'labels'],
      ['wanted', masked, padded],
    ] as const;
    for (const [out, model, data, ...args] of runs.toReversed()) {
      await trained(out, model, data, '--optimizer', 'adam', ...args);
      expect(metrics(out, 'adam')).toBe(metrics('wanted', 'adam'));
    }
  });
});
