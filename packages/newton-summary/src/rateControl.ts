/** The rates of a whole run, every safeguard included: summaries, outcomes of steps and epochs in, rates out. */

import type { SlicedSummary } from './noise/slices.js';
import type { RatesOptions } from './options/rates.js';
import { type Rates, type RatesState, updateRates } from './rates/updateRates.js';
import { dampOnPlateau, NO_PLATEAU, type PlateauOptions, type PlateauState } from './safeguards/plateau.js';
import { type PredictedDecrease, predictDecrease } from './safeguards/predictedDecrease.js';
import { hasRisen, type Level, levelAfter } from './safeguards/rise.js';
import {
  DEFAULT_TRUST,
  FULL_TRUST,
  judgeStep,
  rescaled,
  type TrustOptions,
  type TrustState,
  type Verdict,
} from './safeguards/trust.js';
import type { MeasuredSummary } from './summary/numbers.js';

/** What makes the rates of a run: how they come of a summary, and the safeguards around them. */
export interface RateControlOptions {
  /** As `ratesOptions` returns them. */
  readonly rates: RatesOptions;
  /** As `trustOptions` returns them; without it outcomes are recorded and change nothing. */
  readonly trust?: TrustOptions;
  /** As `plateauOptions` returns them. */
  readonly plateau?: PlateauOptions;
}

/** Plain data, for checkpoints. */
export interface RateControlState {
  readonly rates: RatesState;
  readonly trust: TrustState;
  readonly plateau: PlateauState;
  /** λ1·η̄ [S] of the last summary, before trust and plateau scale it; absent before the first summary. */
  readonly unscaled?: readonly number[];
  /** The summary that the next outcome is compared with; absent once the step has been judged. */
  readonly model?: MeasuredSummary | SlicedSummary;
  /** What the last accepted step left; absent without trust, without slices, and after an abandoned step. */
  readonly level?: Level;
  /** Steps have been taken back: the verdict on the next does not lengthen those that follow. */
  readonly cautious?: true;
}

/** What a summary leads to. */
export interface Summarized {
  readonly state: RateControlState;
  /** [S], to be applied. */
  readonly rates: readonly number[];
  readonly detail: Rates;
}

/** What becomes of the step after a summary. */
export interface Judged {
  readonly state: RateControlState;
  /** [S], in force from now on: after an accepted step, those of the steps until the next summary. */
  readonly rates: readonly number[];
  /**
   * `accepted`; `again`: put the parameters back and apply the new, shorter rates; `abandoned`: put them back and go on, the
   * shortest step was no better and the rates are zeros until the next summary.
   */
  readonly outcome: 'accepted' | 'again' | 'abandoned';
  readonly predicted: PredictedDecrease;
  readonly verdict: Verdict;
}

/** What becomes of a step whose batch has been seen. */
export interface Seen {
  readonly state: RateControlState;
  /**
   * `on`: the step stands; `back`: put the parameters, and what the direction carries, back to where the last judged step left them, and
   * measure a summary there, whatever the period. Steps will be shorter.
   */
  readonly outcome: 'on' | 'back';
}

/** The fold of a run over its summaries, steps and epochs: pure functions of a state that is plain data. */
export interface RateControl {
  readonly initial: RateControlState;
  /** A summary has been measured. Throws RangeError as `updateRates` does. */
  readonly summarized: (state: RateControlState, measured: MeasuredSummary | SlicedSummary) => Summarized;
  /**
   * The step after a summary has been taken: the loss after it, on the examples of that summary as they were summarized. Later
   * batches are compared with `levelAfter`, on the same examples taken as a batch is: another number where the loss is no mean
   * over independent examples. Throws RangeError unless there is a summary that has not been judged yet.
   */
  readonly judged: (state: RateControlState, lossAfter: number, levelAfter?: number) => Judged;
  /**
   * A step's batch has been seen: the mean loss over its `count` examples, before the step. Where sampling noise does not explain
   * how far it lies above what the last judged step left, the rates in force have led up.
   */
  readonly seen: (state: RateControlState, loss: number, count: number) => Seen;
  /** An epoch is over: its mean training loss. The rates change with the next summary. */
  readonly epochEnded: (state: RateControlState, loss: number) => RateControlState;
}

/** What a verdict comes to: the shortest step is not tried again. */
const outcomeOf = (scale: number, smallest: number, { accepted }: Verdict): Judged['outcome'] => {
  if (accepted) return 'accepted';
  return scale > smallest ? 'again' : 'abandoned';
};

/**
 * Rates from summaries (`updateRates`), times the trust safeguard's scale (`judgeStep`), times the plateau's (`dampOnPlateau`):
 * three pure folds as one. `summarized` and `judged` throw RangeError, the others nothing.
 */
export const rateControl = ({ rates: options, trust, plateau }: RateControlOptions): RateControl => {
  const update = updateRates(options);
  const thresholds = trust ?? DEFAULT_TRUST;
  const scaled = ({ trust: t, plateau: p, unscaled = [] }: RateControlState): readonly number[] =>
    unscaled.map((rate) => t.scale * p.scale * rate);
  return {
    initial: { rates: {}, trust: FULL_TRUST, plateau: NO_PLATEAU },
    summarized: (state, measured) => {
      const detail = update(state.rates, measured);
      const next = { ...state, rates: detail.state, unscaled: detail.rates, model: measured };
      return { state: next, rates: scaled(next), detail };
    },
    judged: (state, after, seenAfter = after) => {
      if (!state.model) throw new RangeError('a step is judged by the summary it comes from; measure one first');
      const predicted = predictDecrease(state.model)(scaled(state));
      const judged = judgeStep(state.cautious ? { ...thresholds, grow: 1 } : thresholds)(state.trust, {
        predicted,
        before: state.model.loss,
        after,
      });
      const verdict = trust ? judged : { ...judged, state: state.trust, accepted: true };
      const outcome = outcomeOf(state.trust.scale, thresholds.smallest, verdict);
      const { model, level: before, cautious, ...rest } = state;
      const level = trust && levelAfter(before, state.model, seenAfter);
      const next: RateControlState = {
        ...rest,
        trust: verdict.state,
        ...(outcome === 'again' && { model, ...(before && { level: before }), ...(cautious && { cautious }) }),
        ...(outcome === 'accepted' && level && { level }),
        ...(outcome === 'abandoned' && state.unscaled && { unscaled: state.unscaled.map(() => 0) }),
      };
      return { state: next, rates: scaled(next), outcome, predicted, verdict };
    },
    seen: (state, loss, count) => {
      if (!state.level || !hasRisen(thresholds.risenBy, state.level, { loss, count })) return { state, outcome: 'on' };
      const shorter = rescaled(thresholds, state.trust, thresholds.shrink);
      return { state: { ...state, trust: shorter, cautious: true }, outcome: 'back' };
    },
    epochEnded: (state, loss) => (plateau ? { ...state, plateau: dampOnPlateau(plateau)(state.plateau, loss) } : state),
  };
};
