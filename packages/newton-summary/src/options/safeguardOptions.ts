/** Options of the safeguards, checked. */

import * as E from 'fp-ts/lib/Either.js';
import { flow } from 'fp-ts/lib/function.js';
import { DEFAULT_PLATEAU, type PlateauOptions } from '../safeguards/plateau.js';
import { DEFAULT_TRUST, type TrustOptions } from '../safeguards/trust.js';
import { above1, checked, finite, fraction, notNegative, positive, scale, together, wholeFrom } from './check.js';
import { invalid, type OptionsError } from './error.js';

/** The thresholds in their order; two may be equal. */
const misordered = ({ rejectBelow, shrinkBelow, growAbove }: TrustOptions): OptionsError | undefined => {
  if (shrinkBelow < rejectBelow) return invalid('shrinkBelow', `at least rejectBelow, ${rejectBelow}`, shrinkBelow);
  if (growAbove < shrinkBelow) return invalid('growAbove', `at least shrinkBelow, ${shrinkBelow}`, growAbove);
  return growAbove < 1
    ? undefined
    : invalid('growAbove', 'below 1, or a perfect step does not count as one', growAbove);
};

/**
 * All options of `judgeStep`, from the ones that differ from DEFAULT_TRUST. The Left names the first that is unknown
 * (UnknownOption), out of its range, or out of order among the thresholds (InvalidOption).
 */
export const trustOptions: (given: Partial<TrustOptions>) => E.Either<OptionsError, TrustOptions> = flow(
  checked<TrustOptions>(
    {
      rejectBelow: finite,
      shrinkBelow: finite,
      growAbove: finite,
      shrink: fraction,
      grow: above1,
      smallest: scale,
      standardErrors: notNegative,
      risenBy: positive,
      rounding: notNegative,
    },
    DEFAULT_TRUST,
  ),
  E.chain(together(misordered)),
);

/**
 * All options of `dampOnPlateau`, from the ones that differ from DEFAULT_PLATEAU. The Left names the first that is unknown
 * (UnknownOption) or out of its range (InvalidOption).
 */
export const plateauOptions: (given: Partial<PlateauOptions>) => E.Either<OptionsError, PlateauOptions> =
  checked<PlateauOptions>(
    { patience: wholeFrom(0), threshold: notNegative, factor: fraction, cooldown: wholeFrom(0), smallest: scale },
    DEFAULT_PLATEAU,
  );
