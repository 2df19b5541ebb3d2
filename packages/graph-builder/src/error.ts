/** The one error a programmer's mistake while building a graph throws. */

/**
 * Thrown where a graph is being built and an operation cannot take its operands. The message names the operation, the
 * operands with their types and shapes, and what would be accepted; the stack points at the line that built it.
 */
export class GraphError extends Error {
  override readonly name = 'GraphError';
  readonly operation: string;
  constructor(operation: string, message: string) {
    super(`${operation}: ${message}`);
    this.operation = operation;
  }
}
