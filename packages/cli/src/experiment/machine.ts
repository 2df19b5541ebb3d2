/** Where an experiment ran, for reports. */

import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os';
import { version } from '../version.js';

/** Facts by name. */
export const machineFacts = (): Readonly<Record<string, string | number>> => ({
  processor: cpus()[0]?.model.trim() ?? 'unknown',
  cores: availableParallelism(),
  'memory in GiB': Math.round(totalmem() / 2 ** 30),
  platform: `${platform()} ${arch()}`,
  Node: process.version,
  hograd: version(),
});
