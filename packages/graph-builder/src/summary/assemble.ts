/** Putting what operations add, each for its own groups, into tensors over all S groups. */

import type { Expr } from '../expr.js';
import { add } from '../ops/add.js';
import { constant, tensor } from '../ops/constant.js';
import { entry } from '../ops/entries.js';
import { expand } from '../ops/expand.js';
import { matmul } from '../ops/matmul.js';
import { mul } from '../ops/mul.js';
import { pad } from '../ops/pad.js';
import { reshape } from '../ops/reshape.js';
import { sliceAxis } from '../ops/slice.js';
import { matrixTranspose, transpose } from '../ops/transpose.js';
import { trilu } from '../ops/trilu.js';
import type { DType } from '../tensor.js';
import type { RowTerms } from './adjointTangents.js';
import type { Summary } from './groups.js';
import type { InnerProducts } from './innerProducts.js';

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

interface Table {
  /** A row [S]. */
  readonly row: (at: number) => Expr;
  /** S rows from one on. */
  readonly square: (from: number) => Expr;
}

/**
 * All blocks and ḡ, the first row, in one table of S columns. One, because a runtime that works its way back from the results then comes
 * to the terms in their order, each while the stacks it reads are alive. From results apart, ONNX Runtime did all of ḡ's work
 * first and kept every stack for H̄.
 */
const tableOf = (
  gbar: Entries | undefined,
  blocks: readonly Block[],
  { height, size, dtype }: { readonly height: number; readonly size: number; readonly dtype: DType },
): Table => {
  const placed = addNeighbours([...blocks, ...(gbar ? [row(0, gbar)] : [])]).map((block) =>
    placeBlock(block, height, size),
  );
  const table = addAll(placed, expand(constant(0, dtype), [height, size]));
  return {
    row: (at) => entry(table, 0, at),
    square: (from) => sliceAxis(table, 0, from, size),
  };
};

/** ḡ [S] alone. */
export const assembleGradient = (gbar: Entries | undefined, size: number, dtype: DType): Summary => ({
  gbar: tableOf(gbar, [], { height: 1, size, dtype }).row(0),
});

/**
 * ḡ [S] and H̄ [S, S] from inner products of tangents: rows for the symmetric part, and for the part that counts with its transpose. The
 * symmetric part is symmetric but for rounding; as the mean of itself and its transpose it is so to the bit.
 */
export const assembleInnerProducts = (
  gbar: Entries | undefined,
  terms: readonly InnerProducts[],
  size: number,
  dtype: DType,
): Summary => {
  const blocks = terms.flatMap(({ symmetric, cross }) => [
    ...symmetric.map((block) => lowered(1, block)),
    ...cross.map((block) => lowered(1 + size, block)),
  ]);
  const table = tableOf(gbar, blocks, { height: 1 + 2 * size, size, dtype });
  const half = add(mul(table.square(1), 0.5), table.square(1 + size));
  return { gbar: table.row(0), Hbar: add(half, matrixTranspose(half)) };
};

/** ḡ [S], H̄ [S, S] and D3 [S] from H̄'s rows up to the diagonal. */
export const assembleRows = (
  gbar: Entries | undefined,
  terms: readonly RowTerms[],
  size: number,
  dtype: DType,
): Summary => {
  const blocks = terms.flatMap(({ lower, third }) => [
    ...lower.map((block) => lowered(2, block)),
    ...third.map((entries) => row(1, entries)),
  ]);
  const table = tableOf(gbar, blocks, { height: 2 + size, size, dtype });
  const rows = table.square(2);
  return {
    gbar: table.row(0),
    Hbar: add(trilu(rows, false), matrixTranspose(trilu(rows, false, -1))),
    D3: table.row(1),
  };
};
