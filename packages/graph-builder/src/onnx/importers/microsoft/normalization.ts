/** Import of com.microsoft's normalisations with the sums and embeddings that come before them. */

import { describe, type Expr } from '../../../expr.js';
import { layerNorm, rmsNorm } from '../../../functions/layerNorm.js';
import { add } from '../../../ops/add.js';
import { cast } from '../../../ops/cast.js';
import { equal } from '../../../ops/compare.js';
import { constant } from '../../../ops/constant.js';
import { expand } from '../../../ops/expand.js';
import { gather } from '../../../ops/gather.js';
import { reduceSum } from '../../../ops/reduceSum.js';
import { sliceAxis } from '../../../ops/slice.js';
import type { Importer, ImportNode } from '../../importer.js';
import { plus } from './activations.js';

const epsilonOf = (n: ImportNode): number => n.float('epsilon', 1e-12);

/** x + skip + bias, the bias being operand i. */
const skipped = (n: ImportNode, i: number): Expr => plus(add(n.input(0), n.input(1)), n.optional(i));

const skipLayerNormalization: Importer = (n) => {
  const sum = skipped(n, 4);
  return [layerNorm(sum, n.input(2), n.optional(3), { epsilon: epsilonOf(n) }), undefined, undefined, sum];
};

const skipSimplifiedLayerNormalization: Importer = (n) => {
  const sum = skipped(n, 3);
  return [rmsNorm(sum, n.input(2), { epsilon: epsilonOf(n) }), undefined, undefined, sum];
};

/** Rows of the table of positions for tokens [B, T]: those asked for, or the first T. */
const positionsOf = (n: ImportNode, tokens: Expr): Expr => {
  const [table, positions] = [n.input(3), n.optional(8)];
  return positions ? gather(table, positions, 0) : sliceAxis(table, 0, 0, tokens.shape[1]!);
};

const embedLayerNormalization: Importer = (n) => {
  const tokens = n.input(0);
  if (tokens.shape.length !== 2) return n.fail(`needs tokens [batch, length], got ${describe(tokens)}`);
  const [segments, table, mask] = [n.optional(1), n.optional(4), n.optional(7)];
  const words = add(gather(n.input(2), tokens, 0), positionsOf(n, tokens));
  const sum = segments && table ? add(words, gather(table, segments, 0)) : words;
  /** How many tokens of each sample the mask keeps. */
  const counts = mask
    ? reduceSum(cast(equal(mask, 1), 'int32'), [1])
    : expand(constant(0, 'int32'), [tokens.shape[0]!]);
  return [layerNorm(sum, n.input(5), n.input(6), { epsilon: epsilonOf(n) }), counts, sum];
};

export const skipNormalizations: Readonly<Record<string, Importer>> = {
  EmbedLayerNormalization: embedLayerNormalization,
  SkipLayerNormalization: skipLayerNormalization,
  SkipSimplifiedLayerNormalization: skipSimplifiedLayerNormalization,
};
