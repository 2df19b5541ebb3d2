/** The shuffled sampler: every epoch a new random order. */

import type { OptionNames } from '@hograd/graph-builder';
import * as E from 'fp-ts/lib/Either.js';
import type { DataError } from '../errors.js';
import { checkKnown } from '../options.js';
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

const SHUFFLED_SAMPLER_OPTIONS: OptionNames<ShuffledSamplerOptions> = {
  size: true,
  batch: true,
  seed: true,
  stream: true,
  last: true,
};

/**
 * Batches in an order that is shuffled anew each epoch, a function of (seed, stream, epoch) alone: the same on every
 * machine, and resumed from a state without replaying anything. Fails with InvalidOption.
 *
 * Algorithm 1 of arXiv 2312.03885 draws the gradient's batches and the summary's from two independent samplers: give
 * them different streams.
 */
export const shuffledSampler = (options: ShuffledSamplerOptions): E.Either<DataError, Sampler> => {
  const unknown = checkKnown(options, SHUFFLED_SAMPLER_OPTIONS);
  if (unknown) return E.left(unknown);
  const { size, batch, seed, stream, last = 'wrap' } = options;
  return makeSampler({ size, batch, last, seed, stream }, (epoch) =>
    permutation([seed, 'sampler', stream, epoch], size),
  );
};
