/** Options of the rates, checked: what is out of range, unknown, or without effect is refused. */

import * as E from 'fp-ts/lib/Either.js';
import { flow } from 'fp-ts/lib/function.js';
import {
  type Check,
  checked,
  flag,
  fraction,
  notNegative,
  oneOf,
  positive,
  positiveForEach,
  together,
  variant,
  weight,
  wholeFrom,
} from './check.js';
import { doesNotApply, invalid, type OptionsError } from './error.js';
import { DEFAULT_RATES, type RatesOptions } from './rates.js';

const checksOf = (groups: number): Readonly<Record<keyof RatesOptions, Check>> => ({
  lambda1: positiveForEach(groups),
  lambdaInt: notNegative,
  etaDecay: weight,
  clipNegative: oneOf('before-average', 'when-applied', 'never'),
  summaryAverage: variant({
    none: {},
    exponential: { decay: fraction },
    uniform: { count: wholeFrom(2), warmUp: wholeFrom(1) },
  }),
  dDecay: weight,
  ridge: variant({
    none: {},
    absolute: { epsilon: positive },
    diagonal: { factor: positive },
    'cubic-metric': { factor: positive },
  }),
  diagonal: flag,
  limit: variant({ none: {}, 'running-median': { window: wholeFrom(1), factor: positive } }),
  noise: variant({ ignore: {}, aware: { standardErrors: notNegative, crossValidated: flag } }),
});

/** What passes each check but not together: the first option that the others leave without effect, or contradict. */
const contradiction = (options: RatesOptions): OptionsError | undefined => {
  const { dDecay, lambdaInt, ridge, clipNegative, etaDecay, noise, summaryAverage } = options;
  if (summaryAverage.kind === 'uniform' && summaryAverage.warmUp > summaryAverage.count) {
    const wanted = 'of kind "uniform" with a warmUp of at most its count, for no more summaries are kept';
    return invalid('summaryAverage', wanted, summaryAverage);
  }
  if (dDecay > 0 && lambdaInt === 0 && ridge.kind !== 'cubic-metric') {
    const why = 'dDecay averages d, which nothing reads where lambdaInt is 0; leave it out or set lambdaInt';
    return doesNotApply('dDecay', why);
  }
  if (clipNegative === 'when-applied' && etaDecay === 0) {
    const why =
      'clipNegative "when-applied" differs from "before-average" only where η is averaged; set etaDecay or take "before-average"';
    return doesNotApply('clipNegative', why);
  }
  if (noise.kind === 'aware' && noise.standardErrors === 0 && !noise.crossValidated) {
    const why = 'noise "aware" with 0 standardErrors and not crossValidated does nothing; take "ignore"';
    return doesNotApply('noise', why);
  }
  return undefined;
};

/**
 * All options, from the ones that differ from DEFAULT_RATES, for S = `groups` ≥ 1 groups. Takes what was read from JSON too.
 * The Left names the first option that is unknown (UnknownOption), has a value that it does not take (InvalidOption), or would
 * have no effect beside the others (DoesNotApply): a run never differs from what its options say.
 */
export const ratesOptions = (
  groups: number,
): ((given: Partial<RatesOptions>) => E.Either<OptionsError, RatesOptions>) =>
  flow(checked(checksOf(groups), DEFAULT_RATES), E.chain(together(contradiction)));
