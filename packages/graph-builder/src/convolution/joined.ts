/** Convolutions that read one operand with different kernels, written as one: chosen by shape from docs/ort-kernels.md. */

import { attributesKey } from '../attributes.js';
import type { Expr } from '../expr.js';
import { makeExpr, topologicalOrder } from '../expr.js';
import type { Emitter } from '../op.js';
import { concat } from '../ops/concat.js';
import { convOp } from '../ops/conv.js';
import { convInputOp } from '../ops/convInput.js';
import { convKernelOp } from '../ops/convKernel.js';
import { sliceAxis } from '../ops/slice.js';
import { elementCount } from '../tensor.js';
import { rewrite } from '../transforms/rewrite.js';
import type { ConvolutionAttributes } from './geometry.js';
import { goesByTaps, isDifferentiated } from './lowering.js';

type Convolution = Expr<ConvolutionAttributes>;

/**
 * ONNX Runtime lays out what each kernel element reads, C·Πk numbers a position, before it multiplies. One convolution does so once; but
 * its maps must then be copied apart, twice a number a map. Measured to pay from so many numbers read a map on.
 */
const READ_FOR_A_MAP = 4;

const isConvolution = (node: Expr): node is Convolution => node.op === convOp;

/** The nodes that some convolution comes before, themselves included. */
const behindConvolutions = (order: readonly Expr[]): ReadonlySet<Expr> => {
  const behind = new Set<Expr>();
  for (const node of order) {
    const isOne = node.op === convOp || node.op === convInputOp || node.op === convKernelOp;
    if (isOne || node.args.some((arg) => behind.has(arg))) behind.add(node);
  }
  return behind;
};

const mapsOf = (node: Convolution): number => node.args[1]!.shape[0] as number;

const pays = (members: readonly Convolution[]): boolean => {
  const [, ...read] = members[0]!.args[1]!.shape as readonly number[];
  return members.length > 1 && elementCount(read) >= READ_FOR_A_MAP * members.reduce((sum, m) => sum + mapsOf(m), 0);
};

/** For each convolution that is to be joined all those it is joined with, in their order in the graph. */
const partners = (order: readonly Expr[], holds: Emitter['holds']): ReadonlyMap<Expr, readonly Convolution[]> => {
  const behind = behindConvolutions(order);
  const alike = new Map<string, Convolution[]>();
  for (const node of order) {
    if (!isConvolution(node) || node.dtype !== 'float32' || node.attributes.groups !== 1) continue;
    const [x, w] = node.args as [Expr, Expr];
    // A kernel that another convolution makes may need the very results that it would be joined with.
    if (behind.has(w) || goesByTaps(node.attributes, w.shape, holds)) continue;
    const key = `${x.id} ${attributesKey(node.attributes)}`;
    alike.set(key, [...(alike.get(key) ?? []), node]);
  }
  return new Map([...alike.values()].filter(pays).flatMap((members) => members.map((m) => [m, members] as const)));
};

/**
 * Expressions in which float32 convolutions of one operand (a layer's output, and its tangent along the layer's own kernel) are slices of
 * one convolution, where that is faster. A network without derivatives keeps its nodes.
 */
export const joinConvolutions = (exprs: readonly Expr[]): readonly Expr[] => {
  const order = topologicalOrder(exprs);
  const ops = new Set(order.map(({ op }) => op));
  const holds: Emitter['holds'] = (op) => ops.has(op);
  if (!isDifferentiated(holds)) return exprs;
  const joined = partners(order, holds);
  if (joined.size === 0) return exprs;
  return rewrite(exprs, (original, rebuilt) => {
    const members = joined.get(original);
    if (!members) return undefined;
    const kernels = concat(
      members.map((m) => m.args[1]!),
      0,
    );
    const all = makeExpr(convOp, [rebuilt.args[0]!, kernels], members[0]!.attributes);
    const first = members.slice(0, members.indexOf(original as Convolution)).reduce((sum, m) => sum + mapsOf(m), 0);
    return sliceAxis(all, 1, first, mapsOf(original as Convolution));
  });
};
