/** Import of pooling. */

import type { PoolingOptions } from '../../convolution/pooling.js';
import { multiplyDims } from '../../dim.js';
import type { Expr } from '../../expr.js';
import { add } from '../../ops/add.js';
import { averagePool, globalAveragePool } from '../../ops/averagePool.js';
import { constant } from '../../ops/constant.js';
import { integerDivide } from '../../ops/integerDivide.js';
import { iota } from '../../ops/iota.js';
import { globalMaxPool, maxPool, maxPoolIndices } from '../../ops/maxPool.js';
import { mod } from '../../ops/mod.js';
import { mul } from '../../ops/mul.js';
import { reshape } from '../../ops/reshape.js';
import { stridesOf } from '../../shape.js';
import { elementCount } from '../../tensor.js';
import type { Importer, ImportNode } from '../importer.js';
import { knownSizes, windowAttributes } from './window.js';

interface Pooling {
  readonly x: Expr;
  readonly sizes: readonly number[];
  readonly kernel: readonly number[];
  readonly options: PoolingOptions;
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

export const poolings: Readonly<Record<string, Importer>> = {
  AveragePool: averagePoolImporter,
  GlobalAveragePool: (n) => [globalAveragePool(n.input(0))],
  GlobalMaxPool: (n) => [globalMaxPool(n.input(0))],
  MaxPool: maxPoolImporter,
};
