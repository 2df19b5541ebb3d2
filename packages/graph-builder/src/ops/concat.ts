/** Concat: joins operands along an axis. */

import { linear } from '../classes/linear.js';
import { addDims, type Dim } from '../dim.js';
import { GraphError } from '../error.js';
import { commonDType, describe, type Expr, makeExpr } from '../expr.js';
import { normalizeAxis, requireExtents, unequalLengths } from '../shape.js';
import { elementCount } from '../tensor.js';
import { constant } from './constant.js';
import { expand } from './expand.js';
import { foldConstants } from './fold.js';
import { sliceAxis } from './slice.js';

/** A join of joins is one of at most as many parts: one that doubles again and again would have no end of them. */
const MOST_PARTS = 1024;

export type ConcatAttributes = { readonly axis: number };

const offsetsOf = (args: readonly Expr[], axis: number): Dim[] => {
  const offsets: Dim[] = [0];
  for (const arg of args) offsets.push(addDims(offsets.at(-1)!, arg.shape[axis]!));
  return offsets;
};

export const concatOp = linear<ConcatAttributes>({
  name: 'concat',
  infer: (args, { axis }) => {
    const dtype = commonDType('concat', args);
    const first = args[0]!;
    for (const arg of args) {
      if (arg.shape.length !== first.shape.length || arg.shape.some((d, i) => i !== axis && d !== first.shape[i])) {
        const [own, wanted] = [arg, first].map(({ shape }) => shape.toSpliced(axis, 1));
        throw new GraphError(
          'concat',
          `${args.map(describe).join(', ')} differ on an axis other than ${axis}`,
          unequalLengths(wanted!, own!),
        );
      }
    }
    const shape = first.shape.map((d, i) => (i === axis ? offsetsOf(args, axis).at(-1)! : d));
    requireExtents('concat', 'the result', shape);
    return { dtype, shape };
  },
  emit: (node, e) => e.node('Concat', node.args.map(e.name), { axis: node.attributes.axis }),
  evaluate: (node, args, shape) => {
    const { axis } = node.attributes;
    const inner = elementCount(shape.slice(axis + 1));
    const outer = elementCount(shape.slice(0, axis));
    const out = new Float64Array(elementCount(shape));
    let start = 0;
    for (const arg of args) {
      const width = arg.shape[axis]! * inner;
      for (let i = 0; i < outer; i++) {
        out.set(arg.data.subarray(i * width, (i + 1) * width), i * shape[axis]! * inner + start);
      }
      start += width;
    }
    return out;
  },
  tangent: (node, i, dx, lead) => {
    const parts = node.args.map((arg, j) =>
      j === i ? dx : expand(constant(0, node.dtype), [...dx.shape.slice(0, lead), ...arg.shape]),
    );
    return concat(parts, node.attributes.axis + lead);
  },
  adjoint: (node, i, adjoint, lead) => {
    const { axis } = node.attributes;
    const length = node.args[i]!.shape[axis]!;
    return sliceAxis(adjoint, axis + lead, offsetsOf(node.args, axis)[i]!, length);
  },
});

/** Operands joined along an axis (negative counts from the end). Throws GraphError where other axes or types differ. */
export function concat(args: readonly Expr[], axis: number): Expr {
  const first = args[0];
  if (first === undefined) throw new GraphError('concat', 'needs at least one operand');
  const along = normalizeAxis('concat', axis, first.shape.length);
  if (args.length === 1) return first;
  const parts = args.map((arg) => (arg.op === concatOp && arg.attributes.axis === along ? arg.args : [arg]));
  const count = parts.reduce((sum, { length }) => sum + length, 0);
  return foldConstants(makeExpr(concatOp, count <= MOST_PARTS ? parts.flat() : args, { axis: along }));
}
