/** Half a period of a cosine. */

import { add, cos, minimum, mul, requireKnown } from '@hograd/graph-builder';
import { requireCount, requireNonNegative } from '../state.js';
import type { Schedule } from './schedule.js';

/** Options of `cosineSchedule`. */
export interface CosineOptions {
  /** Steps from the factor 1 to the last one, at least 1. */
  readonly steps: number;
  /** The factor after that, at least 0; default 0. */
  readonly last?: number;
}

/**
 * last + (1 − last)·½(1 + cos(πt/steps)), and `last` from t = steps on: cosine annealing without restarts. Throws
 * GraphError for an unknown option and unless `steps` is a whole number of at least 1 and `last` is at least 0.
 * Loshchilov and Hutter, ICLR 2017, equation 5.
 */
export const cosineSchedule = (options: CosineOptions): Schedule => {
  requireKnown('cosineSchedule', options, { steps: true, last: true });
  const { steps, last = 0 } = options;
  requireCount('cosineSchedule', 'steps', steps);
  requireNonNegative('cosineSchedule', 'last', last);
  return (step) => {
    const wave = cos(mul(minimum(step, steps), Math.PI / steps));
    return add(mul(add(wave, 1), (1 - last) / 2), last);
  };
};
