/** The paper's coarse partitions: a few groups of layers, weights and biases apart. */

import { chain } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { product } from '../algebra/meet.js';
import { runs, turns } from './byDepth.js';
import type { Partitioning } from './partitioning.js';
import { weightsBiases } from './weightsBiases.js';

const apart =
  (layered: Partitioning): Partitioning =>
  (parameters) =>
    pipe(
      layered(parameters),
      chain((byLayers) =>
        pipe(
          weightsBiases(parameters),
          chain((byRole) => product(byLayers, byRole)),
        ),
      ),
    );

/**
 * K runs of consecutive layers, the longer runs first, with the weights and the biases of each apart: `block0.weights`,
 * `block0.biases`, `block1.weights`, … up to 2K groups, fewer where a run has no bias. A layer is never cut (a split by
 * counting tensors would put 2.weight and 2.bias of 5 layers into different ones of 4 blocks). Refuses (InvalidCount) a K
 * that is not a positive integer or exceeds the number of layers. arXiv 2312.03885, Appendix H.
 */
export const blocks = (count: number): Partitioning => apart(runs('blocks', count));

/**
 * Layers taken in turn, layer l in turn l mod K, with weights and biases apart: `turn0.weights`, `turn0.biases`, …. Refuses
 * what `blocks` refuses.
 */
export const alternate = (count: number): Partitioning => apart(turns('alternate', count));
