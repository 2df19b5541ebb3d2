/** Variables that stand for nodes of expressions, so that derivatives by the nodes can be taken more than once. */

import { type Expr, topologicalOrder } from '../expr.js';
import { input, isInput } from '../ops/input.js';
import { substitute } from './rewrite.js';

/** Expressions over variables, and the way back. */
export interface OverVariables {
  readonly exprs: readonly Expr[];
  /** One for each of the nodes, in their order. */
  readonly variables: readonly Expr[];
  /** What was made of `exprs`, with the nodes in the variables' places. */
  readonly restored: (exprs: readonly Expr[]) => readonly Expr[];
}

/**
 * Expressions with an input in the place of each of `nodes`; inputs stand for themselves. A derivative by a node may not hold that node:
 * constructors read through some operations (x + y of an expansion x reads what was expanded), and a derivative of the derivative would
 * miss what they read. Nothing reads through an input. `others` is what the results will be combined with.
 */
export const overVariables = (
  exprs: readonly Expr[],
  nodes: readonly Expr[],
  others: readonly Expr[] = [],
): OverVariables => {
  const inner = nodes.filter((node) => !isInput(node));
  if (inner.length === 0) return { exprs, variables: nodes, restored: (values) => values };
  const found = topologicalOrder([...exprs, ...others], new Set(nodes)).filter(isInput);
  const taken = new Set(found.map((node) => node.attributes.name as string));
  const variableFor = (node: Expr, i: number): Expr => {
    let name = `variable ${i}`;
    while (taken.has(name)) name += "'";
    return input(name, node.shape, node.dtype);
  };
  const places = new Map(inner.map((node, i) => [node, variableFor(node, i)] as const));
  const back = new Map([...places].map(([node, variable]) => [variable, node]));
  return {
    exprs: substitute(exprs, places),
    variables: nodes.map((node) => places.get(node) ?? node),
    restored: (values) => substitute(values, back),
  };
};
