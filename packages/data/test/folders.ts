import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

/** Makes new folders with these files in them, all of them gone after the tests of a file. */
export const ownFolders = (): ((files: Readonly<Record<string, Uint8Array>>) => Promise<string>) => {
  let above: string;
  beforeAll(async () => {
    above = await mkdtemp(join(tmpdir(), 'hograd-data-'));
  });
  afterAll(() => rm(above, { recursive: true }));
  return async (files) => {
    const path = await mkdtemp(join(above, 'case-'));
    for (const [name, bytes] of Object.entries(files)) {
      await mkdir(join(path, name, '..'), { recursive: true });
      await writeFile(join(path, name), bytes);
    }
    return path;
  };
};
