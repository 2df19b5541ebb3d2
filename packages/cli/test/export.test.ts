import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from '@hograd/graph-builder';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { hograd } from './capture.js';
import { scratch } from './scratch.js';

const { folder } = scratch();

describe('hograd export', () => {
  it.each([
    ['lenet', 62_006, 10],
    ['small-mlp', 52_650, 6],
    ['gpt', 834_048, 50],
  ])('writes %s whole, ready to be read again', async (name, parameters, tensors) => {
    const out = join(folder, `${name}.onnx`);
    const result = await hograd('export', name, '--out', out, '--json');
    expect(result.status).toBe(0);
    expect(JSON.parse(result.out)).toMatchObject({ parameters, tensors, outputs: ['loss', 'output'] });
    const graph = decode(readFileSync(out));
    expect(E.isRight(graph) && graph.right.initializers.size).toBe(tensors);
  });

  it('draws the initial values from seed 1 where none is given', async () => {
    const written = async (...args: string[]) => {
      const out = join(folder, 'seeded.onnx');
      expect((await hograd('export', 'small-mlp', '--out', out, ...args)).status).toBe(0);
      return readFileSync(out).toString('base64');
    };
    const own = await written();
    expect(own).toBe(await written('--seed', '1'));
    expect(own).not.toBe(await written('--seed', '0'));
  });

  it('refuses a model that it does not know', async () => {
    const { status, err } = await hograd('export', 'bert', '--out', join(folder, 'x.onnx'));
    expect(status).toBe(2);
    expect(err).toMatch(/there is no model "bert"; there are /);
  });

  it('refuses a folder for a file', async () => {
    const { status, err } = await hograd('export', 'small-mlp', '--out', folder);
    expect([status, err]).toEqual([2, `hograd: cannot write ${folder}: it is a folder, give a file\n`]);
  });
});
