/** CumProd: running products along an axis (https://onnx.ai/onnx/operators/onnx__CumProd.html). */

import { GraphError } from '../error.js';
import { describe, type Expr } from '../expr.js';
import { type OptionNames, requireKnown } from '../options.js';
import { normalizeAxis } from '../shape.js';
import { concat } from './concat.js';
import { constant } from './constant.js';
import { expand } from './expand.js';
import { mul } from './mul.js';
import { sliceAxis } from './slice.js';

/** Options of `cumProd`. */
export interface CumProdOptions {
  /** Leave the element itself out of its product, which then begins with 1. */
  readonly exclusive?: boolean;
  /** Multiply from the end. */
  readonly reverse?: boolean;
}

const CUM_PROD_OPTIONS: OptionNames<CumProdOptions> = { exclusive: true, reverse: true };

/** x moved along an axis by so many places, ones in the places that it leaves. */
const moved = (x: Expr, axis: number, by: number, length: number, reverse: boolean): Expr => {
  const kept = sliceAxis(x, axis, reverse ? by : 0, length - by);
  const ones = expand(
    constant(1, x.dtype),
    x.shape.map((d, i) => (i === axis ? by : d)),
  );
  return concat(reverse ? [kept, ones] : [ones, kept], axis);
};

/**
 * y[.., i, ..] = Π_{j ≤ i} x[.., j, ..] along `axis` (j < i if exclusive; from the end if reverse), by products of 1, 2, 4, … neighbours:
 * values and derivatives hold where elements are 0, too. Throws GraphError where the axis' length is not known, and where there is no such axis or option.
 */
export const cumProd = (x: Expr, axis: number, options: CumProdOptions = {}): Expr => {
  requireKnown('cumProd', options, CUM_PROD_OPTIONS);
  const { exclusive = false, reverse = false } = options;
  const along = normalizeAxis('cumProd', axis, x.shape.length);
  const length = x.shape[along]!;
  if (typeof length !== 'number')
    throw new GraphError('cumProd', `${describe(x)} must have an axis ${along} of known length; give it as a number`);
  if (length === 0) return x;
  let product = exclusive ? moved(x, along, 1, length, reverse) : x;
  for (let by = 1; by < length; by *= 2) product = mul(product, moved(product, along, by, length, reverse));
  return product;
};
