/** The sequential sampler: every epoch in the data set's own order, as evaluation wants it. */

import type { OptionNames } from '@hograd/graph-builder';
import * as E from 'fp-ts/lib/Either.js';
import type { DataError } from '../errors.js';
import { checkKnown } from '../options.js';
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

const SEQUENTIAL_SAMPLER_OPTIONS: OptionNames<SequentialSamplerOptions> = { size: true, batch: true, last: true };

/** Batches in order. Fails with InvalidOption. */
export const sequentialSampler = (options: SequentialSamplerOptions): E.Either<DataError, Sampler> => {
  const unknown = checkKnown(options, SEQUENTIAL_SAMPLER_OPTIONS);
  if (unknown) return E.left(unknown);
  const { size, batch, last = 'keep' } = options;
  return makeSampler({ size, batch, last, seed: null, stream: '' }, () =>
    Uint32Array.from({ length: size }, (_, i) => i),
  );
};
