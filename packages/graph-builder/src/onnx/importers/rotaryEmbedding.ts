/** Import of RotaryEmbedding (opset 23): heads on an axis of their own or side by side, angles for each token or by its position. */

import { divideDimsExactly } from '../../dim.js';
import { describe, type Expr } from '../../expr.js';
import { rotaryEmbedding } from '../../functions/rotaryEmbedding.js';
import { gather } from '../../ops/gather.js';
import { reshape } from '../../ops/reshape.js';
import type { Importer, ImportNode } from '../importer.js';

/** Heads, and the axis that counts them. */
interface Heads {
  readonly split: Expr;
  readonly axis: number;
}

/** [B, H, T, D] as it is, [B, T, H·D] as [B, T, H, D]. */
export const headsOf = (n: ImportNode, x: Expr, heads: number): Heads => {
  if (x.shape.length === 4) return { split: x, axis: 1 };
  const hidden = x.shape.length === 3 ? x.shape[2]! : n.fail(`needs an operand of 3 or 4 axes, got ${describe(x)}`);
  const size = heads < 1 ? undefined : divideDimsExactly(hidden, heads);
  if (size === undefined)
    return n.fail(`has num_heads = ${heads}, which does not split the last axis of ${describe(x)} into heads`);
  return { split: reshape(x, [...x.shape.slice(0, 2), heads, size]), axis: 2 };
};

/** Cosines or sines [B, T, h], which the file gives so or, with positions, as [P, h]. */
const anglesAt = (n: ImportNode, i: number): Expr => {
  const [given, positions] = [n.input(i), n.optional(3)];
  const rank = positions ? 2 : 3;
  if (given.shape.length !== rank)
    return n.fail(
      `needs an operand ${i} of ${rank} axes ${positions ? 'with' : 'without'} position_ids, got ${describe(given)}`,
    );
  return positions ? gather(given, positions, 0) : given;
};

/** Heads with their pairs of elements turned by angles whose cosines and sines are [B, T, h]. */
export const turned = ({ split, axis }: Heads, angles: readonly [Expr, Expr], interleaved: boolean): Expr => {
  const [cos, sin] = angles.map((part) => reshape(part, part.shape.toSpliced(axis, 0, 1))) as [Expr, Expr];
  return rotaryEmbedding(split, cos, sin, interleaved);
};

export const rotaryEmbeddingImporter: Importer = (n) => {
  const x = n.input(0);
  const heads = headsOf(n, x, n.int('num_heads', 0));
  const pairs = (n.int('rotary_embedding_dim', 0) || Number(heads.split.shape[3])) / 2;
  const [cos, sin] = [1, 2].map((i) => {
    const angles = anglesAt(n, i);
    return angles.shape[2] === pairs
      ? angles
      : n.fail(`turns ${pairs} pairs of elements, but operand ${i} (${describe(n.input(i))}) has ${angles.shape[2]}`);
  }) as [Expr, Expr];
  return [reshape(turned(heads, [cos, sin], n.int('interleaved', 0) === 1), x.shape)];
};
