/** MatMul: matrix product over the last two axes, the axes before them broadcast. */

import { bilinear } from '../classes/bilinear.js';
import { alignLead, unbroadcast } from '../classes/elementwise.js';
import { GraphError } from '../error.js';
import { commonDType, describe, type Expr, isFloat, makeExpr } from '../expr.js';
import type { Emitter } from '../op.js';
import { broadcastShapes, stridesOf } from '../shape.js';
import { elementCount } from '../tensor.js';
import { constant, uniformValue } from './constant.js';
import { expand } from './expand.js';
import { reshape } from './reshape.js';
import { columnsOf, lastTwoSwapped, matrixTranspose, transposeOp } from './transpose.js';

/** The operand that a transposition of the last two axes of a matrix was made of, else undefined. */
const transposedMatrix = (x: Expr): Expr | undefined =>
  x.op === transposeOp && x.shape.length === 2 ? x.args[0]! : undefined;

/** The matrix in a stack of one; what was transposed in the stack is transposed as a matrix, which a product reads for free. */
const onlyMatrix = (x: Expr): Expr => {
  const matrix = reshape(x, x.shape.slice(-2));
  if (x.op !== transposeOp || x.attributes.perm.at(-2) !== x.shape.length - 1) return matrix;
  const columns = matrixTranspose(x);
  return columns.op === transposeOp ? matrix : matrixTranspose(reshape(columns, columns.shape.slice(-2)));
};

/** Gemm reads its operands transposed for free; MatMul would need a copy first. */
const emitMatrix = (a: Expr, b: Expr, e: Emitter): string => {
  const aT = transposedMatrix(a);
  const bT = transposedMatrix(b);
  return e.node('Gemm', [e.name(aT ?? a), e.name(bT ?? b)], { ...(aT && { transA: 1 }), ...(bT && { transB: 1 }) });
};

/**
 * a times a stack of matrices that are the columns of another one's: ONNX Runtime fuses a transposition of the last two axes into the
 * product, where it costs nothing, but first joins it with one before it, which it then cannot fuse. The reshaping in between prevents that.
 */
const emitColumns = (a: Expr, rows: Expr, node: Expr, e: Emitter): string => {
  const apart = e.node('Reshape', [e.write(rows), e.dims([1, ...rows.shape])]);
  const columns = e.node('Transpose', [apart], { perm: lastTwoSwapped(rows.shape.length + 1) });
  return e.node('Reshape', [e.node('MatMul', [e.name(a), columns]), e.dims(node.shape)]);
};

/**
 * aᵀ·b. Matrices that serve all of a stack are transposed once, for all of it; the axis in between keeps the transposition out of the
 * product, in which ONNX Runtime would repeat it.
 */
const transposedTimes = (a: Expr, b: Expr): Expr => {
  const aT = matrixTranspose(a);
  const once = a.shape.length > 2 && a.shape.length < b.shape.length;
  return matmul(once ? reshape(aT, [1, ...aT.shape]) : aT, b);
};

