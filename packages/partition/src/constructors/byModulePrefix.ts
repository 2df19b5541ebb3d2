/** Groups by the first components of the module path. */

import { left } from 'fp-ts/lib/Either.js';
import { layerName } from '../layers.js';
import { byKey, type Partitioning } from './partitioning.js';

/**
 * All tensors whose module path (see `layerName`) has the same first `depth` components in one group, named by them:
 * at depth 2 `encoder.0.attention.query.weight` goes to `encoder.0`. A shorter path is a group of its own.
 * Refuses a depth that is not a positive integer (InvalidCount).
 */
export const byModulePrefix = (depth: number): Partitioning =>
  Number.isSafeInteger(depth) && depth > 0
    ? byKey((parameters) => parameters.map(({ name }) => prefix(layerName(name), depth)))
    : () =>
        left({
          _tag: 'InvalidCount',
          message: `a prefix of ${depth} components is asked for; their number must be a positive integer`,
          count: depth,
        });

const prefix = (path: string, depth: number): string => {
  const components = /[^./]+[./]?/g;
  const kept = (path.match(components) ?? [path]).slice(0, depth).join('');
  return kept.replace(/[./]$/, '');
};
