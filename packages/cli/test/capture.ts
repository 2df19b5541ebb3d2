/** Runs the command in this process and captures what it prints. */

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
