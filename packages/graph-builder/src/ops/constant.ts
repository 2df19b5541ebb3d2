/** A leaf with a value known when the graph is built. */

import { numberKey } from '../attributes.js';
import { GraphError } from '../error.js';
import { type Expr, makeExpr } from '../expr.js';
import type { Attributes, Op, Value } from '../op.js';
import { requireOwnArray } from '../ownArray.js';
import { requireExtents } from '../shape.js';
import { arrayTypes, type DType, elementCount, type Tensor, type TensorData } from '../tensor.js';

/** What a constant is, but for its data, which `tensorOf` gives. */
export type ConstantAttributes = Attributes & { readonly dtype: DType; readonly shape: readonly number[] };

/** The data of constants, beside the nodes so that attributes stay small and comparable. */
const values = new WeakMap<Expr, Float64Array>();
const tensors = new WeakMap<Expr, Tensor>();

const identities = new WeakMap<TensorData, number>();
let nextIdentity = 0;

/** Below this many elements constants with equal values are one node; above it only those that share their data. */
const COMPARED_ELEMENTS = 64;

/** Are constants of such data compared by their values? */
const isCompared = (data: TensorData): boolean => data.length <= COMPARED_ELEMENTS;

const identityOf = (tensor: Tensor): string => {
  const head = `${tensor.dtype}|${tensor.shape.join(',')}`;
  if (isCompared(tensor.data)) {
    return `${head}|${Array.from(tensor.data as ArrayLike<number | bigint>, numberKey).join(',')}`;
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
  // A copy: what an evaluation gives belongs to whoever asked, and this node to every graph that holds it.
  evaluate: (node) => constantValue(node)!.data.slice(),
};

/** The least and the largest value of each integer type; in 64 bits the largest is the double nearest to it, which is one more. */
const RANGES: Readonly<Partial<Record<DType, readonly [number, number]>>> = {
  int8: [-(2 ** 7), 2 ** 7 - 1],
  int16: [-(2 ** 15), 2 ** 15 - 1],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int64: [-(2 ** 63), 2 ** 63],
  uint8: [0, 2 ** 8 - 1],
  uint16: [0, 2 ** 16 - 1],
  uint32: [0, 2 ** 32 - 1],
  uint64: [0, 2 ** 64],
  bool: [0, 1],
};

/** Where the first number is that the type does not hold, cut off after the point (a bool as it is); −1 where there is none. */
export const firstUnheld = (data: ArrayLike<number>, dtype: DType): number => {
  const range = RANGES[dtype];
  if (range === undefined) return -1;
  const [least, largest] = range;
  for (let i = 0; i < data.length; i++) {
    const value = dtype === 'bool' ? data[i]! : Math.trunc(data[i]!);
    if (!(value >= least && value <= largest) || (dtype === 'bool' && !Number.isInteger(value))) return i;
  }
  return -1;
};

/** Does the type hold the number as it is? A floating-point one holds any, rounded. */
export const isHeld = (value: number, dtype: DType): boolean =>
  RANGES[dtype] === undefined || (Number.isInteger(value) && firstUnheld([value], dtype) < 0);

/** The 64-bit integer that a number stands for: the double one beyond the largest means "to the end" in files. */
const wide = (value: number, largest: number): bigint =>
  value === largest ? BigInt(largest) - 1n : BigInt(Math.trunc(value));

const requireFilled = (shape: readonly number[], found: number): void => {
  requireExtents('tensor', 'the value', shape);
  const size = elementCount(shape);
  if (size !== found) {
    throw new GraphError('tensor', `shape [${shape.join(', ')}] holds ${size} elements, got ${found}`);
  }
};

/**
 * A tensor from plain numbers, converted to the element type: to an integer they are cut off after the point, as by `cast`. Throws GraphError
 * where their count is not the shape's or an extent is not a whole number from 0, and where an integer type, or bool with its 0 and 1, does
 * not hold a number; 2⁶³ in int64 and 2⁶⁴ in uint64, the doubles nearest to the largest values, become those.
 */
export function tensor<D extends DType>(data: ArrayLike<number>, shape: readonly number[], dtype: D): Tensor<D> {
  requireFilled(shape, data.length);
  const unheld = firstUnheld(data, dtype);
  if (unheld >= 0) {
    throw new GraphError('tensor', `element ${unheld} is ${data[unheld]}, which ${dtype} does not hold`);
  }
  const out = new arrayTypes[dtype](data.length);
  if (out instanceof BigInt64Array || out instanceof BigUint64Array) {
    const largest = RANGES[dtype]![1];
    for (let i = 0; i < data.length; i++) out[i] = wide(data[i]!, largest);
  } else for (let i = 0; i < data.length; i++) out[i] = data[i]!;
  return { dtype, shape, data: out };
}

const copyOf = ({ dtype, data }: Tensor): TensorData => {
  const copy = new arrayTypes[dtype](data.length);
  (copy as Float64Array).set(data as Float64Array);
  return copy;
};

/**
 * A constant from a number (a scalar of the given dtype, float32 unless said) or from a whole tensor. Throws GraphError as `tensor` does, and
 * where a tensor's data do not fill its shape, or are not in the array of its type. A large tensor is not copied: nobody may write to its data afterwards.
 */
export function constant(value: number | Tensor, dtype: DType = 'float32'): Expr<ConstantAttributes> {
  if (typeof value !== 'number') {
    requireFilled(value.shape, value.data.length);
    requireOwnArray('constant', 'the tensor', value);
  }
  const whole = typeof value === 'number' ? tensor([value], [], dtype) : value;
  const attributes = { dtype: whole.dtype, shape: whole.shape };
  const expr = makeExpr(constantOp, [], attributes, identityOf(whole));
  if (!tensors.has(expr)) {
    // Constants of equal data are one node, whose data must not change with those of one caller.
    const data = isCompared(whole.data) ? copyOf(whole) : whole.data;
    tensors.set(expr, { dtype: whole.dtype, shape: expr.attributes.shape, data });
  }
  return expr;
}

/** Is its value known? */
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
  // Not `constantValue`: a large constant, such as a model's weights, would be widened only to be looked at.
  const data = tensors.get(expr)?.data as Float64Array | undefined;
  if (!data || data.length === 0) return undefined;
  const first = data[0]!;
  return data.every((v) => v === first) ? Number(first) : undefined;
};
