/** Where an experiment ran, for reports. */

import { readFile } from 'node:fs/promises';
import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os';

/** Facts by name. */
export const machineFacts = async (): Promise<Readonly<Record<string, string | number>>> => {
  const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    'memory in GiB': Math.round(totalmem() / 2 ** 30),
    platform: `${platform()} ${arch()}`,
    Node: process.version,
    hograd: version,
  };
};
