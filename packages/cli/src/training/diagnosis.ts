/** Why a run diverged: of too long steps, or of a gradient that is none. */

import { grad, makeGraph, type Tensor } from '@hograd/graph-builder';
import type { SessionOptions } from '@hograd/session';
import * as E from 'fp-ts/lib/Either.js';
import { attempt } from '../failure.js';
import { directionName } from '../feeds.js';
import { lossText } from '../lossText.js';
import { batchDraws } from './batchDraws.js';
import { openGraph, runOn, type Tensors } from './tensors.js';
import type { TrainingProblem } from './trainer.js';

/** What was seen, and what to do about it. */
export interface Diagnosis {
  readonly reason: string;
  readonly cure: string;
}

/** A step that was taken from a finite loss. */
export interface StepBefore {
  readonly step: number;
  readonly loss: number;
  /** What it started from; left out where that is written over. */
  readonly from?: { readonly carried: Tensors; readonly batch: Tensors };
}

/** A loss that is not finite. */
export interface BrokenLoss {
  /** `the loss became NaN at step 3`. */
  readonly seen: string;
  readonly loss: number;
  /** Steps taken until then, and where they led. */
  readonly steps: number;
  readonly carried: Tensors;
  /** Left out: there was none, or not in this process. */
  readonly before?: StepBefore;
}

export type Diagnose = (broken: BrokenLoss) => Promise<Diagnosis>;

const LOWER_RATE = 'lower the rate (--lr or --lambda1)';
const LOOK = 'look for a square root, a logarithm or a quotient that is taken at 0 or below';

/** The first element that is not finite; undefined where all are. */
const brokenIn = ({ data }: Tensor): number | undefined =>
  (data as Float32Array).find((value) => !Number.isFinite(value));

/** All gradients of a batch's loss, with its draws. */
const gradientsOf = async (
  problem: TrainingProblem,
  { carried, batch }: Required<StepBefore>['from'],
  step: number,
  options: SessionOptions,
): Promise<Tensors> => {
  const { loss, parameters } = problem;
  const gradients = grad(loss, parameters).map((value, i) => ({ name: directionName(parameters[i]!), value }));
  const session = await openGraph(makeGraph(gradients), options);
  const drawn = batchDraws(problem).withDraws(batch, ['gradient', step]);
  return runOn(session, { ...carried, ...drawn }).finally(async () => {
    await session.release()();
  });
};

/** A problem's. */
export const diagnoser =
  (problem: TrainingProblem, options: SessionOptions): Diagnose =>
  async ({ seen, loss, steps, carried, before }) => {
    const names = problem.parameters.map(({ attributes: { name } }) => name);
    if (steps === 0) return { reason: `the loss is ${loss} at the initial parameters`, cure: LOOK };
    if (before?.from === undefined) {
      // Steps that are too long end in ±∞ first.
      const spoilt = names.find((name) => (carried[name]!.data as Float32Array).some(Number.isNaN));
      if (spoilt === undefined) return { reason: seen, cure: LOWER_RATE };
      const made = before
        ? `the step before, from a loss of ${lossText(before.loss)}, made ${spoilt} NaN`
        : `${spoilt} is NaN`;
      return { reason: `${seen}: ${made}`, cure: `${LOOK}, or ${LOWER_RATE}` };
    }
    const { step, loss: last, from } = before;
    // Where even the gradient alone finds no room, what was seen is told.
    const found = await attempt(() => gradientsOf(problem, from, step, options));
    const gradients = E.isLeft(found) ? [] : problem.parameters.map((p) => brokenIn(found.right[directionName(p)]!));
    const k = gradients.findIndex((value) => value !== undefined);
    if (k < 0) return { reason: seen, cure: LOWER_RATE };
    const what = Number.isNaN(gradients[k]) ? 'NaN' : 'infinite';
    return {
      reason: `the gradient of ${names[k]} is ${what} at step ${step}, where the loss is ${lossText(last)}`,
      cure: LOOK,
    };
  };
