/** One process at a time in an experiment's folder. */

import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { refuse } from '../failure.js';
import { textIfAny, writing } from '../files.js';

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** Whether the file was not there and now is, with this process's number in it: two that ask at once are told apart by the system. */
const create = (path: string): Promise<boolean> =>
  writing(path, () =>
    writeFile(path, `${process.pid}\n`, { flag: 'wx' }).then(
      () => true,
      (cause: NodeJS.ErrnoException) => {
        if (cause.code === 'EEXIST') return false;
        throw cause;
      },
    ),
  );

const remove = (path: string): Promise<void> => writing(path, () => rm(path, { force: true }));

/** Milliseconds from one try to the next while another process takes a lock over, which takes it less than one, and how many tries there are. */
const WAIT = 10;
const TRIES = 200;

/** Removes the lock that a killed process left, one process at a time: nobody takes away what another has just made in its place. */
const takeOver = async (path: string, left: string): Promise<void> => {
  const turn = `${path}.taking`;
  if (await create(turn)) {
    if ((await textIfAny(path)) === left) await remove(path);
    await remove(turn);
    return;
  }
  const holder = Number(await textIfAny(turn));
  if (holder > 0 && (holder === process.pid || !isAlive(holder))) await remove(turn);
  else await setTimeout(WAIT);
};

/**
 * Takes the folder and returns what gives it back. Refuses one that a living process holds, or one that does not say who holds it; what a
 * killed one left is taken over.
 */
export const lockFolder = async (folder: string): Promise<() => Promise<void>> => {
  const path = join(folder, 'lock');
  for (let tries = 0; !(await create(path)); tries++) {
    if (tries === TRIES)
      refuse(
        `${folder} is being taken over by another process for too long; delete ${path}.taking if none is at work there`,
      );
    const text = await textIfAny(path);
    // Given back meanwhile.
    if (text === undefined) continue;
    const holder = Number(text);
    // A process makes the file before it writes its number.
    if (!(Number.isSafeInteger(holder) && holder > 0))
      refuse(`${folder} is in use by a process that ${path} does not name; delete that file if none is at work there`);
    if (holder !== process.pid && isAlive(holder)) {
      refuse(
        `${folder} is in use by process ${holder}; wait for it, give another --out, or delete ${path} if it is not hograd`,
      );
    }
    await takeOver(path, text);
  }
  return () => rm(path, { force: true });
};
