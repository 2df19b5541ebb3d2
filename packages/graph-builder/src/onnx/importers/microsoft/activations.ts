/** Import of com.microsoft's activations, with the sums that come before them. */

import { divideDimsExactly } from '../../../dim.js';
import { describe, type Expr } from '../../../expr.js';
import { add } from '../../../ops/add.js';
import { gelu, geluTanh } from '../../../ops/gelu.js';
import { mul } from '../../../ops/mul.js';
import { sliceAxis } from '../../../ops/slice.js';
import { swish } from '../../../ops/swish.js';
import type { Importer } from '../../importer.js';

/** x + bias, where there is one. */
export const plus = (x: Expr, bias: Expr | undefined): Expr => (bias ? add(x, bias) : x);

const biasSplitGelu: Importer = (n) => {
  const x = add(n.input(0), n.input(1));
  const last = x.shape.length - 1;
  const half = last < 0 ? undefined : divideDimsExactly(x.shape[last]!, 2);
  if (half === undefined) return n.fail(`needs a last axis of even length to split, got ${describe(x)}`);
  return [mul(sliceAxis(x, last, 0, half), gelu(sliceAxis(x, last, half, half)))];
};

export const microsoftActivations: Readonly<Record<string, Importer>> = {
  BiasAdd: (n) => [add(add(n.input(0), n.input(1)), n.input(2))],
  BiasGelu: (n) => [gelu(add(n.input(0), n.input(1)))],
  BiasSplitGelu: biasSplitGelu,
  FastGelu: (n) => [geluTanh(plus(n.input(0), n.optional(1)))],
  Gelu: (n) => [gelu(n.input(0))],
  QuickGelu: (n) => [swish(n.input(0), n.float('alpha', 1.702))],
};
