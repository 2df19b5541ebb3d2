/**
 * Import of QuantizeLinear, DequantizeLinear and DynamicQuantizeLinear (https://onnx.ai/onnx/operators/, each on the page of its
 * name) for integers of 8 to 32 bits. Quantisation is piecewise constant: its derivative is zero.
 */

import { type Expr, isFloat } from '../../expr.js';
import { add } from '../../ops/add.js';
import { cast } from '../../ops/cast.js';
import { equal } from '../../ops/compare.js';
import { constant } from '../../ops/constant.js';
import { div } from '../../ops/div.js';
import { expand } from '../../ops/expand.js';
import { maximum, minimum } from '../../ops/extremum.js';
import { mul } from '../../ops/mul.js';
import { reduceMax, reduceMin } from '../../ops/reduceExtremum.js';
import { reshape } from '../../ops/reshape.js';
import { roundedQuotient } from '../../ops/roundedQuotient.js';
import { sliceAxis } from '../../ops/slice.js';
import { sub } from '../../ops/sub.js';
import { where } from '../../ops/where.js';
import { normalizeAxis } from '../../shape.js';
import type { DType } from '../../tensor.js';
import type { Importer, ImportNode } from '../importer.js';
import { onnxTypeOf } from '../types.js';

/** The types that numbers are quantised to, with the least and the largest value of each. */
const RANGES: Readonly<Partial<Record<DType, readonly [number, number]>>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
};

/** Scales or zero points of blocks of `size` along an axis, one for each element of x. */
const ofBlocks = (n: ImportNode, value: Expr, x: Expr, axis: number, size: number): Expr => {
  const length = x.shape[axis]!;
  const blocks = typeof length === 'number' ? Math.ceil(length / size) : 0;
  if (typeof length !== 'number' || value.shape[axis] !== blocks)
    return n.fail(`has ${value.shape[axis]} blocks of ${size} along axis ${axis}, whose length is ${length}`);
  const repeated = expand(
    reshape(value, value.shape.toSpliced(axis + 1, 0, 1)),
    value.shape.toSpliced(axis + 1, 0, size),
  );
  return sliceAxis(reshape(repeated, value.shape.with(axis, blocks * size)), axis, 0, length);
};

/** A scale or zero point as it broadcasts to x: one for all of it, one for each entry of an axis, or one for each block of one. */
const spread = (n: ImportNode, value: Expr, x: Expr): Expr => {
  if (value.shape.every((d) => d === 1)) return reshape(value, []);
  const axis = normalizeAxis(n.opType, n.int('axis', 1), x.shape.length);
  const size = n.int('block_size', 0);
  if (size > 0 && value.shape.length === x.shape.length) return ofBlocks(n, value, x, axis, size);
  if (value.shape.length !== 1 || value.shape[0] !== x.shape[axis])
    return n.fail(
      `has scales or zero points of shape [${value.shape.join(', ')}] for [${x.shape.join(', ')}]; one, one for each entry of axis ${axis}, or one for each block is supported`,
    );
  return reshape(
    value,
    x.shape.map((_, k) => (k === axis ? value.shape[0]! : 1)),
  );
};

/** The operand with the zero point, spread, in the type that is computed in; undefined where it is left out. */
const zeroPoint = (n: ImportNode, x: Expr, dtype: DType): Expr | undefined => {
  const given = n.optional(2);
  return given && cast(spread(n, given, x), dtype);
};

/** Numbers of whole value as integers, those outside held at the type's edges. */
const saturated = (x: Expr, dtype: DType): Expr => {
  const [least, largest] = RANGES[dtype]!;
  const bound = (value: number): Expr => constant(value, x.dtype);
  return cast(minimum(maximum(x, bound(least)), bound(largest)), dtype);
};

const quantizeLinear: Importer = (n) => {
  const scale = n.input(1);
  const x = cast(n.input(0), scale.dtype);
  const asked = n.int('output_dtype', 0) || onnxTypeOf[n.optional(2)?.dtype ?? 'uint8'];
  const to = n.dtype(asked);
  if (to === undefined || !RANGES[to])
    return n.fail(
      `quantises to ${to ?? `element type ${asked}`}, which is not supported; int8, uint8, int16 and uint16 are`,
    );
  const zero = zeroPoint(n, x, scale.dtype);
  const steps = roundedQuotient(x, spread(n, scale, x));
  return [saturated(zero ? add(steps, zero) : steps, to)];
};

const dequantizeLinear: Importer = (n) => {
  const [x, scale] = [n.input(0), n.input(1)];
  const zero = zeroPoint(n, x, scale.dtype);
  const steps = zero ? sub(cast(x, scale.dtype), zero) : cast(x, scale.dtype);
  const result = mul(steps, spread(n, scale, x));
  const asked = n.int('output_dtype', 0);
  const to = asked === 0 ? scale.dtype : n.dtype(asked);
  if (to === undefined || !isFloat(to)) return n.fail(`gives element type ${asked}, which is not supported`);
  return [cast(result, to)];
};

/** To uint8, with the scale and the zero point that make the most of it: between the least and the largest element, and zero. */
const dynamicQuantizeLinear: Importer = (n) => {
  const x = n.input(0);
  const zero = constant(0, x.dtype);
  const [least, largest] = [minimum(reduceMin(x), zero), maximum(reduceMax(x), zero)];
  const range = sub(largest, least);
  // Zeros alone have no range; ONNX Runtime takes the scale 1. A divisor that is no constant is divided by, which decides halves.
  const one = constant(1, x.dtype);
  const none = equal(range, zero);
  const scale = div(where(none, one, range), where(none, one, constant(255, x.dtype)));
  const zeroAt = saturated(roundedQuotient(sub(zero, least), scale), 'uint8');
  return [saturated(add(roundedQuotient(x, scale), cast(zeroAt, x.dtype)), 'uint8'), scale, zeroAt];
};

export const quantizations: Readonly<Record<string, Importer>> = {
  DequantizeLinear: dequantizeLinear,
  DynamicQuantizeLinear: dynamicQuantizeLinear,
  QuantizeLinear: quantizeLinear,
};
