/** The one error a programmer's mistake while building a graph throws. */

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
