import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { decode } from '@hograd/graph-builder';
import * as E from 'fp-ts/lib/Either.js';
import { beforeAll, describe, expect, it } from 'vitest';

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));

/** What a program prints, run in an example's folder as its README says: with the built packages. */
const printed = (example: string, program: string, ...args: readonly string[]): string =>
  execFileSync(program, args, { cwd: `${examples}${example}`, encoding: 'utf8' });

const lossesIn = (text: string): readonly number[] => (text.match(/\d\.\d{4}/g) ?? []).map(Number);

const initializersOf = (path: string) => {
  const decoded = decode(readFileSync(`${examples}${path}`));
  if (E.isLeft(decoded)) throw new Error(decoded.left.message);
  return decoded.right.initializers;
};

describe('examples/node', () => {
  it('trains to the losses that its README says, and writes what it trained', () => {
    const [first, , third, before, after, written] = lossesIn(printed('node', 'npm', 'start'));
    const promised = lossesIn(readFileSync(`${examples}node/README.md`, 'utf8'));
    expect(promised).toHaveLength(4);
    [first, third, before, after].forEach((loss, i) => {
      expect(loss).toBeCloseTo(promised[i]!, 2);
    });
    expect(written).toBe(after);
    expect(initializersOf('node/dist/trained.onnx')).not.toEqual(initializersOf('node/dist/model.onnx'));
  });
});

describe('examples/browser', () => {
  beforeAll(() => {
    printed('browser', process.execPath, 'prepare.mjs');
  });

  it('puts the values that the page has into the model: those at the start are the model', () => {
    printed('browser', process.execPath, 'finish.mjs', 'dist/start.bin');
    expect(initializersOf('browser/dist/trained.onnx')).toEqual(initializersOf('browser/dist/model.onnx'));
  });
});
