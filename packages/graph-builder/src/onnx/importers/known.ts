/** Operands that must be known when the file is read. */

import type { Dim } from '../../dim.js';
import { type Expr, topologicalOrder } from '../../expr.js';
import type { Value } from '../../op.js';
import { constantValue } from '../../ops/constant.js';
import { dimsOp } from '../../ops/dims.js';
import { foldedValue } from '../../ops/fold.js';
import { isInput } from '../../ops/input.js';
import { elementCount } from '../../tensor.js';
import type { ImportNode } from '../importer.js';
import { dimsOf } from '../shapeValues.js';

/** Larger values are left to the runtime. */
const MOST_ELEMENTS = 2 ** 20;

const isKnown = ({ shape }: Expr): boolean =>
  shape.every((d) => typeof d === 'number') && elementCount(shape as readonly number[]) <= MOST_ELEMENTS;

/** The last node's value, as where constants are folded one by one. */
const computed = (order: readonly Expr[]): Value | undefined => {
  const values = new Map<Expr, Value>();
  for (const node of order) {
    const value = foldedValue(
      node,
      node.args.map((arg) => values.get(arg)!),
    );
    if (value === undefined) return undefined;
    values.set(node, value);
  }
  return values.get(order.at(-1)!);
};

/** The value of an expression that reads no input and no symbol, also where it was not folded into a constant; else undefined. */
export const knownValueOf = (x: Expr): Value | undefined => {
  const own = constantValue(x);
  if (own || !isKnown(x)) return own;
  const order = topologicalOrder([x]);
  return order.every((node) => !isInput(node) && node.op !== dimsOp && isKnown(node)) ? computed(order) : undefined;
};

/** Fails: operand i is computed from data; `cure` says what to do. */
const failUnknown = (n: ImportNode, i: number, cure: string): never =>
  n.fail(
    `needs operand ${i} ("${n.operands[i]}") to be known when the file is read, but it is computed from data; ${cure}`,
  );

/** The dimensions that an integer or boolean vector or scalar stands for; undefined where unknown. Values may be longer than shapes are. */
export const knownDimsOf = (x: Expr): readonly Dim[] | undefined => {
  if (x.shape.length > 1) return undefined;
  return dimsOf(x) ?? (knownValueOf(x)?.data as unknown as readonly number[] | undefined);
};

/** Operand i as dimensions. Fails, with the cure, where it is computed from data. */
export const knownDims = (n: ImportNode, i: number, cure: string): readonly Dim[] =>
  knownDimsOf(n.input(i)) ?? failUnknown(n, i, cure);

/** Operand i's value. Fails, with the cure, where it is computed from data. */
export const knownValue = (n: ImportNode, i: number, cure: string): Value =>
  knownValueOf(n.input(i)) ?? failUnknown(n, i, cure);
