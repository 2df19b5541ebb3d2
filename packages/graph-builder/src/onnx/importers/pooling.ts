/** Import of pooling. */

import type { PoolingOptions } from '../../convolution/pooling.js';
import type { Expr } from '../../expr.js';
import { averagePool, globalAveragePool } from '../../ops/averagePool.js';
import { globalMaxPool, maxPool } from '../../ops/maxPool.js';
import type { Importer, ImportNode } from '../importer.js';
import { knownSizes, windowAttributes } from './window.js';

const pooling =
  (pool: (n: ImportNode, x: Expr, kernel: readonly number[], options: PoolingOptions) => Expr): Importer =>
  (n) => {
    const x = n.input(0);
    const kernel = n.ints('kernel_shape') ?? n.fail('needs kernel_shape');
    const window = windowAttributes(n, knownSizes(n, x), kernel);
    return [pool(n, x, kernel, { ...window, ceil: n.int('ceil_mode', 0) === 1 })];
  };

/** MaxPool's second output (positions in the whole tensor) is not read. */
export const poolings: Readonly<Record<string, Importer>> = {
  AveragePool: pooling((n, x, kernel, options) =>
    averagePool(x, kernel, { ...options, countIncludePad: n.int('count_include_pad', 0) === 1 }),
  ),
  GlobalAveragePool: (n) => [globalAveragePool(n.input(0))],
  GlobalMaxPool: (n) => [globalMaxPool(n.input(0))],
  MaxPool: pooling((_, x, kernel, options) => maxPool(x, kernel, options)),
};
