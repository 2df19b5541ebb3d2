/** Shape arithmetic: integer vectors whose entries are dimensions, evaluated while a file is imported. */

import { addDims, type Dim, floorDivideDims, multiplyDims, productOfDims, subtractDims, termsOf } from '../dim.js';
import type { Expr } from '../expr.js';
import { constantOp, constantValue } from '../ops/constant.js';
import { dims, dimsOp } from '../ops/dims.js';
import { countOf } from '../ops/nonZero.js';
import { reshape } from '../ops/reshape.js';

/** Longer vectors are data, not shapes. */
const LONGEST = 64;

const pairwise = (f: (a: Dim, b: Dim) => Dim | undefined) => (a: readonly Dim[], b: readonly Dim[]) =>
  Array.from({ length: Math.max(a.length, b.length) }, (_, i) =>
    f(a[a.length === 1 ? 0 : i]!, b[b.length === 1 ? 0 : i]!),
  );

/** Is it never negative, whatever lengths its symbols stand for? */
const isLength = (dim: Dim): boolean => termsOf(dim).every(({ coefficient }) => coefficient >= 0);

/** The larger or the smaller of two; undefined where that depends on what symbols stand for. */
const extremum = (x: Dim, y: Dim, choose: (...values: number[]) => number): Dim | undefined => {
  if (x === y) return x;
  if (typeof x === 'number' && typeof y === 'number') return choose(x, y);
  const [symbolic, bound] = typeof x === 'string' ? [x, y] : [y, x];
  if (typeof bound === 'string' || bound > 0 || !isLength(symbolic)) return undefined;
  return choose(0, 1) === 1 ? symbolic : bound;
};

/** x modulo a length y, with the sign of y. A length that something is taken modulo of is 1 or more. */
const remainder = (x: Dim, y: Dim): Dim | undefined => {
  if (typeof x === 'number' && typeof y === 'number') return y === 0 ? undefined : ((x % y) + y) % y;
  if (x === y || x === 0) return 0;
  const last = subtractDims(y, 1);
  return isLength(y) && (x === -1 || x === last) ? last : undefined;
};

/** How operations act on vectors of dimensions; what is absent has no symbolic value. */
const rules: Readonly<
  Record<string, (args: readonly (readonly Dim[])[], node: Expr) => readonly (Dim | undefined)[] | undefined>
> = {
  add: ([a, b]) => pairwise(addDims)(a!, b!),
  sub: ([a, b]) => pairwise(subtractDims)(a!, b!),
  mul: ([a, b]) => pairwise(multiplyDims)(a!, b!),
  intDiv: ([a, b]) => pairwise(floorDivideDims)(a!, b!),
  max: ([a, b]) => pairwise((x, y) => extremum(x, y, Math.max))(a!, b!),
  min: ([a, b]) => pairwise((x, y) => extremum(x, y, Math.min))(a!, b!),
  mod: ([a, b], node) => (node.attributes.truncated ? undefined : pairwise(remainder)(a!, b!)),
  neg: ([a]) => a!.map((d) => multiplyDims(d, -1)),
  // A symbol stands for a length, which is never negative: it differs from any number below zero.
  equal: ([a, b]) =>
    pairwise((x, y) =>
      x === y
        ? 1
        : typeof x === 'number' && typeof y === 'number'
          ? 0
          : [x, y].some((v) => typeof v === 'number' && v < 0)
            ? 0
            : undefined,
    )(a!, b!),
  where: ([c, a, b]) => {
    const n = Math.max(c!.length, a!.length, b!.length);
    const at = (v: readonly Dim[], i: number): Dim => v[v.length === 1 ? 0 : i]!;
    return Array.from({ length: n }, (_, i) => (at(c!, i) === 1 ? at(a!, i) : at(b!, i)));
  },
  gather: ([x, i]) => i!.map((at) => x![Number(at) < 0 ? Number(at) + x!.length : Number(at)]),
  concat: (args) => args.flat(),
  slice: ([x], node) => {
    const start = Number(node.attributes.starts[0] ?? 0);
    return x!.slice(start, start + Number(node.attributes.sizes[0] ?? 1));
  },
  reverse: ([x]) => [...x!].reverse(),
  expand: ([x], node) =>
    typeof node.shape[0] === 'number' && x!.length === 1 ? new Array<Dim>(node.shape[0]).fill(x![0]!) : undefined,
  reshape: ([x]) => x,
  transpose: ([x], node) => (node.shape.length <= 1 ? x : undefined),
  cast: ([x]) => x,
  reduceProd: ([x], node) => (node.shape.length === 0 ? [productOfDims(x!)] : undefined),
  reduceSum: ([x], node) => (node.shape.length === 0 ? [x!.reduce(addDims, 0 as Dim)] : undefined),
};

/** The symbol for what a sum over a boolean operand counts, where its places have one. */
const countedBy = (expr: Expr): Dim | undefined => {
  if (expr.op.name !== 'reduceSum' || !expr.shape.every((d) => d === 1)) return undefined;
  let source = expr.args[0]!;
  while (source.op.name === 'reshape' || source.op.name === 'cast') {
    if (source.dtype === 'bool' && countOf(source) !== undefined) break;
    source = source.args[0]!;
  }
  return source.dtype === 'bool' ? countOf(source) : undefined;
};

/** What was found before; without it a chain of operations that read one value twice would be walked 2^length times. */
const found = new WeakMap<Expr, readonly Dim[] | 'unknown'>();

const computed = (expr: Expr): readonly Dim[] | undefined => {
  const rule = rules[expr.op.name];
  if (!rule || Number(expr.shape[0] ?? 1) > LONGEST) return undefined;
  const args = expr.args.map(dimsOf);
  if (args.some((a) => a === undefined)) return undefined;
  const result = rule(args as readonly (readonly Dim[])[], expr);
  return result?.every((d) => d !== undefined) ? result : undefined;
};

/** The dimensions that an integer vector or scalar (or a boolean made of them) stands for; undefined where unknown. */
export const dimsOf = (expr: Expr): readonly Dim[] | undefined => {
  if (expr.shape.length > 1 || expr.dtype === 'float32' || expr.dtype === 'float64') return undefined;
  if (expr.op === dimsOp) return expr.attributes.dims;
  const count = countedBy(expr);
  if (count !== undefined) return [count];
  if (expr.op === constantOp)
    return constantValue(expr)!.data.length <= LONGEST ? [...constantValue(expr)!.data] : undefined;
  const known = found.get(expr);
  if (known) return known === 'unknown' ? undefined : known;
  const result = computed(expr);
  found.set(expr, result ?? 'unknown');
  return result;
};

/** An integer expression as the plain vector of dimensions it stands for, where it stands for one. */
export const simplifyShape = (expr: Expr): Expr => {
  if (expr.dtype !== 'int64' || expr.op === dimsOp || expr.op === constantOp) return expr;
  const known = dimsOf(expr);
  return known ? reshape(dims(known), expr.shape) : expr;
};
