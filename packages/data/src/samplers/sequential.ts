/** The sequential sampler: every epoch in the data set's own order, as evaluation wants it. */

import type * as E from 'fp-ts/lib/Either.js';
import type { DataError } from '../errors.js';
import { type LastBatch, makeSampler, type Sampler } from './sampler.js';

/** Options of `sequentialSampler`. */
export interface SequentialSamplerOptions {
  /** Number of examples. */
  readonly size: number;
  /** Examples a batch, 1 … size. */
  readonly batch: number;
  /** Default `keep`: a pass sees every example once. */
  readonly last?: LastBatch;
}

/** Batches in order. Fails with InvalidOption. */
export const sequentialSampler = ({
  size,
  batch,
  last = 'keep',
}: SequentialSamplerOptions): E.Either<DataError, Sampler> =>
  makeSampler({ size, batch, last, seed: null, stream: '' }, () => Uint32Array.from({ length: size }, (_, i) => i));
