/** The one error a programmer's mistake while building a graph throws, and the mistake that all options are looked at for. */

import type { Dim } from './dim.js';

/** Two lengths that differ, or may: of two symbols nobody knows. */
export type Unequal = readonly [Dim, Dim];

/**
 * Thrown where a graph is being built and an operation cannot take its operands. The message names the operation, the
 * operands with their types and shapes, and what would be accepted; the stack points at the line that built it.
 */
export class GraphError extends Error {
  override readonly name = 'GraphError';
  readonly operation: string;
  /** The lengths that would have to be one, where it is about two of them. */
  readonly unequal: Unequal | undefined;
  constructor(operation: string, message: string, unequal?: Unequal) {
    super(`${operation}: ${message}`);
    this.operation = operation;
    this.unequal = unequal;
  }
}

/** The names of options as the keys of a record: one that leaves a name out, or has another, does not compile. */
export type OptionNames<Options> = Readonly<Record<keyof Options & string, true>>;

/** What is wrong with the names of options; undefined where nothing is. A name counts whether it has a value or not. */
export const unknownOption = <Options extends object>(
  options: Options,
  known: OptionNames<Options>,
): string | undefined => {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(known, name));
  return unknown === undefined
    ? undefined
    : `there is no option "${unknown}"; the options are ${Object.keys(known).join(', ')}`;
};

/**
 * Throws GraphError where an option has another name than these, whatever its value. They are a record, `{ first: true, second: true }`, and
 * where several share it a constant of the type `OptionNames<Options>` beside the options' own: neither gets out of step with the other.
 */
export const requireKnown = <Options extends object>(
  operation: string,
  options: Options,
  known: OptionNames<Options>,
): void => {
  const problem = unknownOption(options, known);
  if (problem !== undefined) throw new GraphError(operation, problem);
};
