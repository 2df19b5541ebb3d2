/** A leaf with a value known when the graph is built. */

import { GraphError } from '../error.js';
import { type Expr, makeExpr } from '../expr.js';
import type { Attributes, Op, Value } from '../op.js';
import { arrayTypes, type DType, type Tensor, type TensorData } from '../tensor.js';

export type ConstantAttributes = Attributes & { readonly dtype: DType; readonly shape: readonly number[] };

/** The data of constants, beside the nodes so that attributes stay small and comparable. */
const values = new WeakMap<Expr, Float64Array>();
const tensors = new WeakMap<Expr, Tensor>();

const identities = new WeakMap<TensorData, number>();
let nextIdentity = 0;

/** Below this many elements constants with equal values are one node; above it only those that share their data. */
const COMPARED_ELEMENTS = 64;

const identityOf = (tensor: Tensor): string => {
  const head = `${tensor.dtype}|${tensor.shape.join(',')}`;
  // Object.is tells 0 from −0, which a decimal string does not.
  if (tensor.data.length <= COMPARED_ELEMENTS) {
    return `${head}|${Array.from(tensor.data as ArrayLike<number | bigint>, (v) => (Object.is(v, -0) ? '-0' : String(v))).join(',')}`;
  }
  if (!identities.has(tensor.data)) identities.set(tensor.data, nextIdentity++);
  return `${head}|#${identities.get(tensor.data)}`;
};

export const constantOp: Op<ConstantAttributes> = {
  name: 'constant',
  infer: (_, { dtype, shape }) => ({ dtype, shape }),
  emit: () => {
    throw new Error('constants are written by the encoder itself');
  },
  evaluate: (node) => constantValue(node)!.data,
};

/** The largest value of each 64-bit type. The double nearest to it, which stands for "to the end" in files, is one more. */
const LARGEST: Readonly<Partial<Record<DType, bigint>>> = { int64: 2n ** 63n - 1n, uint64: 2n ** 64n - 1n };

const whole = (value: number, largest: bigint): bigint => {
  const exact = BigInt(Math.trunc(value));
  return exact > largest ? largest : exact;
};

/**
 * A tensor from plain numbers, converted to the element type. Throws GraphError where their count is not the shape's, or
 * where a 64-bit integer is asked for and a number is infinite or not one; larger numbers than a 64-bit type holds become its largest.
 */
export function tensor<D extends DType>(data: ArrayLike<number>, shape: readonly number[], dtype: D): Tensor<D> {
  const size = shape.reduce((a, b) => a * b, 1);
  if (size !== data.length) {
    throw new GraphError('tensor', `shape [${shape.join(', ')}] holds ${size} elements, got ${data.length}`);
  }
  const out = new arrayTypes[dtype](size);
  const largest = LARGEST[dtype];
  if (largest !== undefined) {
    const at = Array.prototype.findIndex.call(data, (v: number) => !Number.isFinite(v));
    if (at >= 0) throw new GraphError('tensor', `element ${at} is ${data[at]}, which ${dtype} does not hold`);
  }
  for (let i = 0; i < size; i++) {
    (out as { [index: number]: number | bigint })[i] = largest === undefined ? data[i]! : whole(data[i]!, largest);
  }
  return { dtype, shape, data: out };
}

/** A constant from a number (a scalar of the given dtype, float32 unless said) or from a whole tensor. */
export function constant(value: number | Tensor, dtype: DType = 'float32'): Expr<ConstantAttributes> {
  const whole = typeof value === 'number' ? tensor([value], [], dtype) : value;
  const attributes = { dtype: whole.dtype, shape: whole.shape };
  const expr = makeExpr(constantOp, [], attributes, identityOf(whole));
  if (!tensors.has(expr)) tensors.set(expr, whole);
  return expr;
}

export const isConstant = (expr: Expr): boolean => expr.op === constantOp;

/** The tensor of a constant; undefined for any other node. */
export const tensorOf = (expr: Expr): Tensor | undefined => tensors.get(expr);

/** A constant's value as float64; undefined for any other node. */
export const constantValue = (expr: Expr): Value | undefined => {
  const own = tensors.get(expr);
  if (!own) return undefined;
  if (!values.has(expr)) values.set(expr, Float64Array.from(own.data as ArrayLike<number | bigint>, Number));
  return { shape: own.shape, data: values.get(expr)! };
};

/** The number that every element of a constant equals, seen through expansions' operands by callers; else undefined. */
export const uniformValue = (expr: Expr): number | undefined => {
  const value = constantValue(expr);
  if (!value || value.data.length === 0) return undefined;
  const first = value.data[0]!;
  return value.data.every((v) => v === first) ? first : undefined;
};
