/** A folder for one file's tests. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { normal } from '@hograd/data';
import { elementCount, type Tensor, tensor } from '@hograd/graph-builder';
import { afterAll } from 'vitest';

/** A new folder, which is gone after the tests, and what writes a file into it and gives its path. */
export const scratch = () => {
  const folder = mkdtempSync(join(tmpdir(), 'hograd-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, bytes: Uint8Array): string => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  return { folder, write };
};

/** Standard normal numbers that belong to a name. */
export const random = (name: string, ...shape: number[]): Tensor<'float32'> =>
  tensor(normal([0, name], elementCount(shape)), shape, 'float32') as Tensor<'float32'>;
