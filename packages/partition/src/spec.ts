/** Partitions by the short names that a command line takes. */

import { type Either, left } from 'fp-ts/lib/Either.js';
import { closest } from './closest.js';
import { alternate, blocks } from './constructors/blocks.js';
import { byDepth } from './constructors/byDepth.js';
import { byKind } from './constructors/byKind.js';
import { byLayer } from './constructors/byLayer.js';
import { byModulePrefix } from './constructors/byModulePrefix.js';
import { canonical } from './constructors/canonical.js';
import { discrete } from './constructors/discrete.js';
import type { Partitioning } from './constructors/partitioning.js';
import { trivial } from './constructors/trivial.js';
import { weightsBiases } from './constructors/weightsBiases.js';
import type { PartitionError } from './error.js';
import type { ParameterShape, Partition } from './partition.js';

const plain: Readonly<Record<string, Partitioning>> = {
  canonical,
  trivial,
  'weights-biases': weightsBiases,
  kinds: byKind,
  layers: byLayer,
  discrete,
};

const counted: Readonly<Record<string, (count: number) => Partitioning>> = {
  blocks,
  alternate,
  depth: byDepth,
  prefix: byModulePrefix,
};

/** What partitionFromSpec takes, for a help text. */
export const SPECS: readonly string[] = [...Object.keys(plain), ...Object.keys(counted).map((name) => `${name}:K`)];

/**
 * `canonical`, `trivial`, `weights-biases`, `kinds`, `layers`, `discrete`, or `blocks:K`, `alternate:K`, `depth:K`, `prefix:K`
 * with a positive integer K. Refuses any other text (UnknownSpec, with the name that is near) and what the rule refuses.
 */
export const partitionFromSpec =
  (spec: string) =>
  (parameters: readonly ParameterShape[]): Either<PartitionError, Partition> => {
    const [name = '', count, ...rest] = spec.split(':');
    if (Object.hasOwn(plain, name) && count === undefined) return plain[name]!(parameters);
    if (Object.hasOwn(counted, name) && count !== undefined && /^\d+$/.test(count) && rest.length === 0) {
      return counted[name]!(Number(count))(parameters);
    }
    return left({ _tag: 'UnknownSpec', message: refusal(spec, name), spec });
  };

const refusal = (spec: string, name: string): string => {
  if (Object.hasOwn(counted, name)) {
    const lack = spec === name || spec === `${name}:` ? 'lacks its number' : 'needs one whole number, 1 or more';
    return `partition "${spec}" ${lack}; write ${name}:4 for 4`;
  }
  if (Object.hasOwn(plain, name)) return `partition "${name}" takes no number; write ${name} alone`;
  const near = closest(name, [...Object.keys(plain), ...Object.keys(counted)]);
  if (near === undefined) return `there is no partition "${spec}"; take one of ${SPECS.join(', ')}`;
  const meant = Object.hasOwn(counted, near) ? `${near}:K` : near;
  return `there is no partition "${spec}"; did you mean "${meant}"? Known: ${SPECS.join(', ')}`;
};
