/** Operations on the bits of integers; they have no derivative. Signed integers are in two's complement. */

import { mapBroadcast, overUnexpanded } from '../classes/elementwise.js';
import { GraphError } from '../error.js';
import { commonDType, describe, type Expr, isFloat, makeExpr } from '../expr.js';
import type { Attributes, Op } from '../op.js';
import { broadcastShapes } from '../shape.js';
import { arrayTypes, type DType } from '../tensor.js';
import { constantValue } from './constant.js';
import { foldConstants } from './fold.js';

const bitsOf = (dtype: DType): number => 8 * arrayTypes[dtype].BYTES_PER_ELEMENT;

const isUnsigned = (dtype: DType): boolean => dtype.startsWith('u');

/** The integer whose last bits in the type are those of another. */
const held = (value: bigint, dtype: DType): number =>
  Number(isUnsigned(dtype) ? BigInt.asUintN(bitsOf(dtype), value) : BigInt.asIntN(bitsOf(dtype), value));

const bitwise = <A extends Attributes>(
  name: string,
  emit: Op<A>['emit'],
  takes: (dtype: DType) => boolean,
  f: (attributes: A, bits: number, values: readonly bigint[]) => bigint,
  opset?: number,
): Op<A> => ({
  name,
  infer: (args) => {
    const dtype = commonDType(name, args);
    if (!takes(dtype))
      throw new GraphError(
        name,
        `does not take ${describe(args[0]!)}; cast it to an integer type, for a shift an unsigned one`,
      );
    return { dtype, shape: broadcastShapes(name, ...args.map((a) => a.shape)) };
  },
  emit,
  evaluate: ({ dtype, attributes }, args, shape) =>
    mapBroadcast(args, shape, (...values) => held(f(attributes, bitsOf(dtype), values.map(BigInt)), dtype)),
  ...(opset !== undefined && { opset }),
});

const isInteger = (dtype: DType): boolean => !isFloat(dtype) && dtype !== 'bool';

const logical = (name: string, onnx: string, f: (...values: readonly bigint[]) => bigint): Op =>
  bitwise(
    name,
    (node, e) => e.node(onnx, node.args.map(e.name)),
    isInteger,
    (_, __, values) => f(...values),
    18,
  );

const isExact = (expr: Expr): boolean => constantValue(expr)?.data.every(Number.isSafeInteger) ?? true;

/** Folded where no integer is beyond 2⁵³: a constant's value is known to that many bits. */
const make = <A extends Attributes>(op: Op<A>, args: readonly Expr[], attributes: A): Expr =>
  overUnexpanded(op.name, args, (...operands) => {
    const node = makeExpr(op, operands, attributes);
    const folded = node.args.every(isExact) ? foldConstants(node) : node;
    return isExact(folded) ? folded : node;
  });

const infix =
  (op: Op) =>
  (a: Expr, b: Expr): Expr =>
    make(op, [a, b], {});

const notOp = logical('bitwiseNot', 'BitwiseNot', (a) => ~a!);

/** The bits that both integers have, broadcasting. Throws GraphError on anything but integers of one type; so do the next three. */
export const bitwiseAnd = infix(logical('bitwiseAnd', 'BitwiseAnd', (a, b) => a! & b!));
/** The bits that either integer has. */
export const bitwiseOr = infix(logical('bitwiseOr', 'BitwiseOr', (a, b) => a! | b!));
/** The bits that one of two integers has. */
export const bitwiseXor = infix(logical('bitwiseXor', 'BitwiseXor', (a, b) => a! ^ b!));
/** The bits that an integer has not. */
export const bitwiseNot = (a: Expr): Expr => make(notOp, [a], {});

type ShiftAttributes = { readonly direction: 'left' | 'right' };

const shiftOp = bitwise<ShiftAttributes>(
  'bitShift',
  (node, e) =>
    e.node('BitShift', node.args.map(e.name), { direction: node.attributes.direction === 'left' ? 'LEFT' : 'RIGHT' }),
  isUnsigned,
  ({ direction }, bits, [value, places]) => {
    if (places! >= BigInt(bits)) return 0n;
    return direction === 'left' ? value! << places! : value! >> places!;
  },
);

/** Unsigned integers with their bits moved by so many places, broadcasting; what leaves the type is lost. Throws GraphError on other types. */
export const bitShift = (value: Expr, places: Expr, direction: 'left' | 'right'): Expr =>
  make(shiftOp, [value, places], { direction });
