/** Putting the contributions of operations, each over its own groups, into tensors over all S groups. */

import type { Expr } from '../expr.js';
import { add } from '../ops/add.js';
import { constant, tensor } from '../ops/constant.js';
import { expand } from '../ops/expand.js';
import { matmul } from '../ops/matmul.js';
import { mul } from '../ops/mul.js';
import { pad } from '../ops/pad.js';
import { reduceSum } from '../ops/reduceSum.js';
import { reshape } from '../ops/reshape.js';
import { matrixTranspose, transpose } from '../ops/transpose.js';
import type { DType } from '../tensor.js';

/** A block of a matrix over groups: entry (i, j) belongs to (rows[i], columns[j]). */
export interface Block {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly value: Expr;
}

/** Σ of terms, `zero` where there are none. */
export const addAll = (terms: readonly Expr[], zero: Expr): Expr => (terms.length === 0 ? zero : terms.reduce(add));

/** [k, ...n] as a matrix with k rows. */
const rowsOf = (x: Expr): Expr => reshape(x, [x.shape[0]!, -1]);

/** ⟨a_s, b_t⟩ for all s, t: stacks [k, ...n] and [l, ...n] give [k, l], in one matrix product. */
export const gram = (a: Expr, b: Expr): Expr => matmul(rowsOf(a), transpose(rowsOf(b)));

/** ⟨a_s, b_s⟩ for each s: two stacks [k, ...n] give [k]. */
export const rowDots = (a: Expr, b: Expr): Expr => reduceSum(rowsOf(mul(a, b)), [1]);

const isRun = (groups: readonly number[]): boolean => groups.every((g, i) => g === groups[0]! + i);

/** The 0/1 matrix [k, S] that puts row i at position groups[i]. */
const selection = (groups: readonly number[], size: number, dtype: DType): Expr => {
  const data = new Float64Array(groups.length * size);
  groups.forEach((g, i) => {
    data[i * size + g] = 1;
  });
  return constant(tensor(data, [groups.length, size], dtype));
};

/** A block spread over S×S, zero elsewhere: by padding where its groups are consecutive, else by selection matrices. */
const placeBlock = ({ rows, columns, value }: Block, size: number): Expr => {
  if (isRun(rows) && isRun(columns)) {
    const before = [rows[0]!, columns[0]!];
    return pad(value, before, [size - rows.length - before[0]!, size - columns.length - before[1]!]);
  }
  const left = transpose(selection(rows, size, value.dtype));
  return matmul(matmul(left, value), selection(columns, size, value.dtype));
};

/** Σ of blocks as one matrix [S, S]; blocks over the same groups are added before they are spread. */
export const assembleMatrix = (blocks: readonly Block[], size: number, dtype: DType): Expr => {
  const byPlace = new Map<string, Block>();
  for (const block of blocks) {
    const key = `${block.rows.join(',')}|${block.columns.join(',')}`;
    const so = byPlace.get(key);
    byPlace.set(key, so ? { ...block, value: add(so.value, block.value) } : block);
  }
  const placed = [...byPlace.values()].map((block) => placeBlock(block, size));
  return addAll(placed, expand(constant(0, dtype), [size, size]));
};

/** M + Mᵀ. */
export const symmetrize = (matrix: Expr): Expr => add(matrix, matrixTranspose(matrix));

/** Σ of vectors over their groups as one vector [S]. */
export const assembleVector = (
  parts: readonly { readonly groups: readonly number[]; readonly value: Expr }[],
  size: number,
  dtype: DType,
): Expr => {
  const blocks = parts.map(({ groups, value }) => ({
    rows: [0],
    columns: groups,
    value: reshape(value, [1, groups.length]),
  }));
  const byPlace = new Map<string, Expr>();
  for (const { columns, value } of blocks) {
    const key = columns.join(',');
    const so = byPlace.get(key);
    byPlace.set(key, so ? add(so, value) : value);
  }
  const placed = [...byPlace].map(([key, value]) => {
    const groups = key.split(',').map(Number);
    if (!isRun(groups)) return matmul(value, selection(groups, size, dtype));
    return pad(value, [0, groups[0]!], [0, size - groups.length - groups[0]!]);
  });
  return reshape(addAll(placed, expand(constant(0, dtype), [1, size])), [size]);
};
