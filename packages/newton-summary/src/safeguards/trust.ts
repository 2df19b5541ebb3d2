/** A trust safeguard: steps that their own model or its failure advises against are shortened, or taken back. */

import type { PredictedDecrease } from './predictedDecrease.js';

/** Thresholds of `judgeStep`; `trustOptions` checks them. */
export interface TrustOptions {
  /** A number at most `shrinkBelow`: a step whose agreement is below it is taken back. */
  readonly rejectBelow: number;
  /** Below this the scale of the steps shrinks. At most `growAbove`. */
  readonly shrinkBelow: number;
  /** Above this the scale grows again, up to 1. Below 1. */
  readonly growAbove: number;
  /** In (0, 1): what the scale is multiplied by. */
  readonly shrink: number;
  /** > 1: what the scale is multiplied by. */
  readonly grow: number;
  /** In (0, 1]: the smallest scale. A step that is still to be taken back there is not taken at all. */
  readonly smallest: number;
  /** ≥ 0: how many standard errors of the predicted decrease a step's length may be excused by. */
  readonly standardErrors: number;
  /** > 0: steps since the last judged one are taken back where the loss lies so many standard errors above what that one left. */
  readonly risenBy: number;
  /** ≥ 0: relative rounding error of a computed loss; ten of them are never a contradiction. 2⁻²³ for float32. */
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
  standardErrors: 2,
  risenBy: 4,
  rounding: 2 ** -23,
};

/** Plain data, for checkpoints. */
export interface TrustState {
  /** In (0, 1]: multiplies every rate. */
  readonly scale: number;
}

/** Where a run starts: rates as the solver gives them. */
export const FULL_TRUST: TrustState = { scale: 1 };

/** A step's outcome, on the examples that its rates come from. */
export interface Outcome {
  readonly predicted: PredictedDecrease;
  /** The loss before the step and after it, on those examples. */
  readonly before: number;
  readonly after: number;
}

/** Whether a step did what its model predicted. */
export interface Verdict {
  readonly state: TrustState;
  /** False: the parameters are to be put back. */
  readonly accepted: boolean;
  /** before − after. */
  readonly decrease: number;
  /** 1 where the second-order model was right; −Infinity where a loss or the prediction is not finite. */
  readonly agreement: number;
  /** The step was more than twice as long as its own model would have it, and sampling noise does not explain it. */
  readonly overlong: boolean;
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
 * ½aᵀH̄a > |ḡᵀa|: along the step's ray the model has turned back to where it started, or beyond. That happens to rates that are
 * averaged, or measured elsewhere. The sign of ḡᵀa does not matter: no length cures a slope that points up, and on one batch it
 * often does.
 */
const isOverlong = ({ standardErrors }: TrustOptions, { predicted }: Outcome): boolean =>
  predicted.bend > Math.abs(predicted.slope) + standardErrors * predicted.error;

/** The scale times a factor, within its bounds. */
export const rescaled = ({ smallest }: TrustOptions, { scale }: TrustState, factor: number): TrustState => ({
  scale: Math.max(smallest, Math.min(1, scale * factor)),
});

/**
 * What to make of a step, and the scale of the next: the step is taken back where it is overlong or its agreement is below
 * `rejectBelow`; the scale shrinks where it is overlong or the agreement is below `shrinkBelow`, and grows where that is above
 * `growAbove`, from `smallest` to 1. `options` are as `trustOptions` returns them.
 */
export const judgeStep =
  (options: TrustOptions) =>
  (state: TrustState, outcome: Outcome): Verdict => {
    const agreement = agreementOf(options, outcome);
    const overlong = isOverlong(options, outcome);
    const shrinks = overlong || agreement < options.shrinkBelow;
    const factor = shrinks ? options.shrink : agreement > options.growAbove ? options.grow : 1;
    return {
      state: rescaled(options, state, factor),
      accepted: !overlong && agreement >= options.rejectBelow,
      decrease: outcome.before - outcome.after,
      agreement,
      overlong,
    };
  };
