/**
 * Functions of one operand, element by element, however many operations they are written in: gelu, x·sigmoid(x), 1/√(v + ε).
 * As one function they cost the stacks of tangents one product, where operation by operation they cost one or more each.
 */

import { pointwiseDifferential } from '../classes/unary.js';
import { type Expr, topologicalOrder } from '../expr.js';
import { constant, isConstant } from '../ops/constant.js';
import { expand, expandOp } from '../ops/expand.js';
import { and } from '../ops/logic.js';
import { where } from '../ops/where.js';
import { sameShape } from '../shape.js';
import { jvpOrZero } from '../transforms/jvp.js';
import { overVariables } from '../transforms/variables.js';
import type { Stage } from '../transforms/vjp.js';

/** What a function reads beside its operand, as it is before a broadcast. Constants are left in it. */
const readBeside = (result: Expr, operand: Expr, within: (node: Expr) => boolean): readonly Expr[] => {
  const leaf = (node: Expr): boolean => node === operand || !(within(node) || node.op === expandOp);
  return topologicalOrder([result], { has: leaf }).filter(
    (node) => node !== operand && leaf(node) && !isConstant(node),
  );
};

/**
 * Where a function that has an infinite derivative in it (√ of a rectified value) is not constant; undefined for other functions. It must be written
 * as a chain: one that reads its operand on two ways need not be constant where one of them is.
 */
const notConstant = (result: Expr, operand: Expr, within: (node: Expr) => boolean): Expr | undefined => {
  const chain = topologicalOrder([result], { has: (node) => !within(node) }).filter(within);
  const moving = (arg: Expr): boolean => arg === operand || within(arg);
  if (!chain.some(({ op, attributes }) => op.singular?.(attributes))) return undefined;
  if (chain.some(({ args }) => args.filter(moving).length !== 1)) return undefined;
  const passing = chain.flatMap((node) => node.op.passes?.(node, node.args.findIndex(moving)) ?? []);
  return passing.length === 0 ? undefined : passing.reduce(and);
};

/**
 * φ', φ'', φ''' of an elementwise function, element by element, by forward mode along ones; undefined where zero. `within` says which nodes
 * the function is written in: the rest of the graph is not walked.
 */
const differentialOf = (result: Expr, operand: Expr, within: (node: Expr) => boolean): Stage['differential'] => {
  const { exprs, variables, restored } = overVariables([result], [operand, ...readBeside(result, operand, within)]);
  const ones = new Map([[variables[0]!, expand(constant(1, operand.dtype), operand.shape)]]);
  const moves = notConstant(result, operand, within);
  const known: (Expr | undefined)[] = [...exprs];
  const derivative = (order: number): Expr | undefined => {
    for (let d = known.length; d <= order; d++) {
      const before = known[d - 1];
      known.push(before && jvpOrZero([before], ones)[0]);
    }
    const value = known[order] && restored([known[order]])[0];
    return value && moves ? where(moves, value, constant(0, value.dtype)) : value;
  };
  return pointwiseDifferential({ first: () => derivative(1), second: () => derivative(2), third: () => derivative(3) });
};

/**
 * Stages from `sources` to an output, with each elementwise function of one node as a single stage. Nodes that only work towards
 * such a function are left out.
 */
export const mergeElementwise = (
  stages: ReadonlyMap<Expr, Stage>,
  output: Expr,
  sources: ReadonlySet<Expr>,
): ReadonlyMap<Expr, Stage> => {
  /** The node that a node is an elementwise function of, itself where there is none, and whether by several operations. */
  const origins = new Map<Expr, { readonly operand: Expr; readonly several: boolean }>();
  for (const source of sources) origins.set(source, { operand: source, several: false });
  for (const [node, { args }] of stages) {
    const operands = args.filter((arg) => origins.has(arg));
    const { operand } = origins.get(operands[0]!)!;
    const extended =
      node.op.elementwise &&
      operands.every((arg) => sameShape(arg.shape, node.shape) && origins.get(arg)!.operand === operand);
    origins.set(
      node,
      extended ? { operand, several: operands.some((arg) => arg !== operand) } : { operand: node, several: false },
    );
  }
  const wanted = new Set([output]);
  for (const [node, { args }] of stages) {
    const { operand } = origins.get(node)!;
    for (const arg of args) if (origins.has(arg) && origins.get(arg)!.operand !== operand) wanted.add(arg);
  }
  const merged = new Map<Expr, Stage>();
  for (const [node, stage] of stages) {
    const { operand, several } = origins.get(node)!;
    // A product of a node with itself is better off as a function, too.
    const single = !several && stage.differential.curvature.kind !== 'bilinear';
    const within = (inner: Expr): boolean => inner !== operand && origins.get(inner)?.operand === operand;
    if (operand === node || (single && wanted.has(node))) merged.set(node, stage);
    else if (wanted.has(node))
      merged.set(node, { args: [operand], differential: differentialOf(node, operand, within) });
  }
  return merged;
};
