/** Putting the contributions of operations, each over its own groups, into tensors over all S groups. */

import type { Expr } from '../expr.js';
import { add } from '../ops/add.js';
import { constant, tensor } from '../ops/constant.js';
import { expand } from '../ops/expand.js';
import { matmul } from '../ops/matmul.js';
import { pad } from '../ops/pad.js';
import { reshape } from '../ops/reshape.js';
import { sliceAxis } from '../ops/slice.js';
import { matrixTranspose, transpose } from '../ops/transpose.js';
import type { DType } from '../tensor.js';
import type { Order, Summary } from './groups.js';

/** A block of a matrix over groups: entry (i, j) belongs to (rows[i], columns[j]). */
export interface Block {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly value: Expr;
}

/** Entries of a vector over groups. */
export interface Entries {
  readonly groups: readonly number[];
  readonly value: Expr;
}

/** What is added to H̄ and D3. `cross` blocks count together with their transposes. */
export interface Terms {
  readonly symmetric: readonly Block[];
  readonly cross: readonly Block[];
  readonly third: readonly Entries[];
}

/** Σ of terms, `zero` where there are none. */
export const addAll = (terms: readonly Expr[], zero: Expr): Expr => (terms.length === 0 ? zero : terms.reduce(add));

const isRun = (groups: readonly number[]): boolean => groups.every((g, i) => g === groups[0]! + i);

/** The 0/1 matrix [k, S] that puts row i at position groups[i]. */
const selection = (groups: readonly number[], size: number, dtype: DType): Expr => {
  const data = new Float64Array(groups.length * size);
  groups.forEach((g, i) => {
    data[i * size + g] = 1;
  });
  return constant(tensor(data, [groups.length, size], dtype));
};

/** A block spread over a table of S columns, zero elsewhere: by padding where its groups are consecutive, else by selection matrices. */
const placeBlock = ({ rows, columns, value }: Block, height: number, size: number): Expr => {
  if (isRun(rows) && isRun(columns)) {
    const before = [rows[0]!, columns[0]!];
    return pad(value, before, [height - rows.length - before[0]!, size - columns.length - before[1]!]);
  }
  const left = transpose(selection(rows, height, value.dtype));
  return matmul(matmul(left, value), selection(columns, size, value.dtype));
};

const row = (at: number, { groups, value }: Entries): Block => ({
  rows: [at],
  columns: groups,
  value: reshape(value, [1, groups.length]),
});

const lowered = (by: number, block: Block): Block => ({ ...block, rows: block.rows.map((s) => s + by) });

/** M + Mᵀ. */
const symmetrized = (matrix: Expr): Expr => add(matrix, matrixTranspose(matrix));

/** Neighbours over the same groups are added before they are spread. */
const addNeighbours = (blocks: readonly Block[]): readonly Block[] => {
  const place = ({ rows, columns }: Block): string => `${rows.join(',')}|${columns.join(',')}`;
  const joined: Block[] = [];
  for (const block of blocks) {
    const last = joined.at(-1);
    if (last && place(last) === place(block)) {
      joined.splice(-1, 1, { ...block, value: add(last.value, block.value) });
    } else joined.push(block);
  }
  return joined;
};

/**
 * ḡ [S], H̄ [S, S] and D3 [S] from all terms, in one table: rows for ḡ and D3, for the symmetric part of H̄, and for the part that
 * counts with its transpose. One, because a runtime that works its way back from the results then comes to the terms in
 * their order, each while the stacks it reads are alive. From results apart, ONNX Runtime did all of ḡ's work first and kept
 * every stack for H̄. The table has the rows that the order asks for.
 */
export const assemble = (
  gbar: Entries | undefined,
  terms: readonly Terms[],
  size: number,
  dtype: DType,
  order: Order,
): Summary => {
  const height = order > 1 ? 2 * size + 2 : 1;
  const blocks = terms.flatMap(({ symmetric, cross, third }) => [
    ...symmetric.map((block) => lowered(2, block)),
    ...cross.map((block) => lowered(2 + size, block)),
    ...third.map((entries) => row(1, entries)),
  ]);
  const placed = addNeighbours([...blocks, ...(gbar ? [row(0, gbar)] : [])]).map((block) =>
    placeBlock(block, height, size),
  );
  const table = addAll(placed, expand(constant(0, dtype), [height, size]));
  const rowAt = (at: number): Expr => reshape(sliceAxis(table, 0, at, 1), [size]);
  const square = (from: number): Expr => sliceAxis(table, 0, from, size);
  return {
    gbar: rowAt(0),
    ...(order > 1 && { Hbar: add(square(2), symmetrized(square(2 + size))) }),
    ...(order > 2 && { D3: rowAt(1) }),
  };
};
