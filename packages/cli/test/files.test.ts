import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { attempt } from '../src/failure.js';
import { readText, writing } from '../src/files.js';
import { hograd } from './capture.js';
import { scratch } from './scratch.js';

const { folder } = scratch();

const file = (name: string, content: Uint8Array | string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

describe('the text of a file', () => {
  it('is its characters, without a byte order mark', async () => {
    expect(await readText(file('text', '\ufeffλ: 1\n'))).toBe('λ: 1\n');
  });

  it.each([
    ['bytes that are no UTF-8', Uint8Array.of(0x1f, 0x8b, 8, 0x7b)],
    ['a NUL', Uint8Array.of(0x61, 0, 0x62)],
  ])('is refused, the file named and no byte repeated: %s', async (_, bytes) => {
    const path = file('binary.yaml', bytes);
    const { status, out, err } = await hograd('experiment', path);
    expect([status, out, err]).toEqual([2, '', `hograd: ${path} is not a text file (UTF-8); check the path\n`]);
  });
});

describe('a file that cannot be written', () => {
  it.each([
    ['fails the work where the disk has no room', 'ENOSPC', 1],
    ['is a wrong argument elsewhere', 'EACCES', 2],
  ])('%s', async (_, code, status) => {
    const refusing = () => Promise.reject(Object.assign(new Error(code), { code }));
    const message = expect.stringMatching(/^cannot write run\/metrics.jsonl: (the disk is full; |permission denied)/);
    expect(await attempt(() => writing('run/metrics.jsonl', refusing))).toEqual(E.left({ status, message }));
  });
});
