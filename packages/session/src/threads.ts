/** How many threads onnxruntime gets when nobody says. */

import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const CPUS = '/sys/devices/system/cpu';

/** Physical cores as Linux lists them: siblings of one core share a line. Undefined elsewhere. */
const physicalCores = (): number | undefined => {
  try {
    const cores = readdirSync(CPUS)
      .filter((name) => /^cpu\d+$/.test(name))
      .map((name) => readFileSync(`${CPUS}/${name}/topology/thread_siblings_list`, 'utf8'));
    return cores.length > 0 ? new Set(cores).size : undefined;
  } catch {
    return undefined;
  }
};

/** More than any machine has cores; far beyond, onnxruntime runs out of memory while it starts them. */
export const MOST_THREADS = 1024;

/**
 * One thread a physical core, and no more than this process may use. A second thread on a core shares its multipliers, so
 * matrix products gain nothing from it.
 */
export const defaultThreads = (): number =>
  Math.min(MOST_THREADS, availableParallelism(), physicalCores() ?? Number.POSITIVE_INFINITY);
