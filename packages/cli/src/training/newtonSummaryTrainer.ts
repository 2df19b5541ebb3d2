/** Training by NewtonSummary: rates from a summary every few steps, guarded by what the step then did. */

import { type Tensor, tensor } from '@hograd/graph-builder';
import {
  joinSlices,
  type MeasuredSummary,
  newtonSummaryGraphs,
  rateControl,
  type SlicedSummary,
  summaryDue,
} from '@hograd/newton-summary';
import type { Session, SessionOptions } from '@hograd/session';
import * as E from 'fp-ts/lib/Either.js';
import { agree } from '../coupling.js';
import { refuse } from '../failure.js';
import { meansOf, type Slice } from '../means.js';
import { opening } from '../opening.js';
import { batchDraws } from './batchDraws.js';
import { inexactGroups, namesOf, withoutGroups } from './inexact.js';
import { measuredSummary } from './measuredSummary.js';
import type { NewtonSummaryOptimizer } from './optimizer.js';
import {
  advance,
  examplesIn,
  initialTensors,
  numbers,
  openGraph,
  openGraphFor,
  over,
  runOn,
  sliceBatch,
  type Tensors,
} from './tensors.js';
import type { Measured, StepResult, Trainer, TrainerState, TrainingProblem } from './trainer.js';
import { weightOf } from './weight.js';

/** A batch cut into slices, whole for one; those in which no label counts are left out. Refuses a batch that has too few others. */
const cut = (batch: Tensors, slices: number): readonly Tensors[] => {
  const count = examplesIn(batch);
  const start = (i: number): number => Math.floor((i * count) / slices);
  const all = Array.from({ length: slices }, (_, i) => sliceBatch(batch, start(i), start(i + 1)));
  const kept = all.filter((slice) => weightOf(slice) > 0);
  return kept.length >= Math.min(2, slices)
    ? kept
    : refuse(
        `labels count in ${kept.length} of the ${slices} slices of ${count} examples that a summary is over; give a larger --summary-batch`,
      );
};

/** The summary of a batch from its slices, with its sampling error where there are several. */
const measure = async (
  session: Session,
  values: Tensors,
  slices: readonly Tensors[],
): Promise<MeasuredSummary | SlicedSummary> => {
  const parts: MeasuredSummary[] = [];
  for (const slice of slices) {
    parts.push(measuredSummary(await runOn(session, { ...values, ...slice }), weightOf(slice)));
  }
  return parts.length === 1 ? parts[0]! : joinSlices(parts);
};

/** The mean loss over the examples of all slices. */
const meanLoss = async (session: Session, values: Tensors, slices: readonly Tensors[]): Promise<number> => {
  const losses = async function* (): AsyncIterable<Slice> {
    for (const slice of slices) {
      yield { count: weightOf(slice), values: await runOn(session, { ...values, ...slice }) };
    }
  };
  return numbers((await meansOf(losses())).loss!)[0]!;
};

