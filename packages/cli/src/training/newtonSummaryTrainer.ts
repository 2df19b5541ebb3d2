/** Training by NewtonSummary: rates from a summary every few steps, guarded by what the step then did. */

import { type Tensor, tensor } from '@hograd/graph-builder';
import {
  joinSlices,
  type MeasuredSummary,
  newtonSummaryGraphs,
  rateControl,
  type SlicedSummary,
} from '@hograd/newton-summary';
import type { Session, SessionOptions } from '@hograd/session';
import * as E from 'fp-ts/lib/Either.js';
import { measuredSummary } from './measuredSummary.js';
import type { NewtonSummaryOptimizer } from './optimizer.js';
import {
  advance,
  examplesIn,
  initialTensors,
  numbers,
  openGraph,
  over,
  runOn,
  sliceBatch,
  type Tensors,
} from './tensors.js';
import type { Measured, StepResult, Trainer, TrainerState, TrainingProblem } from './trainer.js';

/** The summary of a batch: whole, or slice by slice where its sampling error is asked for. */
const measure = async (
  session: Session,
  values: Tensors,
  batch: Tensors,
  slices: number,
): Promise<MeasuredSummary | SlicedSummary> => {
  const count = examplesIn(batch);
  if (slices < 2) return measuredSummary(await runOn(session, { ...values, ...batch }), count);
  const parts: MeasuredSummary[] = [];
  for (let i = 0; i < slices; i++) {
    const [from, to] = [Math.floor((i * count) / slices), Math.floor(((i + 1) * count) / slices)];
    parts.push(measuredSummary(await runOn(session, { ...values, ...sliceBatch(batch, from, to) }), to - from));
  }
  return joinSlices(parts);
};

export const newtonSummaryTrainer = async (
  problem: TrainingProblem,
  optimizer: NewtonSummaryOptimizer,
  options: SessionOptions,
): Promise<Trainer> => {
  const graphs = newtonSummaryGraphs({ ...problem, direction: optimizer.direction });
  const judging = optimizer.control.trust !== undefined;
  const sessions = {
    step: await openGraph(graphs.step, { ...options, inPlace: true }),
    direction: await openGraph(graphs.direction, options),
    summary: await openGraph(graphs.summary, options),
    apply: await openGraph(graphs.apply, options),
    ...(judging && { loss: await openGraph(graphs.loss, options) }),
  };
  const control = rateControl(optimizer.control);
  const size = problem.partition.groups.length;
  const asTensor = (rates: readonly number[]): Tensor => tensor(rates, [size], 'float32');

  /** Applies rates; where steps are judged, until one is accepted or the safeguard gives up and nothing moves. */
  const applied = async (
    carried: Tensors,
    along: Tensors,
    independent: Tensors,
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
      const after = numbers((await runOn(sessions.loss, { ...next, ...independent })).loss!)[0]!;
      const judged = control.judged(state, after);
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

  const measuredStep = async (state: TrainerState, batch: Tensors, independent: Tensors): Promise<StepResult> => {
    const along = await runOn(sessions.direction, { ...state.carried, ...batch });
    const measured = await measure(sessions.summary, { ...state.carried, ...along }, independent, optimizer.slices);
    const { state: informed, rates, detail } = control.summarized(state.control ?? control.initial, measured);
    const step = await applied(state.carried, along, independent, rates, informed);
    const record: Measured = {
      summary: detail.summary,
      rates,
      ...(E.isLeft(detail.solved) && { refusal: detail.solved.left.message }),
      ...(step.verdict && {
        predicted: step.verdict.predicted,
        decrease: step.verdict.decrease,
        retries: step.retries,
      }),
    };
    return {
      state: {
        step: state.step + 1,
        carried: advance(state.carried, { ...along, ...step.moved }),
        control: step.state,
        rates: step.rates,
        summary: detail.summary,
      },
      loss: numbers(along.loss!)[0]!,
      measured: record,
    };
  };

  return {
    initial: { step: 0, carried: initialTensors(problem.parameters, problem.values, graphs.step) },
    device: sessions.step.device,
    summaryDue: (step) => step % optimizer.period === 0,
    step: async (state, batch, independent, spent) => {
      if (independent) return measuredStep(state, batch, independent);
      const values = { ...state.carried, ...batch, rates: asTensor(state.rates!) };
      const next = await runOn(sessions.step, values, over(sessions.step, spent));
      return {
        state: { ...state, step: state.step + 1, carried: advance(state.carried, next) },
        loss: numbers(next.loss!)[0]!,
      };
    },
    epochEnded: (state, loss) =>
      state.control ? { ...state, control: control.epochEnded(state.control, loss) } : state,
    release: async () => {
      for (const session of Object.values(sessions)) await session.release()();
    },
  };
};
