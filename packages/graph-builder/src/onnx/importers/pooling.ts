/** Import of pooling. */

import type { PoolingOptions } from '../../convolution/pooling.js';
import { type Dim, multiplyDims } from '../../dim.js';
import { describe, type Expr } from '../../expr.js';
import { add } from '../../ops/add.js';
import { averagePool, globalAveragePool } from '../../ops/averagePool.js';
import { constant } from '../../ops/constant.js';
import { integerDivide } from '../../ops/integerDivide.js';
import { iota } from '../../ops/iota.js';
import { globalLpPool, lpPool } from '../../ops/lpPool.js';
import { globalMaxPool, maxPool, maxPoolIndices } from '../../ops/maxPool.js';
import { maxUnpool } from '../../ops/maxUnpool.js';
import { mod } from '../../ops/mod.js';
import { mul } from '../../ops/mul.js';
import { reshape } from '../../ops/reshape.js';
import { stridesOf } from '../../shape.js';
import { elementCount } from '../../tensor.js';
import type { Importer, ImportNode } from '../importer.js';
import { knownSizes, type WindowAttributes, windowAttributes } from './window.js';

interface Pooling {
  readonly x: Expr;
  readonly sizes: readonly number[];
  readonly kernel: readonly number[];
  readonly options: WindowAttributes & PoolingOptions;
}

const poolingOf = (n: ImportNode): Pooling => {
  const x = n.input(0);
  const sizes = knownSizes(n, x);
  const kernel = n.ints('kernel_shape') ?? n.fail('needs kernel_shape');
  return { x, sizes, kernel, options: { ...windowAttributes(n, sizes, kernel), ceil: n.int('ceil_mode', 0) === 1 } };
};

/** Row-major positions within a channel as column-major ones. */
const columnMajor = (positions: Expr, sizes: readonly number[]): Expr => {
  const rows = stridesOf(sizes);
  return sizes
    .map((size, axis) => {
      const index = mod(integerDivide(positions, constant(rows[axis]!, 'int64')), size, false);
      return mul(index, elementCount(sizes.slice(0, axis)));
    })
    .reduce((a, b) => add(a, b));
};

/** Positions of the maxima counted through the whole tensor, as ONNX numbers them. */
const wholePositions = (n: ImportNode, { x, sizes, kernel, options }: Pooling): Expr => {
  const own = maxPoolIndices(x, kernel, options);
  const ordered = n.int('storage_order', 0) === 1 ? columnMajor(own, sizes) : own;
  const [batch, channels] = x.shape as [number, number];
  const starts = mul(iota(multiplyDims(batch, channels)), elementCount(sizes));
  return add(ordered, reshape(starts, [batch, channels, ...sizes.map(() => 1)]));
};

const maxPoolImporter: Importer = (n) => {
  const pooling = poolingOf(n);
  const value = maxPool(pooling.x, pooling.kernel, pooling.options);
  return n.outputs[1] ? [value, wholePositions(n, pooling)] : [value];
};

const averagePoolImporter: Importer = (n) => {
  const { x, kernel, options } = poolingOf(n);
  return [averagePool(x, kernel, { ...options, countIncludePad: n.int('count_include_pad', 0) === 1 })];
};

const lpPoolImporter: Importer = (n) => {
  const { x, kernel, options } = poolingOf(n);
  return [lpPool(x, kernel, n.int('p', 2), options)];
};

/**
 * Positions count through `output_shape` where it is given, as they do for whoever pooled (onnx/onnx#2398; onnx 1.21's own reference
 * counts through the shape that the window's attributes give); padding then says nothing.
 */
const maxUnpoolImporter: Importer = (n) => {
  const { x, sizes, kernel, options } = poolingOf(n);
  const reached = sizes.map((size, i) => (size - 1) * options.strides[i]! + kernel[i]!);
  const unpadded = reached.map((length, i) => length - options.padsBefore[i]! - options.padsAfter[i]!);
  const [batch, channels] = x.shape as readonly [Dim, Dim];
  const shape = n.dims(2) ?? [batch, channels, ...unpadded];
  if (shape.length !== x.shape.length || shape[0] !== batch || shape[1] !== channels)
    return n.fail(
      `asks for the shape [${shape.join(', ')}]; it must be [${batch}, ${channels}, …] like ${describe(x)}`,
    );
  const overlap = kernel.some((k, i) => k > options.strides[i]!);
  return [maxUnpool(x, n.input(1), shape, overlap)];
};

export const poolings: Readonly<Record<string, Importer>> = {
  AveragePool: averagePoolImporter,
  GlobalAveragePool: (n) => [globalAveragePool(n.input(0))],
  GlobalLpPool: (n) => [globalLpPool(n.input(0), n.int('p', 2))],
  GlobalMaxPool: (n) => [globalMaxPool(n.input(0))],
  LpPool: lpPoolImporter,
  MaxPool: maxPoolImporter,
  MaxUnpool: maxUnpoolImporter,
};
