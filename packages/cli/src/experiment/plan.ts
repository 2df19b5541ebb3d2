/** One run of an experiment: everything that decides its numbers, and the folder that it lives in. */

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Settings } from '../training/settings.js';
import type { Arm, Setup } from './experiment.js';

/** What decides a run's numbers (the machine's arithmetic aside): runs with equal plans are one run. */
export interface RunPlan
  extends Omit<Setup, 'name' | 'description' | 'seeds' | 'tuningSeeds' | 'arms' | 'partitionDigests'> {
  readonly optimizer: string;
  readonly settings: Settings;
  /** Of the partition's file; left out where there is none. */
  readonly partitionDigest?: string;
  readonly seed: number;
}

export const planOf = (
  {
    name: _name,
    description: _description,
    seeds: _seeds,
    tuningSeeds: _tuning,
    arms: _arms,
    partitionDigests,
    ...setup
  }: Setup,
  { optimizer }: Pick<Arm, 'optimizer'>,
  settings: Settings,
  seed: number,
): RunPlan => {
  const partitionDigest = partitionDigests?.[settings.partition as string];
  return { ...setup, optimizer, settings, ...(partitionDigest !== undefined && { partitionDigest }), seed };
};

/** JSON whose text does not depend on the order in which fields were written. */
const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_key, inner) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

const slug = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}.]+/gu, '-')
    .replace(/^-+|-+$/g, '');

/**
 * The run's folder under an experiment's: `SETUP/ARM-DIGEST/seed-N`, where the digest is of the plan without its
 * seed. A file in which settings are changed or added thus finds the runs that it shares with its former self, and no
 * others.
 */
export const folderOf = (setup: Setup, arm: Arm, { seed, ...plan }: RunPlan): string => {
  const digest = createHash('sha256').update(canonicalJson(plan)).digest('hex').slice(0, 8);
  return join(slug(setup.name), `${slug(arm.name)}-${digest}`, `seed-${seed}`);
};
