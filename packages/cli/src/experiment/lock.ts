/** One process at a time in an experiment's folder. */

import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { refuse } from '../failure.js';
import { writing } from '../files.js';

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/**
 * Takes the folder and returns what gives it back. Refuses one that a living process holds; what a killed one left is
 * taken over.
 */
export const lockFolder = async (folder: string): Promise<() => Promise<void>> => {
  const path = join(folder, 'lock');
  const holder = Number(await readFile(path, 'utf8').catch(() => '0'));
  if (holder > 0 && holder !== process.pid && isAlive(holder)) {
    refuse(
      `${folder} is in use by process ${holder}; wait for it, give another --out, or delete ${path} if it is not hograd`,
    );
  }
  await writing(path, () => writeFile(path, `${process.pid}\n`));
  return () => rm(path, { force: true });
};
