/** Resuming a sampler from a state that was saved. */

import * as E from 'fp-ts/lib/Either.js';
import { type InvalidOption, invalidOption } from '../errors.js';
import { misfits, type Sampler, type SamplerState } from './sampler.js';

/**
 * A state as read from JSON, checked to be this sampler's: same size, batch, policy, seed and stream. Batches from it
 * on are those an uninterrupted run would have had.
 *
 * Fails with InvalidOption, which lists what differs.
 */
export const resumeSampler =
  (sampler: Sampler) =>
  (saved: unknown): E.Either<InvalidOption, SamplerState> => {
    const { epoch: _epoch, position: _position, ...identity } = sampler.initial;
    const fields = typeof saved === 'object' && saved !== null ? (saved as { readonly [field: string]: unknown }) : {};
    const wrong = misfits(identity, fields);
    return wrong.length === 0
      ? E.right({ ...identity, epoch: fields.epoch as number, position: fields.position as number })
      : E.left(
          invalidOption(
            'state',
            `the saved sampler state has ${wrong.join(', ')}; resume with the options it was saved under`,
          ),
        );
  };
