/** Import of com.microsoft's RotaryEmbedding: angles from a table, by positions or counted from an offset. */

import { divideDimsExactly } from '../../../dim.js';
import { describe, type Expr } from '../../../expr.js';
import { add } from '../../../ops/add.js';
import { gather } from '../../../ops/gather.js';
import { iota } from '../../../ops/iota.js';
import { reshape } from '../../../ops/reshape.js';
import type { Importer, ImportNode } from '../../importer.js';
import { headsOf, turned } from '../rotaryEmbedding.js';

/** Positions [B, T] or [1, T] of int64: as they are, or counted from one number. */
const positionsOf = (n: ImportNode, length: Expr['shape'][number]): Expr => {
  const given = n.input(1);
  if (given.shape.length === 2) return given;
  if (given.shape.length > 2 || (given.shape.length === 1 && given.shape[0] !== 1))
    return n.fail(`needs positions [batch, length] or one number to count from, got ${describe(given)}`);
  return reshape(add(iota(length), reshape(given, [])), [1, length]);
};

export const cachedRotaryEmbedding: Importer = (n) => {
  const x = n.input(0);
  const tables = [n.input(2), n.input(3)] as const;
  if (n.float('scale', 1) !== 1)
    return n.fail(`has scale ${n.float('scale', 1)}, which ONNX Runtime's CPU kernel ignores; only 1 is supported`);
  const size = 2 * Number(tables[0].shape[1]);
  const counted = x.shape.length === 3 ? Number(divideDimsExactly(x.shape[2]!, size) ?? 0) : 0;
  const heads = headsOf(n, x, n.int('num_heads', 0) || counted);
  const turns = n.int('rotary_embedding_dim', 0) || size;
  if (turns !== size)
    return n.fail(
      `turns ${turns} elements of each head, but its tables ${describe(tables[0])} have angles for ${size}`,
    );
  const positions = positionsOf(n, x.shape[x.shape.length === 4 ? 2 : 1]!);
  const [cos, sin] = tables.map((table) => gather(table, positions, 0)) as [Expr, Expr];
  return [reshape(turned(heads, [cos, sin], n.int('interleaved', 0) === 1), x.shape)];
};
