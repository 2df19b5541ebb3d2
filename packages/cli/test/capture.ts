/** Runs the command in this process, captures what it prints, and waits for what it writes. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { vi } from 'vitest';
import { main } from '../src/index.js';

export const hograd = async (
  ...args: string[]
): Promise<{ readonly status: number; readonly out: string; readonly err: string }> => {
  const captured = { out: '', err: '' };
  const spy = (stream: NodeJS.WriteStream, key: 'out' | 'err') =>
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      captured[key] += text;
      return true;
    });
  const spies = [spy(process.stdout, 'out'), spy(process.stderr, 'err')];
  try {
    const status = await main(args);
    return { status, ...captured };
  } finally {
    for (const s of spies) s.mockRestore();
  }
};

/** Resolves once a file has so many lines. */
export const linesWritten = async (path: string, count: number): Promise<void> => {
  const lines = (): number => (existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0);
  while (lines() < count) await setTimeout(5);
};

/** The lines of a run's metrics. */
export const metricsLines = (run: string) =>
  readFileSync(join(run, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
