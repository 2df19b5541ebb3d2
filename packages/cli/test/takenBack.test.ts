/** Steps that are taken back, since the loss has risen. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeNpz, normal, takeBatch } from '@hograd/data';
import { add, encode, input, makeGraph, matmul, tensor } from '@hograd/graph-builder';
import { describe, expect, it } from 'vitest';
import { hograd, linesWritten, metricsLines } from './capture.js';
import { digest, openSynthetic } from './runs.js';
import { scratch } from './scratch.js';

const { folder } = scratch();

/** Two classes told apart by the first of two numbers; some of 300 examples are far off and labelled wrong. */
const outliers = (name: string) => {
  const x = normal([1, name], 600);
  const y = Array.from({ length: 300 }, (_, i) => Number(x[2 * i]! > 0));
  for (const i of [77, 161]) x[2 * i] = y[i] ? -200 : 200;
  return { x: tensor(x, [300, 2], 'float32'), y: tensor(y, [300], 'int64') };
};

const [learned, unseen] = [outliers('train'), outliers('test')];
const data = join(folder, 'data.npz');
writeFileSync(data, encodeNpz()({ x_train: learned.x, y_train: learned.y, x_test: unseen.x, y_test: unseen.y }));

const model = join(folder, 'linear.onnx');
const logits = add(matmul(input('x', ['N', 2]), input('w', [2, 2])), input('b', [2]));
const values = new Map([
  ['w', tensor([0.1, -0.2, 0.3, 0.1], [2, 2], 'float32')],
  ['b', tensor([0, 0], [2], 'float32')],
]);
writeFileSync(model, encode(makeGraph([{ name: 'logits', value: logits }], [], values), { keepInitializers: true }));

const OPTIMIZER = 'newton-summary-safe';
const train = (...args: string[]) =>
  hograd(
    ...['train', '--model', model, '--data', data, '--batch', '20', '--optimizer', OPTIMIZER, '--epochs', '6'],
    ...['--checkpoint-every', '3', ...args],
  );

const metrics = (out: string): string => readFileSync(join(folder, out, OPTIMIZER, 'metrics.jsonl'), 'utf8');

describe('steps since the last judged one are taken back where the loss rises', { timeout: 120_000 }, () => {
  it('in a run, which goes on from there, and the same when it is resumed', async () => {
    const { status, out } = await train('--out', join(folder, 'whole'));
    expect(status).toBe(0);
    const lines = metricsLines(join(folder, 'whole', OPTIMIZER));
    const back = lines.filter((line) => line.back);
    expect(back.length).toBeGreaterThan(1);
    expect(out).toContain(`\n${OPTIMIZER} took steps back ${back.length} times, since the loss had risen`);
    for (const { step, back: from, rates } of back) {
      // From the step after the judged one on.
      const judged = lines.findLast((line) => line.step < step && line.rates);
      expect(from.steps).toBe(step - judged.step - 1);
      expect(from.loss).toBeGreaterThan(0);
      expect(rates).toHaveLength(2);
    }
    // The epoch's mean is of the losses that were seen.
    const [epoch] = lines.filter((line) => line.epoch);
    const seen = lines.slice(0, lines.indexOf(epoch)).map((line) => line.back?.loss ?? line.loss);
    expect(epoch.trainLoss).toBeCloseTo(seen.reduce((a, b) => a + b) / seen.length, 10);

    const last = back.at(-1);
    const parts = join(folder, 'parts');
    const begun = train('--out', parts);
    await linesWritten(join(parts, OPTIMIZER, 'metrics.jsonl'), last.step - 1);
    process.emit('SIGINT');
    expect((await begun).status).toBe(130);
    expect((await train('--resume', parts)).status).toBe(0);
    expect(metrics('parts')).toBe(metrics('whole'));
  });

  it('by a summary at the parameters, and with the direction, that the judged step left', async () => {
    const { trainer, train: examples, release } = await openSynthetic(OPTIMIZER);
    const batch = (start: number) =>
      takeBatch(
        examples,
        Uint32Array.from({ length: 100 }, (_, i) => start + i),
      );
    const independent = () => batch(1000);
    let { state } = await trainer.step(trainer.initial, batch(0), independent);
    ({ state } = await trainer.step(state, batch(50), independent));
    const judged = digest(state.carried);
    // Neither step 4 nor step 5 has a summary.
    state = { ...state, step: 4 };
    for (const start of [100, 200]) ({ state } = await trainer.step(state, batch(start), independent));
    expect(state.anchor!.step).toBe(2);
    expect(digest(state.anchor!.carried)).toBe(judged);

    // Labels that are all wrong raise the loss.
    const { x, y } = batch(300);
    const wrong = {
      x: x!,
      y: tensor(
        Array.from(y!.data as never, (label) => (Number(label) + 1) % 10),
        [100],
        y!.dtype,
      ),
    };
    for (let i = 0; i < 20; i++) ({ state } = await trainer.step({ ...state, step: 4 }, batch(100 * i), independent));
    const before = digest(state.anchor!.carried);
    const { state: back, measured } = await trainer.step(state, wrong, independent, state.anchor!.carried);
    expect(digest(state.anchor!.carried)).toBe(before);
    expect(measured!.back!.steps).toBe(state.step - 2);

    const { anchor, ...rest } = state;
    const cautious = { ...state.control!, trust: { scale: state.control!.trust.scale / 2 }, cautious: true as const };
    const due = { ...rest, step: 0, carried: anchor!.carried, control: cautious };
    const { state: wanted } = await trainer.step(due, wrong, independent);
    expect(digest(back.carried)).toBe(digest(wanted.carried));
    expect(back.rates).toEqual(wanted.rates);
    expect(back.anchor!.carried).toBe(back.carried);
    await release();
  });
});