export const newtonSummaryTrainer = async (
  problem: TrainingProblem,
  optimizer: NewtonSummaryOptimizer,
  options: SessionOptions,
): Promise<Trainer> => {
  const graphs = newtonSummaryGraphs({ ...problem, direction: optimizer.direction });
  const { any, withDraws } = batchDraws(problem);
  const { batches } = problem;
  const { trust } = optimizer.control;
  const batchShapes = batches?.shapes(batches.gradient);
  // Slices of one length, if they are.
  const even = batches && batches.summary % optimizer.slices === 0;
  const sliceShapes = even ? batches.shapes(batches.summary / optimizer.slices) : undefined;
  const { sessions, release } = await opening(async ({ keep, release }) => ({
    sessions: {
      step: keep(await openGraphFor(graphs.step, { ...options, inPlace: true }, batchShapes)),
      direction: keep(await openGraphFor(graphs.direction, options, batchShapes)),
      summary: keep(await openGraphFor(graphs.summary, options, sliceShapes)),
      apply: keep(await openGraph(graphs.apply, options)),
      ...(trust && { loss: keep(await openGraph(graphs.loss, options)) }),
    },
    release,
  }));
  const control = rateControl(optimizer.control);
  const isDue = summaryDue(optimizer);
  const size = problem.partition.groups.length;
  const asTensor = (rates: readonly number[]): Tensor => tensor(rates, [size], 'float32');

  /** Whether the loss over a summary's batch at once is, beyond rounding, another one than the mean over its slices, which summaries are of. */
  const isCoupled = async (values: Tensors, batch: Tensors, inSlices: number): Promise<boolean> =>
    sessions.loss !== undefined &&
    trust !== undefined &&
    !agree(10 * trust.rounding, await meanLoss(sessions.loss, values, [batch]), inSlices, Math.abs(inSlices));

  /**
   * Applies rates; where steps are judged, until one is accepted or the safeguard gives up and nothing moves. They are judged by the very
   * loss that was summarized, slice by slice; where that is another one than the batch's, what batches are to be compared with is the latter.
   */
  const applied = async (
    carried: Tensors,
    along: Tensors,
    judgedOn: readonly Tensors[],
    seenOn: readonly Tensors[],
    rates: readonly number[],
    from: TrainerState['control'],
  ) => {
    let [state, inForce] = [from!, rates];
    for (let retries = 0; ; retries++) {
      const moved = await runOn(sessions.apply, { ...carried, ...along, rates: asTensor(inForce) });
      if (!sessions.loss) return { state, rates: inForce, moved, retries };
      const next = Object.fromEntries(
        problem.parameters.map((p) => [p.attributes.name, moved[`next.${p.attributes.name}`]!]),
      );
      const after = await meanLoss(sessions.loss, next, judgedOn);
      const seenAfter = seenOn === judgedOn ? after : await meanLoss(sessions.loss, next, seenOn);
      const judged = control.judged(state, after, seenAfter);
      state = judged.state;
      const verdict = { predicted: judged.predicted, decrease: judged.verdict.decrease };
      if (judged.outcome === 'accepted') return { state, rates: judged.rates, moved, retries, verdict };
      if (judged.outcome === 'abandoned') {
        const still = await runOn(sessions.apply, { ...carried, ...along, rates: asTensor(inForce.map(() => 0)) });
        return { state, rates: judged.rates, moved: still, retries, verdict };
      }
      inForce = judged.rates;
    }
  };

  const directionAt = ({ step, carried }: TrainerState, batch: Tensors): Promise<Tensors> =>
    runOn(sessions.direction, { ...carried, ...withDraws(batch, ['gradient', step]) });

  const measuredStep = async (state: TrainerState, along: Tensors, independent: Tensors): Promise<StepResult> => {
    const slices = cut(independent, optimizer.slices).map((slice, i) => withDraws(slice, ['summary', state.step, i]));
    const values = { ...state.carried, ...along };
    const inexact = state.inexact ?? (trust ? await inexactGroups(problem, { ...values, ...slices[0] }, options) : []);
    const measured = withoutGroups(inexact, await measure(sessions.summary, values, slices));
    const { state: informed, rates, detail } = control.summarized(state.control ?? control.initial, measured);
    const batch = [independent];
    // Draws belong to the slices: there is no such batch at once.
    const coupled = !any && (state.coupled ?? (await isCoupled(state.carried, independent, measured.loss)));
    const judgedOn = any || coupled ? slices : batch;
    const step = await applied(state.carried, along, judgedOn, coupled ? batch : judgedOn, rates, informed);
    const record: Measured = {
      summary: detail.summary,
      rates,
      ...(!state.inexact && inexact.includes(true) && { inexact: namesOf(problem.partition, inexact) }),
      ...(E.isLeft(detail.solved) && { refusal: detail.solved.left.message }),
      ...(step.verdict && {
        predicted: step.verdict.predicted,
        decrease: step.verdict.decrease,
        retries: step.retries,
      }),
    };
    const next = { step: state.step + 1, carried: advance(state.carried, { ...along, ...step.moved }) };
    return {
      state: {
        ...next,
        ...(step.state.level && { anchor: next }),
        control: step.state,
        coupled,
        inexact,
        rates: step.rates,
        summary: detail.summary,
      },
      loss: numbers(along.loss!)[0]!,
      measured: record,
    };
  };

  const unmeasured = (state: TrainerState, batch: Tensors, spent: Tensors | undefined): Promise<Tensors> => {
    const drawn = withDraws(batch, ['gradient', state.step]);
    // The anchor's tensors are still to be read.
    const targets = over(sessions.step, spent === state.anchor?.carried ? undefined : spent);
    return runOn(sessions.step, { ...state.carried, ...drawn, rates: asTensor(state.rates!) }, targets);
  };

  return {
    initial: { step: 0, carried: initialTensors(problem.parameters, problem.values, graphs.step) },
    device: sessions.step.device,
    step: async (state, batch, independent, spent) => {
      const due = isDue(state.step);
      const next = due ? await directionAt(state, batch) : await unmeasured(state, batch, spent);
      const loss = numbers(next.loss!)[0]!;
      const seen = state.control && control.seen(state.control, loss, weightOf(batch));
      if (seen?.outcome === 'back' && state.anchor) {
        const { step, carried } = state.anchor;
        const from: TrainerState = { ...state, carried, control: seen.state };
        const again = await measuredStep(from, await directionAt(from, batch), independent());
        return { ...again, measured: { ...again.measured!, back: { steps: state.step - step, loss } } };
      }
      if (due) return measuredStep(state, next, independent());
      return { state: { ...state, step: state.step + 1, carried: advance(state.carried, next) }, loss };
    },
    epochEnded: ({ inexact, ...state }, loss) => ({
      ...state,
      // A gradient that cancels at first may not later on: the next summary tries again.
      ...(inexact && !inexact.includes(true) && { inexact }),
      ...(state.control && { control: control.epochEnded(state.control, loss) }),
    }),
    release,
  };
};
