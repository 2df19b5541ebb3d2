/** A trainer: one optimizer on one model as a function from state and batch to state, run in ONNX Runtime. */

import { constantRate, trainStep } from '@hograd/baselines';
import { type Expr, encode, type Graph, type Input, type Tensor, tensor } from '@hograd/graph-builder';
import { newtonSummaryGraphs, type RatesState, type SummaryNumbers, updateRates } from '@hograd/newton-summary';
import type { Partition } from '@hograd/partition';
import { openSession, type Session, type SessionOptions } from '@hograd/session';
import * as E from 'fp-ts/lib/Either.js';
import { orRefuse } from '../failure.js';
import { sessionFailure } from '../sessionFailure.js';
import type { Optimizer } from './optimizer.js';

export type Tensors = Readonly<Record<string, Tensor>>;

/** Everything that a run carries from step to step; a checkpoint holds exactly this. */
export interface TrainerState {
  /** Steps taken. */
  readonly step: number;
  /** Parameters, the direction's state and its step counter, by input name. */
  readonly carried: Tensors;
  /** NewtonSummary's averages and the rates in force. */
  readonly rates?: { readonly state: RatesState; readonly applied: readonly number[] };
}

export interface StepResult {
  readonly state: TrainerState;
  /** On the step's batch, before the step. */
  readonly loss: number;
  /** At a step with a summary: what the solver saw and said. */
  readonly measured?: {
    readonly summary: SummaryNumbers;
    readonly rates: readonly number[];
    readonly refusal?: string;
  };
}

export interface Trainer {
  readonly initial: TrainerState;
  readonly device: string;
  /** Is a summary, and so an independent batch, due at this step? */
  readonly summaryDue: (step: number) => boolean;
  readonly step: (state: TrainerState, batch: Tensors, independent: Tensors | undefined) => Promise<StepResult>;
  readonly release: () => Promise<void>;
}

export interface TrainingProblem {
  readonly loss: Expr;
  readonly parameters: readonly Input[];
  readonly partition: Partition;
  readonly values: ReadonlyMap<string, Tensor>;
}

const open = async (graph: Graph, options: SessionOptions): Promise<Session> =>
  orRefuse(await openSession(encode(graph), options)(), sessionFailure);

const run = async (session: Session, values: Tensors): Promise<Tensors> => {
  const feeds = Object.fromEntries(session.inputs.map(({ name }) => [name, values[name]!]));
  return orRefuse(await session.run(feeds)(), sessionFailure);
};

const numbers = (value: Tensor): readonly number[] => Array.from(value.data as ArrayLike<number>, Number);

const advance = (state: TrainerState, next: Tensors): Tensors =>
  Object.fromEntries(Object.keys(state.carried).map((name) => [name, next[`next.${name}`]!]));

const start = (problem: TrainingProblem, step: Graph): Tensors =>
  Object.fromEntries([
    ...problem.parameters.map((p) => [p.attributes.name, problem.values.get(p.attributes.name)!] as const),
    ...step.initializers,
  ]);

const constantRateTrainer = async (
  problem: TrainingProblem,
  optimizer: Extract<Optimizer, { kind: 'constant-rate' }>,
  options: SessionOptions,
): Promise<Trainer> => {
  const graph = trainStep({ ...problem, direction: optimizer.direction, rule: constantRate() });
  const session = await open(graph, options);
  const rate = tensor([optimizer.rate], [], 'float32');
  return {
    initial: { step: 0, carried: start(problem, graph) },
    device: session.device,
    summaryDue: () => false,
    step: async (state, batch) => {
      const next = await run(session, { ...state.carried, ...batch, rate });
      return { state: { step: state.step + 1, carried: advance(state, next) }, loss: numbers(next.loss!)[0]! };
    },
    release: async () => {
      await session.release()();
    },
  };
};

const newtonSummaryTrainer = async (
  problem: TrainingProblem,
  optimizer: Extract<Optimizer, { kind: 'newton-summary' }>,
  options: SessionOptions,
): Promise<Trainer> => {
  const graphs = newtonSummaryGraphs({ ...problem, direction: optimizer.direction });
  const sessions = {
    step: await open(graphs.step, options),
    direction: await open(graphs.direction, options),
    summary: await open(graphs.summary, options),
    apply: await open(graphs.apply, options),
  };
  const update = updateRates(optimizer.rates);
  const size = problem.partition.groups.length;
  const summaryDue = (step: number): boolean => step % optimizer.period === 0;
  const asTensor = (rates: readonly number[]): Tensor => tensor(rates, [size], 'float32');

  const measuredStep = async (state: TrainerState, batch: Tensors, independent: Tensors): Promise<StepResult> => {
    const along = await run(sessions.direction, { ...state.carried, ...batch });
    const values = await run(sessions.summary, { ...state.carried, ...along, ...independent });
    const flat = numbers(values.Hbar!);
    const measured: SummaryNumbers = {
      gbar: numbers(values.gbar!),
      Hbar: Array.from({ length: size }, (_, s) => flat.slice(s * size, (s + 1) * size)),
      D3: numbers(values.D3!),
    };
    const updated = update(state.rates?.state ?? {}, measured);
    const moved = await run(sessions.apply, { ...state.carried, ...along, rates: asTensor(updated.rates) });
    return {
      state: {
        step: state.step + 1,
        carried: advance(state, { ...along, ...moved }),
        rates: { state: updated.state, applied: updated.rates },
      },
      loss: numbers(along.loss!)[0]!,
      measured: {
        summary: updated.summary,
        rates: updated.rates,
        ...(E.isLeft(updated.solved) && { refusal: updated.solved.left.message }),
      },
    };
  };

  return {
    initial: { step: 0, carried: start(problem, graphs.step) },
    device: sessions.step.device,
    summaryDue,
    step: async (state, batch, independent) => {
      if (independent) return measuredStep(state, batch, independent);
      const rates = asTensor(state.rates!.applied);
      const next = await run(sessions.step, { ...state.carried, ...batch, rates });
      return {
        state: { ...state, step: state.step + 1, carried: advance(state, next) },
        loss: numbers(next.loss!)[0]!,
      };
    },
    release: async () => {
      for (const session of Object.values(sessions)) await session.release()();
    },
  };
};

/** The trainer of an optimizer on a problem. Refuses a device that cannot be had. */
export const makeTrainer = (
  problem: TrainingProblem,
  optimizer: Optimizer,
  options: SessionOptions,
): Promise<Trainer> =>
  optimizer.kind === 'newton-summary'
    ? newtonSummaryTrainer(problem, optimizer, options)
    : constantRateTrainer(problem, optimizer, options);
