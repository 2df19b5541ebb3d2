/** Rotary position embedding: pairs of a vector's elements turned by angles (Su et al. 2021, arXiv 2104.09864). */

import { GraphError } from '../error.js';
import { describe, type Expr } from '../expr.js';
import { add } from '../ops/add.js';
import { concat } from '../ops/concat.js';
import { entry, joined } from '../ops/entries.js';
import { mul } from '../ops/mul.js';
import { reshape } from '../ops/reshape.js';
import { sliceAxis } from '../ops/slice.js';
import { sub } from '../ops/sub.js';

/**
 * x [..., D] with its first 2h elements as h pairs (a, b) that become (a·cos − b·sin, a·sin + b·cos); the others stay. The cosines
 * and sines [..., h] broadcast to x's other axes. Pairs are elements i and h + i, or where `interleaved` 2i and 2i + 1. Throws
 * GraphError where the shapes do not fit.
 */
export const rotaryEmbedding = (x: Expr, cos: Expr, sin: Expr, interleaved = false): Expr => {
  const last = x.shape.length - 1;
  const [length, pairs] = [x.shape[last], cos.shape.at(-1)];
  const isKnown = typeof length === 'number' && typeof pairs === 'number';
  if (!isKnown || sin.shape.at(-1) !== pairs || 2 * pairs > length) {
    throw new GraphError(
      'rotaryEmbedding',
      `cosines ${describe(cos)} and sines ${describe(sin)} do not turn pairs of the last axis of ${describe(x)}; they must be equally many, at most half its length`,
    );
  }
  const outer = x.shape.slice(0, -1);
  const turned = sliceAxis(x, last, 0, 2 * pairs);
  const element = (i: number): Expr =>
    interleaved ? entry(reshape(turned, [...outer, pairs, 2]), last + 1, i) : sliceAxis(x, last, i * pairs, pairs);
  const [a, b] = [element(0), element(1)];
  const results = [sub(mul(a, cos), mul(b, sin)), add(mul(a, sin), mul(b, cos))];
  const rotated = interleaved ? reshape(joined(results, last + 1), turned.shape) : concat(results, last);
  return 2 * pairs === length ? rotated : concat([rotated, sliceAxis(x, last, 2 * pairs, length - 2 * pairs)], last);
};
