/** hograd bench: what the loss, its gradient and its summaries take, of a model, on this machine. */

import { loadavg } from 'node:os';
import type { Order } from '@hograd/graph-builder';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { type Agreement, agreementOf } from '../bench/agreement.js';
import { type BenchWatcher, type Cost, measure } from '../bench/measure.js';
import { openProblem, type Problem, type ProblemOptions } from '../bench/problem.js';
import { type Engine, tasksOf } from '../bench/tasks.js';
import { machineFacts } from '../experiment/machine.js';
import { attempt, type Failure } from '../failure.js';
import { type DescribedGroup, describeGroups, readPartition, shapesOf } from '../partition.js';
import { numbers } from '../training/tensors.js';

export interface BenchOptions extends ProblemOptions {
  readonly partition: string;
  readonly order: '1' | '2' | '3';
  readonly engine: Engine | 'both';
  readonly device: 'cpu' | 'cuda' | 'webgpu' | 'auto';
  /** Left out: one a physical core. */
  readonly threads?: number;
  readonly rounds: number;
  /** After which measuring ends, once each task had the fewest rounds. */
  readonly seconds: number;
}

/** The document that --json prints. */
export interface Benched {
  readonly model: string;
  readonly dtype: string;
  readonly inputs: Problem['inputs'];
  readonly loss: number;
  readonly partition: string;
  readonly groups: readonly DescribedGroup[];
  /** Along the gradient, as all that is timed. */
  readonly gbar: readonly number[];
  readonly agreement: Agreement;
  readonly costs: readonly Cost[];
  readonly machine: Readonly<Record<string, string | number>>;
}

/** A median of fewer says little. */
const FEWEST_ROUNDS = 3;

const work = async (name: string, options: BenchOptions, watcher?: BenchWatcher): Promise<Benched> => {
  const problem = await openProblem(name, options);
  const { parameters } = problem.model;
  const partition = await readPartition(options.partition, shapesOf(parameters));
  const load = loadavg()[0]!;
  const engines = options.engine === 'both' ? (['stacked', 'generic'] as const) : [options.engine];
  const tasks = tasksOf(problem.model, partition, Number(options.order) as Order, engines);
  const { rounds, seconds, device, threads } = options;
  const { costs, answers, session } = await measure(tasks, problem, {
    session: { device, ...(threads !== undefined && { threads }) },
    turns: { rounds, fewest: Math.min(rounds, FEWEST_ROUNDS), budget: seconds / tasks.length },
    ...(watcher && { watcher }),
  });
  const summary = Object.values(answers).find(({ gbar }) => gbar !== undefined)!;
  return {
    model: problem.name,
    dtype: parameters[0]!.dtype,
    inputs: problem.inputs,
    loss: numbers(answers.loss!.loss!)[0]!,
    partition: options.partition,
    groups: describeGroups(partition),
    gbar: numbers(summary.gbar!),
    agreement: agreementOf(answers, parameters),
    costs,
    machine: {
      ...machineFacts(),
      threads: session.threads,
      device: session.chosen,
      'ONNX Runtime': session.ortVersion,
      load,
    },
  };
};

/**
 * What MODEL's loss, gradient, product with the Hessian and summaries take: medians of runs taken in turn. MODEL is the path of an
 * ONNX file, or a name of the zoo. The Left names the culprit and the cure.
 */
export const bench =
  (name: string, options: BenchOptions, watcher?: BenchWatcher): TE.TaskEither<Failure, Benched> =>
  () =>
    attempt(() => work(name, options, watcher));
