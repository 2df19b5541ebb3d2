/** An estimate of the memory that a graph needs, before anything runs. */

import { type Dim, evaluateDim } from './dim.js';
import { GraphError } from './error.js';
import { type Expr, topologicalOrder } from './expr.js';
import { isConstant } from './ops/constant.js';
import { isInput } from './ops/input.js';
import { arrayTypes } from './tensor.js';

/** Operations whose result is their operand's memory under another shape. */
const aliases: ReadonlySet<string> = new Set(['reshape', 'detach']);

/**
 * The largest number of bytes alive at once when expressions are computed in the order in which they are encoded: inputs and
 * constants throughout, every other value from its node to its last reader, the results to the end. `symbols` gives the
 * symbolic dimensions their lengths. The runtime's own scratch memory (packed weights, im2col buffers, what its arena keeps)
 * comes on top. Throws GraphError where a symbol has no length.
 */
export const peakBytes =
  (symbols: Readonly<Record<string, number>>) =>
  (outputs: readonly Expr[]): number => {
    const bound = new Map(Object.entries(symbols));
    const length = (dim: Dim): number => {
      const value = evaluateDim(bound)(dim);
      if (value === undefined)
        throw new GraphError('peakBytes', `dimension ${dim} has no length; give its symbols one`);
      return value;
    };
    const bytesOf = ({ dtype, shape }: Expr): number =>
      shape.map(length).reduce((a, b) => a * b, arrayTypes[dtype].BYTES_PER_ELEMENT);
    const order = topologicalOrder(outputs);
    /** The node whose memory a node's value lives in. */
    const home = new Map<Expr, Expr>();
    for (const node of order) home.set(node, aliases.has(node.op.name) ? home.get(node.args[0]!)! : node);
    const lastUse = new Map<Expr, number>();
    order.forEach((node, i) => {
      for (const arg of node.args) lastUse.set(home.get(arg)!, i);
    });
    for (const output of outputs) lastUse.set(home.get(output)!, order.length);

    const resident = order
      .filter((node) => isInput(node) || isConstant(node))
      .reduce((sum, node) => sum + bytesOf(node), 0);
    const expiring = new Map<number, number>();
    let alive = resident;
    let peak = resident;
    order.forEach((node, i) => {
      const own = !isInput(node) && !isConstant(node) && home.get(node) === node;
      if (own) {
        const bytes = bytesOf(node);
        alive += bytes;
        peak = Math.max(peak, alive);
        const end = lastUse.get(node) ?? i;
        expiring.set(end, (expiring.get(end) ?? 0) + bytes);
      }
      alive -= expiring.get(i) ?? 0;
    });
    return peak;
  };
