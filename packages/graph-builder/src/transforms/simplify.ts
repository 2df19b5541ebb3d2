/** Simplification of a whole graph: common subexpressions, constants, identities, dead code. */

import { type Expr, topologicalOrder } from '../expr.js';
import { type Graph, makeGraph } from '../graph.js';
import { add } from '../ops/add.js';
import { cast } from '../ops/cast.js';
import { concat } from '../ops/concat.js';
import { expand } from '../ops/expand.js';
import { foldConstants } from '../ops/fold.js';
import { type Input, isInput } from '../ops/input.js';
import { matmul } from '../ops/matmul.js';
import { mul } from '../ops/mul.js';
import { neg } from '../ops/neg.js';
import { pad } from '../ops/pad.js';
import { reciprocal } from '../ops/reciprocal.js';
import { reduceSum } from '../ops/reduceSum.js';
import { reshape } from '../ops/reshape.js';
import { slice } from '../ops/slice.js';
import { sub } from '../ops/sub.js';
import { transpose } from '../ops/transpose.js';
import { rewrite } from './rewrite.js';

/** Constructors that know identities of their operation, by its name; rebuilding a node through its own applies them. */
const constructors: Readonly<Record<string, (args: readonly Expr[], node: Expr) => Expr>> = {
  add: ([a, b]) => add(a!, b!),
  cast: ([x], { attributes }) => cast(x!, attributes.to),
  concat: (args, { attributes }) => concat(args, attributes.axis),
  expand: ([x], { attributes }) => expand(x!, attributes.shape),
  matmul: ([a, b]) => matmul(a!, b!),
  mul: ([a, b]) => mul(a!, b!),
  neg: ([x]) => neg(x!),
  pad: ([x], { attributes }) => pad(x!, attributes.before, attributes.after),
  reciprocal: ([x]) => reciprocal(x!),
  reduceSum: ([x], { attributes }) => reduceSum(x!, attributes.axes),
  reshape: ([x], { attributes }) => reshape(x!, attributes.shape),
  slice: ([x], { attributes }) => slice(x!, attributes.starts, attributes.sizes),
  sub: ([a, b]) => sub(a!, b!),
  transpose: ([x], { attributes }) => transpose(x!, attributes.perm),
};

/**
 * The same graph with fewer nodes: operations on constants become constants, identities (x + 0, 1·x, −(−x), a reshape of a
 * reshape, …) are taken, equal subexpressions are one node. Expressions built by the constructors are simplified already;
 * this is for graphs put together by `substitute`, `castGraph` or an import. Initializers that no output reads are dropped
 * with their inputs; other inputs stay, read or not.
 */
export const simplify = (graph: Graph): Graph => {
  const values = rewrite(
    graph.outputs.map((o) => o.value),
    (original, rebuilt) => constructors[original.op.name]?.(rebuilt.args, rebuilt) ?? foldConstants(rebuilt),
  );
  const read = new Set(topologicalOrder(values).filter(isInput));
  const kept = (i: Input): boolean => read.has(i) || !graph.initializers.has(i.attributes.name);
  const inputs = graph.inputs.filter(kept);
  return makeGraph(
    graph.outputs.map(({ name }, i) => ({ name, value: values[i]! })),
    inputs,
    new Map([...graph.initializers].filter(([name]) => inputs.some((i) => i.attributes.name === name))),
  );
};
