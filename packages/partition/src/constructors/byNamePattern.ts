/** Groups by what parameters are called. */

import { type Either, left } from 'fp-ts/lib/Either.js';
import type { PartitionError } from '../error.js';
import type { ParameterShape, Partition } from '../partition.js';
import { custom } from './custom.js';
import type { Partitioning } from './partitioning.js';

/** A group's name and its parameters: those whose names start with the string, or match the expression. */
export interface NamePattern {
  readonly name: string;
  readonly pattern: string | RegExp;
}

const matches = (pattern: string | RegExp, name: string): boolean =>
  // A copy: a global expression writes down where it matched last, and a frozen one cannot.
  typeof pattern === 'string' ? name.startsWith(pattern) : new RegExp(pattern).test(name);

/**
 * Each parameter goes to the first pattern that it matches; give `''` or `/./` last to catch the rest. Refuses a parameter that
 * matches none (MissingParameter), a pattern that gets no parameter (EmptyGroup), and two groups of one name (DuplicateGroup).
 */
export const byNamePattern =
  (patterns: readonly NamePattern[]): Partitioning =>
  (parameters: readonly ParameterShape[]): Either<PartitionError, Partition> => {
    const groups = patterns.map(({ name, pattern }, s) => ({
      name,
      pattern,
      parameters: parameters
        .map((parameter) => parameter.name)
        .filter((own) => patterns.findIndex((other) => matches(other.pattern, own)) === s),
    }));
    const idle = groups.find((group) => group.parameters.length === 0);
    if (idle && parameters.length > 0) {
      const pattern = typeof idle.pattern === 'string' ? `"${idle.pattern}"` : String(idle.pattern);
      const message = `the pattern ${pattern} of group "${idle.name}" gets no parameter: none matches it that an earlier pattern has not taken; correct or remove it`;
      return left({ _tag: 'EmptyGroup', message, group: idle.name });
    }
    return custom(groups)(parameters);
  };