export const matmulOp = bilinear({
  name: 'matmul',
  infer: (args) => {
    const dtype = commonDType('matmul', args);
    const [a, b] = args as [Expr, Expr];
    const [m, k] = a.shape.slice(-2);
    const [l, n] = b.shape.slice(-2);
    if (a.shape.length < 2 || b.shape.length < 2 || k !== l) {
      throw new GraphError(
        'matmul',
        `${describe(a)} times ${describe(b)}: the last axis of the first must equal the last but one of the second`,
        k !== undefined && l !== undefined ? [k, l] : undefined,
      );
    }
    return { dtype, shape: [...broadcastShapes('matmul', a.shape.slice(0, -2), b.shape.slice(0, -2)), m!, n!] };
  },
  emit: (node, e) => {
    const [a, b] = node.args as [Expr, Expr];
    const matrices = a.shape.length === 2 && b.shape.length === 2 && isFloat(a.dtype);
    if (matrices && (transposedMatrix(a) || transposedMatrix(b))) return emitMatrix(a, b, e);
    const rows = columnsOf(b);
    if (rows && (e.uses(b) === 1 || e.contains(rows))) return emitColumns(a, rows, node, e);
    return e.node('MatMul', [e.name(a), e.name(b)]);
  },
  evaluate: (_, [a, b], shape) => {
    const [m, n] = shape.slice(-2) as [number, number];
    const k = a!.shape.at(-1)!;
    const batch = shape.slice(0, -2);
    const out = new Float64Array(elementCount(shape));
    const batchStrides = stridesOf(batch);
    const offset = (shapeOf: readonly number[], index: number, size: number): number => {
      const own = shapeOf.slice(0, -2);
      const strides = stridesOf(own);
      let at = 0;
      for (let i = 0; i < batch.length; i++) {
        const axis = i - batch.length + own.length;
        if (axis >= 0 && own[axis] !== 1) at += (Math.floor(index / batchStrides[i]!) % batch[i]!) * strides[axis]!;
      }
      return at * size;
    };
    const count = elementCount(batch);
    for (let s = 0; s < count; s++) {
      const fromA = offset(a!.shape, s, m * k);
      const fromB = offset(b!.shape, s, k * n);
      for (let i = 0; i < m; i++) {
        for (let l = 0; l < k; l++) {
          const v = a!.data[fromA + i * k + l]!;
          for (let j = 0; j < n; j++) out[(s * m + i) * n + j]! += v * b!.data[fromB + l * n + j]!;
        }
      }
    }
    return out;
  },
  apply: (node, a, b, leadA, leadB) =>
    matmul(alignLead(a, leadA, node.shape.length), alignLead(b, leadB, node.shape.length)),
  adjoint: (node, i, adjoint, other, leadAdjoint, leadOther) => {
    const full = alignLead(other, leadOther, node.shape.length);
    // Where b is itself transposed, its adjoint as bᵀ's: the transpositions then cancel.
    const product =
      i === 0
        ? matmul(adjoint, matrixTranspose(full))
        : columnsOf(node.args[1]!)
          ? matrixTranspose(transposedTimes(adjoint, full))
          : transposedTimes(full, adjoint);
    return unbroadcast(product, node.args[i]!.shape, Math.max(leadAdjoint, leadOther));
  },
});

/**
 * a·b for a [..., m, k] and b [..., k, n]; a vector is a row on the left, a column on the right, and leaves no axis. A stack of matrices times one matrix is folded into a single product. Throws
 * GraphError where the inner dimensions or the types differ.
 */
export function matmul(a: Expr, b: Expr): Expr {
  if (a.shape.length === 1) {
    const product = matmul(reshape(a, [1, ...a.shape]), b);
    const row = product.shape.length - (b.shape.length === 1 ? 1 : 2);
    return reshape(
      product,
      product.shape.filter((_, axis) => axis !== row),
    );
  }
  if (b.shape.length === 1) {
    const product = matmul(a, reshape(b, [...b.shape, 1]));
    return reshape(product, product.shape.slice(0, -1));
  }
  if ([a, b].some((x) => uniformValue(x) === 0)) {
    const { dtype, shape } = matmulOp.infer([a, b], {});
    return expand(constant(0, dtype), shape);
  }
  // One matrix on the right: the axes before the rows of the left are more rows.
  if (
    a.shape.length > 2 &&
    b.shape.length >= 2 &&
    b.shape.slice(0, -2).every((d) => d === 1) &&
    b.shape.length <= a.shape.length
  ) {
    const rows = matmul(reshape(a, [-1, a.shape.at(-1)!]), onlyMatrix(b));
    return reshape(rows, [...a.shape.slice(0, -1), b.shape.at(-1)!]);
  }
  // A stack of one matrix on the right of one matrix: the stack axes say nothing.
  if (
    b.shape.length > 2 &&
    a.shape.length >= 2 &&
    [...a.shape.slice(0, -2), ...b.shape.slice(0, -2)].every((d) => d === 1)
  ) {
    const product = matmul(onlyMatrix(a), onlyMatrix(b));
    const rank = Math.max(a.shape.length, b.shape.length);
    return reshape(product, [...new Array<number>(rank - 2).fill(1), ...product.shape]);
  }
  return makeExpr(matmulOp, [a, b], {});
}
