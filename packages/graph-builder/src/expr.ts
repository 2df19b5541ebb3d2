/** Expressions: immutable, hash-consed nodes of a directed acyclic graph of tensor operations. */

import { attributesKey, frozenAttributes } from './attributes.js';
import { GraphError } from './error.js';
import type { Attributes, Op } from './op.js';
import { requireExtents, type Shape } from './shape.js';
import type { DType } from './tensor.js';

/** One tensor-valued node. Equal operation, operands and attributes give the very same object, so `===` is equality. */
// biome-ignore lint/suspicious/noExplicitAny: each operation knows its own attributes; a walk over a graph does not.
export interface Expr<A extends Attributes = any> {
  /** Creation order: operands always have smaller ids than the nodes that read them. */
  readonly id: number;
  readonly op: Op<A>;
  readonly args: readonly Expr[];
  readonly attributes: A;
  readonly dtype: DType;
  readonly shape: Shape;
}

const interned = new Map<string, WeakRef<Expr>>();
const collected = new FinalizationRegistry<string>((key) => {
  if (interned.get(key)?.deref() === undefined) interned.delete(key);
});
let created = 0;

const intern = <A extends Attributes>(key: string, build: () => Omit<Expr<A>, 'id'>): Expr<A> => {
  const known = interned.get(key)?.deref();
  if (known) return known;
  const expr: Expr<A> = Object.freeze({ id: created++, ...build() });
  interned.set(key, new WeakRef<Expr>(expr));
  collected.register(expr, key);
  return expr;
};

/** `float32[N, 10]`, for messages. */
export const describe = (expr: Pick<Expr, 'dtype' | 'shape'>): string => `${expr.dtype}[${expr.shape.join(', ')}]`;

/**
 * The node of an operation over operands. Throws GraphError (from the operation's shape rule) where they do not fit, and where a length is no whole number.
 * `identity` stands in for attributes that are too large to compare by value (a constant's data). Operands and attributes are copied:
 * the node outlives the call, and whoever builds an equal one later gets it, whatever became of the arrays that were given.
 */
export const makeExpr = <A extends Attributes>(
  op: Op<A>,
  args: readonly Expr[],
  attributes: A,
  identity: string = attributesKey(attributes),
): Expr<A> =>
  intern(`${op.name}|${args.map((a) => a.id).join(',')}|${identity}`, () => {
    const own = frozenAttributes(attributes);
    const operands = Object.freeze([...args]);
    const { dtype, shape } = op.infer(operands, own);
    requireExtents(op.name, 'the result', shape);
    return { op, args: operands, attributes: own, dtype, shape: Object.freeze(shape) };
  });

const NONE: ReadonlySet<Expr> = new Set();

/**
 * Every node that the given ones depend on, operands before readers; what only `leaves` depend on is left out. Iterative: depth is bounded by
 * memory, not the stack.
 */
export const topologicalOrder = (
  roots: readonly Expr[],
  leaves: { readonly has: (node: Expr) => boolean } = NONE,
): readonly Expr[] => {
  const seen = new Set<Expr>();
  const stack = [...roots];
  while (stack.length > 0) {
    const expr = stack.pop()!;
    if (seen.has(expr)) continue;
    seen.add(expr);
    if (leaves.has(expr)) continue;
    for (const arg of expr.args) if (!seen.has(arg)) stack.push(arg);
  }
  return [...seen].sort((a, b) => a.id - b.id);
};

/** float32 or float64: what can be differentiated. */
export const isFloat = (dtype: DType): boolean => dtype === 'float32' || dtype === 'float64';

/** Throws GraphError unless the operand is floating-point. */
export const requireFloat = (operation: string, x: Expr): void => {
  if (!isFloat(x.dtype))
    throw new GraphError(operation, `needs a floating-point operand, got ${describe(x)}; cast it first`);
};

/** Throws GraphError for bool, which has no sums and products. */
export const requireNumbers = (operation: string, x: Expr): void => {
  if (x.dtype === 'bool') throw new GraphError(operation, `needs numbers, got ${describe(x)}; cast it first`);
};

/** Throws unless the operands have one dtype; returns it. */
export const commonDType = (operation: string, args: readonly Expr[]): DType => {
  const dtype = args[0]!.dtype;
  if (args.some((a) => a.dtype !== dtype)) {
    throw new GraphError(operation, `operands differ in type: ${args.map(describe).join(' and ')}; cast one of them`);
  }
  return dtype;
};
