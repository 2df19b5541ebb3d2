/** A trust safeguard: steps whose outcome contradicts the prediction are shortened, or taken back. */

import type { PredictedDecrease } from './predictedDecrease.js';

export interface TrustOptions {
  /** A step whose agreement is below this is taken back. Below `shrinkBelow`. */
  readonly rejectBelow: number;
  /** Below this the scale of the steps shrinks. Below `growAbove`. */
  readonly shrinkBelow: number;
  /** Above this the scale grows again, up to 1. Below 1. */
  readonly growAbove: number;
  /** In (0, 1): what the scale is multiplied by. */
  readonly shrink: number;
  /** > 1: what the scale is multiplied by. */
  readonly grow: number;
  /** In (0, 1]: the smallest scale. A step that is still to be taken back there is not taken at all. */
  readonly smallest: number;
  /** Relative rounding error of a computed loss; ten of them are never a contradiction. 2⁻²³ for float32. */
  readonly rounding: number;
}

/** The thresholds of trust-region methods (Conn, Gould and Toint, Trust-region methods, 2000, §6.1 and §17.4.2). */
export const DEFAULT_TRUST: TrustOptions = {
  rejectBelow: 0,
  shrinkBelow: 0.25,
  growAbove: 0.75,
  shrink: 0.5,
  grow: 2,
  smallest: 2 ** -20,
  rounding: 2 ** -23,
};

/** Plain data, for checkpoints. */
export interface TrustState {
  /** In (0, 1]: multiplies every rate. */
  readonly scale: number;
}

export const FULL_TRUST: TrustState = { scale: 1 };

/** A step's outcome, on the examples that its rates come from. */
export interface Outcome {
  readonly predicted: PredictedDecrease;
  /** The loss before the step and after it, on those examples. */
  readonly before: number;
  readonly after: number;
}

export interface Verdict {
  readonly state: TrustState;
  /** False: the parameters are to be put back. */
  readonly accepted: boolean;
  /** before − after. */
  readonly decrease: number;
  /** 1 where the second-order model was right; −Infinity where a loss or the prediction is not finite. */
  readonly agreement: number;
}

/** `gap` without the part of it that rounding explains. */
const beyond = (rounding: number, gap: number): number => Math.sign(gap) * Math.max(0, Math.abs(gap) - rounding);

/**
 * 1 − (predicted − actual decrease)/size, where size is the largest of the predicted decrease, ½|ḡᵀa| and ½|aᵀH̄a|. At a minimiser
 * of the second-order model these are equal and it is actual/predicted, as in trust-region methods. It also makes sense where
 * the step, averaged over other batches, does not minimise this batch's model: what it judges is the Taylor expansion. Loss and
 * prediction are of the same examples, so there is no sampling noise in it.
 */
const agreementOf = ({ rounding }: TrustOptions, { predicted, before, after }: Outcome): number => {
  if (![before, after, predicted.decrease].every(Number.isFinite)) return Number.NEGATIVE_INFINITY;
  const gap = beyond(10 * rounding * Math.abs(before), predicted.decrease - (before - after));
  if (gap === 0) return 1;
  const size = Math.max(predicted.decrease, Math.abs(predicted.slope) / 2, Math.abs(predicted.bend));
  return 1 - gap / size;
};

/**
 * What to make of a step, and the scale of the next. Loss and prediction may be of the one step that follows a summary, or of
 * all the steps until the next: then they are held to at least the one step's decrease.
 */
export const judgeStep =
  (options: TrustOptions) =>
  ({ scale }: TrustState, outcome: Outcome): Verdict => {
    const agreement = agreementOf(options, outcome);
    const factor = agreement < options.shrinkBelow ? options.shrink : agreement > options.growAbove ? options.grow : 1;
    return {
      state: { scale: Math.max(options.smallest, Math.min(1, scale * factor)) },
      accepted: agreement >= options.rejectBelow,
      decrease: outcome.before - outcome.after,
      agreement,
    };
  };
