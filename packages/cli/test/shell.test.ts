import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandLine } from '../src/program/shell.js';

describe('a command line', () => {
  it.skipIf(process.platform === 'win32')('is read back by a shell as the words that it is of', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }).filter((word) => !word.includes('\0'))), (words) => {
        const read = execFileSync('sh', ['-c', `printf '%s\\0' ${commandLine(words)} .`], { encoding: 'utf8' });
        expect(read.split('\0').slice(0, -2)).toEqual(words);
      }),
      { numRuns: 50 },
    );
  });

  it('leaves plain words as they are', () => {
    expect(commandLine(['hograd', 'train', '--data', 'mnist:data/mnist', '--optimizer', 'sgd,adam'])).toBe(
      'hograd train --data mnist:data/mnist --optimizer sgd,adam',
    );
    expect(commandLine(['--out', 'sp ace ü/run 1', "it's", ''])).toBe(`--out 'sp ace ü/run 1' 'it'\\''s' ''`);
  });
});
