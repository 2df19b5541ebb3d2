/** A vector of int64 whose entries are dimensions: symbols become numbers when the graph runs. */

import type { Dim } from '../dim.js';
import { type Expr, makeExpr } from '../expr.js';
import type { Op } from '../op.js';
import { constant, tensor } from './constant.js';

export type DimsAttributes = { readonly dims: readonly Dim[] };

export const dimsOp: Op<DimsAttributes> = {
  name: 'dims',
  infer: (_, { dims }) => ({ dtype: 'int64', shape: [dims.length] }),
  emit: (node, e) => e.dims(node.attributes.dims),
  evaluate: (node, _args, _shape, bind) => Float64Array.from(node.attributes.dims, bind),
};

/** The dimensions as an int64 vector; a plain constant where all are numbers. */
export function dims(entries: readonly Dim[]): Expr {
  if (entries.every((d) => typeof d === 'number')) return constant(tensor(entries, [entries.length], 'int64'));
  return makeExpr(dimsOp, [], { dims: entries });
}
