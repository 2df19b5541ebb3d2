/** An estimate of the memory that a run of a graph needs, before anything runs. */

import { type Dim, evaluateDim } from '../dim.js';
import { GraphError } from '../error.js';
import type { Graph } from '../graph.js';
import { arrayTypes, elementCount } from '../tensor.js';
import { executionOrder } from './executionOrder.js';
import { writtenNodes } from './writtenNodes.js';

/** Bytes, for given lengths of the symbolic dimensions. */
export interface PeakMemory {
  /** Bytes of the inputs and the constants, which are there throughout. */
  readonly held: number;
  /** The most bytes of computed values that are alive at once, outputs included. */
  readonly computed: number;
}

/** Operators whose result is their first operand's memory under another shape. */
const ALIASES: ReadonlySet<string> = new Set(['Reshape', 'Identity', 'Squeeze', 'Unsqueeze', 'Flatten']);

/** Operators that the runtime computes in an operand's memory where nobody reads that operand afterwards. */
const IN_PLACE: ReadonlySet<string> = new Set([
  ...['Add', 'Sub', 'Mul', 'Div', 'Neg', 'Abs', 'Exp', 'Log', 'Sqrt', 'Reciprocal'],
  ...['Tanh', 'Sigmoid', 'Relu', 'Elu', 'LeakyRelu', 'Clip'],
]);

/**
 * The largest number of bytes alive at once in a run of the graph, given the lengths of its symbolic dimensions. The graph is taken as
 * it is written, node by node in the order in which ONNX Runtime executes it: a value lives from its node to its last reader, an output
 * to the end, and an elementwise node takes the memory of an operand of its size that is read for the last time. It is what must fit at
 * the least: the runtime's own needs (an arena that rounds up, packed weights, buffers within kernels) come on top. Writing the
 * graph is done once; ask the result for as many lengths as you like. Throws GraphError as `encode` does, and where a symbol has no length.
 */
export const peakMemory = (graph: Graph): ((symbols: Readonly<Record<string, number>>) => PeakMemory) => {
  const { nodes, values, held, outputs, counts } = writtenNodes(graph);
  const order = executionOrder(nodes);
  const results = new Set(outputs);

  /** The value in whose memory a value lives, by aliases alone. */
  const aliased = new Map<string, string>();
  const rootOf = (name: string): string => aliased.get(name) ?? name;
  for (const { op, inputs, outputs: made } of order) {
    // An output is memory of its own: it is given to whoever asked for it.
    if (ALIASES.has(op) && !results.has(made[0]!)) aliased.set(made[0]!, rootOf(inputs[0]!));
  }
  const lastRead = new Map<string, number>();
  order.forEach(({ inputs, outputs: made }, time) => {
    for (const name of [...made, ...inputs]) lastRead.set(rootOf(name), time);
  });
  for (const name of outputs) lastRead.set(rootOf(name), order.length);

  return (symbols) => {
    const bound = new Map(Object.entries(symbols));
    const length = (dim: Dim): number => {
      const value = evaluateDim(bound)(dim);
      if (value === undefined)
        throw new GraphError('peakMemory', `dimension ${dim} has no length; give its symbols one`);
      return value;
    };
    // What the data tell is not known before a run: it may be all there is.
    for (const [symbol, shape] of counts) bound.set(symbol, elementCount(shape.map(length)));
    const bytesOf = (name: string): number => {
      const { dtype, shape } = values.get(name)!;
      return shape.map(length).reduce((a, b) => a * b, arrayTypes[dtype].BYTES_PER_ELEMENT);
    };
    const alive = new Map<string, number>();
    let total = 0;
    let computed = 0;
    order.forEach(({ op, inputs, outputs: made }, time) => {
      const dying = new Set([...inputs, ...made].map(rootOf).filter((root) => lastRead.get(root) === time));
      for (const name of made) {
        if (rootOf(name) !== name) continue;
        const bytes = bytesOf(name);
        alive.set(name, bytes);
        const taken =
          IN_PLACE.has(op) && !results.has(name)
            ? inputs.map(rootOf).find((root) => dying.has(root) && alive.get(root) === bytes)
            : undefined;
        if (taken === undefined) total += bytes;
        else alive.delete(taken);
        computed = Math.max(computed, total);
      }
      for (const root of dying) {
        total -= alive.get(root) ?? 0;
        alive.delete(root);
      }
    });
    return { held: [...held].reduce((sum, name) => sum + bytesOf(name), 0), computed };
  };
};
