/** Groups whose pairs are too many to draw. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeNpz } from '@hograd/data';
import { encode, input, makeGraph, matmul, mean, square, sub } from '@hograd/graph-builder';
import { describe, expect, it, vi } from 'vitest';
import type * as GroupMemory from '../src/groupMemory.js';
import { hograd } from './capture.js';
import { random, scratch } from './scratch.js';

/** So many as here take a minute to analyze. */
vi.mock('../src/groupMemory.js', async (original) => ({
  ...(await original<typeof GroupMemory>()),
  undrawn: (groups: number) => (groups > 1 ? `${groups} are too many` : undefined),
}));
const { MOST_DRAWN, undrawn } = await vi.importActual<typeof GroupMemory>('../src/groupMemory.js');

const { folder, write } = scratch();

const values = new Map(['v', 'w'].map((name) => [name, random(name, 3, 3)]));
const [v, w] = ['v', 'w'].map((name) => input(name, [3, 3])) as [ReturnType<typeof input>, ReturnType<typeof input>];
const error = sub(matmul(matmul(input('x', ['N', 3]), v), w), input('t', ['N', 3]));
const model = write(
  'model.onnx',
  encode(makeGraph([{ name: 'loss', value: mean(square(error)) }], [], values), { keepInitializers: true }),
);
const [x, t] = [random('x', 20, 3), random('t', 20, 3)];
const inputs = write('inputs.npz', encodeNpz()({ x, t }));
const data = write('data.npz', encodeNpz()({ x_train: x, y_train: t, x_test: x, y_test: t }));
const training = ['--model', model, '--data', data, '--batch', '20', '--epochs', '1'];

describe('more groups than a page draws', () => {
  it('are counted', () => {
    expect(undrawn(MOST_DRAWN)).toBeUndefined();
    expect(undrawn(MOST_DRAWN + 1)).toBe(
      'the pairs of 513 groups are too many to draw, 512 groups are the most; take fewer (--partition)',
    );
  });

  it('are refused by summarize --report, before anything is run', async () => {
    const page = join(folder, 'summary.html');
    const { status, out, err } = await hograd('summarize', model, '--inputs', inputs, '--report', page);
    expect([status, out, err]).toEqual([2, '', 'hograd: --report: 2 are too many, or leave the report out\n']);
    expect(existsSync(page)).toBe(false);
  });

  it('are trained, and the page says that their interactions are left out', async () => {
    const page = async (...args: readonly string[]) => {
      const out = join(folder, 'run');
      expect((await hograd('train', ...training, ...args, '--out', out)).status).toBe(0);
      return readFileSync(join(out, 'report.html'), 'utf8');
    };
    const html = await page('--optimizer', 'newton-summary');
    expect(html).toMatch(/interactions left out.*2 are too many/);
    expect(html).not.toContain('Which groups interact');
    expect(await page('--optimizer', 'newton-summary', '--partition', 'trivial')).toContain('Which groups interact');
    expect(await page('--optimizer', 'sgd')).not.toContain('left out');
  });

  it('are analyzed, and no page is left of an earlier analysis', async () => {
    const out = join(folder, 'analysis');
    const page = join(out, 'report.html');
    const analyze = (...args: readonly string[]) =>
      hograd('analyze', ...training, ...args, '--at', '0', '--out', out, '--optimizer', 'sgd');
    expect((await analyze('--partition', 'trivial')).status).toBe(0);
    expect(existsSync(page)).toBe(true);
    writeFileSync(join(out, 'analysis.json'), '');
    const { status, out: text } = await analyze();
    expect(status).toBe(0);
    expect(text).toContain('\nno report.html: 2 are too many\n');
    expect(existsSync(page)).toBe(false);
    expect(JSON.parse(readFileSync(join(out, 'analysis.json'), 'utf8')).groups).toHaveLength(2);
  });
});
