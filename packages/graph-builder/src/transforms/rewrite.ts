/** Rebuilding a graph from its leaves up: substitution, change of element type, lowering. */

import { GraphError } from '../error.js';
import { describe, type Expr, isFloat, makeExpr, topologicalOrder } from '../expr.js';
import type { Graph } from '../graph.js';
import { cast, castOp } from '../ops/cast.js';
import { constant, constantValue, isConstant, tensor, tensorOf } from '../ops/constant.js';
import { type Input, input, isInput } from '../ops/input.js';
import { sameShape } from '../shape.js';
import type { DType, Tensor } from '../tensor.js';

/** A node like another one over other operands. */
const remake = (node: Expr, args: readonly Expr[]): Expr =>
  args.every((arg, i) => arg === node.args[i]) ? node : makeExpr(node.op, args, node.attributes);

/**
 * Rebuilds expressions bottom-up. `replace` sees each node with its operands already rebuilt, and returns what stands in
 * for it, or undefined to leave it as it is. Of `leaves` the operands are not rebuilt.
 */
export const rewrite = (
  exprs: readonly Expr[],
  replace: (original: Expr, rebuilt: Expr) => Expr | undefined,
  leaves: { readonly has: (node: Expr) => boolean } = new Set(),
): readonly Expr[] => {
  const done = new Map<Expr, Expr>();
  for (const node of topologicalOrder(exprs, leaves)) {
    const rebuilt =
      node.args.length === 0 || leaves.has(node)
        ? node
        : remake(
            node,
            node.args.map((a) => done.get(a)!),
          );
    done.set(node, replace(node, rebuilt) ?? rebuilt);
  }
  return exprs.map((e) => done.get(e)!);
};

/** Expressions with some nodes replaced by others of the same type and shape. Throws GraphError where a replacement is of another. */
export const substitute = (exprs: readonly Expr[], replacements: ReadonlyMap<Expr, Expr>): readonly Expr[] => {
  for (const [node, replacement] of replacements) {
    if (!sameShape(node.shape, replacement.shape) || node.dtype !== replacement.dtype) {
      throw new GraphError(
        'substitute',
        `the replacement of ${describe(node)} is ${describe(replacement)}; it must be alike`,
      );
    }
  }
  return rewrite(exprs, (original) => replacements.get(original), replacements);
};

/** A tensor's elements in another type. */
export const castTensor = (value: Tensor, dtype: DType): Tensor =>
  tensor(Float64Array.from(value.data as ArrayLike<number | bigint>, Number), value.shape, dtype);

/**
 * The graph with every floating-point value in another precision: inputs, initializers, constants and casts. Constants keep
 * the value that they were rounded to.
 */
export const castGraph =
  (dtype: 'float32' | 'float64') =>
  (graph: Graph): Graph => {
    // An operation may have rounded its own attributes into constants already; those are cast like any other.
    const leaf = (node: Expr): Expr | undefined => {
      if (!isFloat(node.dtype) || node.dtype === dtype) return undefined;
      if (isInput(node)) return input(node.attributes.name, node.attributes.shape, dtype, node.attributes.drawn);
      if (isConstant(node)) return constant(tensor(constantValue(node)!.data, tensorOf(node)!.shape, dtype));
      return undefined;
    };
    const done = new Map<Expr, Expr>();
    const roots: readonly Expr[] = [...graph.inputs, ...graph.outputs.map((o) => o.value)];
    for (const node of topologicalOrder(roots)) {
      const args = node.args.map((a) => done.get(a)!);
      if (node.op === castOp && isFloat(node.dtype)) done.set(node, cast(args[0]!, dtype));
      else done.set(node, leaf(node) ?? remake(node, args));
    }
    return {
      inputs: graph.inputs.map((i) => done.get(i) as Input),
      outputs: graph.outputs.map(({ name, value }) => ({ name, value: done.get(value)! })),
      initializers: new Map(
        [...graph.initializers].map(([name, value]) => [name, isFloat(value.dtype) ? castTensor(value, dtype) : value]),
      ),
    };
  };

/** Expressions with every float64 node that ONNX Runtime's CPU provider has no kernel for written in those it has. */
export const lowerFloat64 = (exprs: readonly Expr[]): readonly Expr[] =>
  rewrite(exprs, (_, rebuilt) => {
    const lower = rebuilt.op.lowerFloat64;
    return rebuilt.dtype === 'float64' && lower ? lowerFloat64([lower(rebuilt)])[0] : undefined;
  });
