/** Import of MatMulNBits: a product with weights stored in 4 or 8 bits a number, which become constants of the graph. */

import { describe } from '../../../expr.js';
import { constant, tensor } from '../../../ops/constant.js';
import { matmul } from '../../../ops/matmul.js';
import { elementCount } from '../../../tensor.js';
import type { Importer, ImportNode } from '../../importer.js';
import { plus } from './activations.js';

/** Weights [rows, columns] in blocks along the columns. */
interface Blocks {
  readonly rows: number;
  readonly columns: number;
  readonly bits: 4 | 8;
  readonly size: number;
  /** Blocks in a row, of which the last may be cut off. */
  readonly count: number;
}

const blocksOf = (n: ImportNode): Blocks => {
  const [rows, columns, size, bits] = [n.int('N', 0), n.int('K', 0), n.int('block_size', 0), n.int('bits', 4)];
  if (bits !== 4 && bits !== 8) return n.fail(`stores its weights in ${bits} bits; 4 and 8 are supported`);
  if (!(rows > 0 && columns > 0 && size > 0 && size % 2 === 0))
    return n.fail(`has weights [${rows}, ${columns}] in blocks of ${size}; N, K and block_size must be given`);
  return { rows, columns, bits, size, count: Math.ceil(columns / size) };
};

/** The number at place i of a line of packed bytes that begins at `start`: the lower half of a byte comes first. */
const stored = (bytes: Float64Array, start: number, i: number, bits: 4 | 8): number => {
  if (bits === 8) return bytes[start + i]!;
  const byte = bytes[start + (i >> 1)]!;
  return i % 2 === 0 ? byte & 15 : byte >> 4;
};

/** A known operand's numbers, as many as it must have. */
const known = (n: ImportNode, i: number, count: number): Float64Array => {
  const value = n.value(i) ?? n.fail(`lacks operand ${i}`);
  if (value.data.length === count) return value.data;
  return n.fail(`has ${elementCount(value.shape)} numbers as operand ${i}; its weights need ${count}`);
};

/** The number that stands for 0 in each block [rows · count]; half of the range where the file does not say. */
const zeroPoints = (n: ImportNode, { rows, count, bits }: Blocks): ((row: number, block: number) => number) => {
  const given = n.optional(3);
  if (!given) return () => 2 ** (bits - 1);
  if (given.dtype !== 'uint8') {
    const points = known(n, 3, rows * count);
    return (row, block) => points[row * count + block]!;
  }
  const width = Math.ceil((count * bits) / 8);
  const bytes = known(n, 3, rows * width);
  return (row, block) => stored(bytes, row * width, block, bits);
};

/** The weights [columns, rows] as numbers: (stored − zero point)·scale. */
const weightsOf = (n: ImportNode, blocks: Blocks): Float64Array => {
  const { rows, columns, bits, size, count } = blocks;
  const width = (size * bits) / 8;
  const [bytes, scales] = [known(n, 1, rows * count * width), known(n, 2, rows * count)];
  const zero = zeroPoints(n, blocks);
  const weights = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const block = Math.floor(column / size);
      const at = row * count + block;
      const value = stored(bytes, at * width, column % size, bits);
      weights[column * rows + row] = (value - zero(row, block)) * scales[at]!;
    }
  }
  return weights;
};

export const matMulNBits: Importer = (n) => {
  const x = n.input(0);
  if (n.optional(4)) return n.fail('orders its blocks by g_idx, which is not supported; quantize the model without it');
  const blocks = blocksOf(n);
  const { rows, columns } = blocks;
  if (x.shape.at(-1) !== columns) return n.fail(`multiplies ${describe(x)} by weights [${columns}, ${rows}]`);
  const weights = constant(tensor(weightsOf(n, blocks), [columns, rows], x.dtype));
  return [plus(matmul(x, weights), n.optional(5))];
};
