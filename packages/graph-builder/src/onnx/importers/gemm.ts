/** Import of Gemm: α·A'·B' + β·C, where ' is an optional transposition. */

import type { Expr } from '../../expr.js';
import { add } from '../../ops/add.js';
import { matmul } from '../../ops/matmul.js';
import { mul } from '../../ops/mul.js';
import { transpose } from '../../ops/transpose.js';
import type { ImportNode } from '../importer.js';

export const gemm = (n: ImportNode): Expr => {
  const a = n.int('transA', 0) ? transpose(n.input(0)) : n.input(0);
  const b = n.int('transB', 0) ? transpose(n.input(1)) : n.input(1);
  const product = mul(matmul(a, b), n.float('alpha', 1));
  const c = n.optional(2);
  return c ? add(product, mul(c, n.float('beta', 1))) : product;
};
