import { spawn, spawnSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openStreams, type StreamsOf } from '../src/program/streams.js';
import { scratch } from './scratch.js';

const { folder } = scratch();
const binary = fileURLToPath(new URL('../bin/hograd.js', import.meta.url));

/** A process that keeps what it is told; its standard output is a file where there is a descriptor. */
const fake = (fd?: number) => {
  const seen = { out: '', err: '', exits: [] as (number | undefined)[] };
  const stream = (key: 'out' | 'err') =>
    Object.assign(new EventEmitter(), { write: (text: string) => (seen[key] += text), ...(key === 'out' && { fd }) });
  const streams = { stdout: stream('out'), stderr: stream('err') };
  const exit = (status?: number) => {
    seen.exits.push(status);
    throw new Error('gone');
  };
  return { seen, ...streams, opened: openStreams({ ...streams, exit } as unknown as StreamsOf) };
};

const failure = (code: string) => Object.assign(new Error(`${code}: write`), { code });

describe('standard output', () => {
  it('on a file holds every byte that was printed', () => {
    const fd = openSync(join(folder, 'out'), 'w');
    fake(fd).opened.print('λ'.repeat(100_000));
    closeSync(fd);
    expect(readFileSync(join(folder, 'out'), 'utf8')).toBe(`${'λ'.repeat(100_000)}\n`);
  });

  it('that is closed ends the process without a failure and without a word', () => {
    const { stdout, seen } = fake();
    expect(() => stdout.emit('error', failure('EPIPE'))).toThrow('gone');
    expect(seen).toEqual({ out: '', err: '', exits: [undefined] });
  });

  it('that takes no more ends the process with status 1, what is wrong and the cure', () => {
    const { stdout, seen } = fake();
    expect(() => stdout.emit('error', failure('ENOSPC'))).toThrow('gone');
    const err = 'hograd: cannot write standard output: the disk is full; make room on it, or write elsewhere\n';
    expect(seen).toEqual({ out: '', err, exits: [1] });
  });

  it('that cannot be written as a file ends it alike', () => {
    const fd = openSync(binary, 'r');
    const { opened, seen } = fake(fd);
    expect(() => opened.print('x')).toThrow('gone');
    closeSync(fd);
    expect(seen.exits).toEqual([1]);
    expect(seen.err).toMatch(/^hograd: cannot write standard output: .*\n$/);
  });
});

describe('standard error', () => {
  it('may be gone: the words are lost and the work goes on', () => {
    const { stderr, seen } = fake();
    expect(() => stderr.emit('error', failure('EIO'))).not.toThrow();
    expect(seen.exits).toEqual([]);
  });
});

const hasFull = statSync('/dev/full', { throwIfNoEntry: false })?.isCharacterDevice() ?? false;

describe.runIf(hasFull)('the program', () => {
  it('says in one line that what it writes to is full', () => {
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(process.execPath, [binary, 'doctor', '--json'], {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    closeSync(full);
    expect([status, stderr.trim().split('\n')]).toEqual([1, [expect.stringMatching(/^hograd: .*the disk is full; /)]]);
  });

  it('does its work where nobody can hear it, and ends with the status of the work', async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [binary, 'summarize', 'none.onnx', '--inputs', 'none.npz'], {
      stdio: ['ignore', 'ignore', full],
    });
    closeSync(full);
    expect(await once(child, 'exit')).toEqual([2, null]);
  });
});
