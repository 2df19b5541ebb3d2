/** What is said of a run that diverged: whether its steps were too long, or its gradient was none. */

import { join } from 'node:path';
import { encodeNpz, normal } from '@hograd/data';
import {
  abs,
  add,
  type Expr,
  encode,
  input,
  log,
  makeGraph,
  matmul,
  mean,
  relu,
  sqrt,
  square,
  sub,
  tensor,
} from '@hograd/graph-builder';
import { describe, expect, it } from 'vitest';
import { hograd } from './capture.js';
import { scratch } from './scratch.js';

const { folder, write } = scratch();

const part = (name: string) => ({
  [`x_${name}`]: tensor(normal([1, name], 80), [40, 2], 'float32'),
  [`y_${name}`]: tensor(normal([2, name], 40), [40, 1], 'float32'),
});
const data = write('data.npz', encodeNpz()({ ...part('train'), ...part('test') }));

const w = input('w', [2, 1]);
const score = matmul(input('x', ['N', 2]), w);
const file = (name: string, output: Expr, start: readonly number[]): string => {
  const loss = mean(square(sub(output, input('y', ['N', 1]))));
  const own = new Map([['w', tensor(start, [2, 1], 'float32')]]);
  return write(`${name}.onnx`, encode(makeGraph([{ name: 'loss', value: loss }], [], own), { keepInitializers: true }));
};

const train = (model: string, ...args: string[]) =>
  hograd(
    ...['train', '--model', model, '--data', data, '--batch', '20', '--optimizer', 'sgd', '--epochs', '3'],
    ...['--out', join(folder, 'run'), ...args],
  );

describe('a run that diverged', { timeout: 60_000 }, () => {
  it.each([
    ['sgd', '20'],
    ['newton-summary', '20'],
    ['newton-summary-safe', '20'],
    // One step an epoch: it is the test loss that shows it.
    ['adam', '40'],
  ])('of a gradient that is NaN at the initial parameters says of which: %s', async (optimizer, batch) => {
    // The derivative of the root at 0 is infinite, and that of the absolute value is 0.
    const model = file('root', sqrt(abs(score)), [0, 0]);
    const { status, out } = await train(model, '--optimizer', optimizer, '--batch', batch);
    expect(status).toBe(1);
    expect(out).toMatch(
      new RegExp(
        `^${optimizer} failed: the gradient of w is NaN at step 0, where the loss is [\\d.]+; look for a square root`,
        'm',
      ),
    );
    expect(out).not.toMatch(/lower/);
  });

  it('of a loss that is none at the initial parameters says so', async () => {
    const { status, out } = await train(file('log', log(score), [1, 1]));
    expect(status).toBe(1);
    expect(out).toMatch(/^sgd failed: the loss is NaN at the initial parameters; look for a square root, a logarithm/m);
    expect(out).not.toMatch(/lower/);
  });

  it('of too long steps is told to lower the rate', async () => {
    const { out } = await train(file('linear', score, [1, 1]), '--lr', '1e30');
    expect(out).toMatch(
      /^sgd failed: the (test )?loss became (NaN|Infinity) .*; lower the rate \(--lr or --lambda1\)$/m,
    );
    expect(out).not.toMatch(/look for/);
  });

  it('of a gradient that came to be NaN later says which parameter it spoilt', async () => {
    // The targets pull w down, step by step, until a root is of nothing.
    const model = file('later', add(sqrt(square(relu(matmul(abs(input('x', ['N', 2])), w)))), 3), [0.3, 0.3]);
    const { status, out } = await train(model, '--lr', '0.01', '--epochs', '60');
    expect(status).toBe(1);
    expect(out).toMatch(
      /^sgd failed: the (test )?loss became NaN .*: the step before, from a loss of [\d.]+, made w NaN; look for .*, or lower the rate/m,
    );
  });
});
