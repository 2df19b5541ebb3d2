import { describe, expect, it } from 'vitest';
import { byteCount } from '../src/program/options.js';
import { hograd } from './capture.js';

describe('bytes', () => {
  it.each([
    ['1', 1],
    ['1073741824', 2 ** 30],
    ['1e9', 1e9],
    ['2GiB', 2 ** 31],
    ['512MiB', 2 ** 29],
    ['1.5GiB', 1.5 * 2 ** 30],
    ['3 kib', 3072],
    ['2.3KB', 2300],
    ['40mb', 4e7],
    [' 1 Gb ', 1e9],
  ])('%s', (text, bytes) => {
    expect(byteCount(text)).toBe(bytes);
  });

  it.each([
    '',
    '0',
    '-1',
    '1.5',
    'GiB',
    '2G',
    '2GiBs',
    '2 Gi B',
    '0.1.2GiB',
    '-2GiB',
    '0.0001KiB',
    '9e15GB',
    '99999999999GiB',
  ])('are not "%s"', async (text) => {
    expect(() => byteCount(text)).toThrow(/^it must be a whole number of bytes, 1 or more, or a number with a unit/);
    const { status, err } = await hograd('summarize', 'model.onnx', '--inputs', 'x.npz', `--memory-limit=${text}`);
    expect([status, err]).toEqual([
      2,
      expect.stringMatching(/--memory-limit <BYTES>.* is invalid\. .* such as 2GiB\./),
    ]);
  });

  it.each(['summarize', 'analyze'])('may have a unit, as %s --help says', async (command) => {
    const { out } = await hograd(command, '--help');
    expect(out.replace(/\s+/g, ' ')).toContain('(bytes, or with a unit: 2GiB)');
  });
});
