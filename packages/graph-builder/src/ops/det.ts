/** Det: determinants of small matrices by cofactors (https://onnx.ai/onnx/operators/onnx__Det.html). */

import { GraphError } from '../error.js';
import { describe, type Expr } from '../expr.js';
import { add } from './add.js';
import { mul } from './mul.js';
import { reshape } from './reshape.js';
import { slice } from './slice.js';
import { sub } from './sub.js';

/** n rows take n·2ⁿ⁻¹ products, as minors are shared; beyond so many rows a factorization would be needed. */
const MOST_ROWS = 6;

/**
 * Determinants of x [..., n, n], n from 1 to 6: [...]. A polynomial of the elements, and so are its derivatives: they hold for
 * singular matrices, too. Throws GraphError for other shapes.
 */
export const det = (x: Expr): Expr => {
  const rank = x.shape.length;
  const [rows, columns] = [x.shape[rank - 2], x.shape[rank - 1]];
  if (typeof rows !== 'number' || rows !== columns || rows < 1 || rows > MOST_ROWS) {
    throw new GraphError('det', `${describe(x)} must end in two equal lengths, numbers from 1 to ${MOST_ROWS}`);
  }
  const outer = x.shape.slice(0, -2);
  const element = (i: number, j: number): Expr =>
    reshape(slice(x, [...outer.map(() => 0), i, j], [...outer, 1, 1]), outer);
  /** The determinant of the last rows in the given columns, along the first of those rows. */
  const minor = (kept: readonly number[]): Expr => {
    const row = rows - kept.length;
    if (kept.length === 1) return element(row, kept[0]!);
    const terms = kept.map((j) => mul(element(row, j), minor(kept.filter((other) => other !== j))));
    return terms.reduce((sum, term, k) => (k % 2 === 0 ? add(sum, term) : sub(sum, term)));
  };
  return minor(Array.from({ length: rows }, (_, j) => j));
};
