/** The shuffled sampler: every epoch a new random order. */

import type * as E from 'fp-ts/lib/Either.js';
import type { DataError } from '../errors.js';
import { permutation } from '../random/permutation.js';
import { type LastBatch, makeSampler, type Sampler } from './sampler.js';

/** Options of `shuffledSampler`. */
export interface ShuffledSamplerOptions {
  /** Number of examples. */
  readonly size: number;
  /** Examples a batch, 1 … size. */
  readonly batch: number;
  /** Any safe integer: a whole number between −2⁵³ and 2⁵³. */
  readonly seed: number;
  /** Samplers of one seed and different streams are independent, say 'gradient' and 'summary'. */
  readonly stream: string;
  /** Default `wrap`. */
  readonly last?: LastBatch;
}

/**
 * Batches in an order that is shuffled anew each epoch, a function of (seed, stream, epoch) alone: the same on every
 * machine, and resumed from a state without replaying anything. Fails with InvalidOption.
 *
 * Algorithm 1 of arXiv 2312.03885 draws the gradient's batches and the summary's from two independent samplers: give
 * them different streams.
 */
export const shuffledSampler = ({
  size,
  batch,
  seed,
  stream,
  last = 'wrap',
}: ShuffledSamplerOptions): E.Either<DataError, Sampler> =>
  makeSampler({ size, batch, last, seed, stream }, (epoch) => permutation([seed, 'sampler', stream, epoch], size));
