/** A look at a network from outside: gradient, curvature, rates and Taylor's terms over a whole set of examples. */

import { sgd } from '@hograd/baselines';
import { type Dataset, sizeOfDataset } from '@hograd/data';
import { castGraph, type Graph, type Input, makeGraph, outputNamed, tensor } from '@hograd/graph-builder';
import {
  fullBatchSummary,
  type MeasuredSummary,
  type NewtonSummaryGraphs,
  newtonSummaryGraphs,
} from '@hograd/newton-summary';
import { type Partition, trivial } from '@hograd/partition';
import { type Coupling, findCoupling } from '../coupling.js';
import { drawnAmong } from '../draws.js';
import { failed, orRefuse, refuse, wrongInput } from '../failure.js';
import { inputsOf } from '../lengths.js';
import { meansOf, type Slice } from '../means.js';
import { opening } from '../opening.js';
import { type RefusedRates, ratesOf, type SolvedRates } from '../rates.js';
import { atEvaluation } from '../training/atEvaluation.js';
import { measuredSummary } from '../training/measuredSummary.js';
import { inPrecision, numbers, type Tensors } from '../training/tensors.js';
import { arraysOf } from '../training/trainable.js';
import type { TrainingProblem } from '../training/trainer.js';
import { weightOf } from '../training/weight.js';
import { moved, stepAlong } from './step.js';
import { Interrupted, openSweep, type Sweep, type SweepOptions, sliceFor } from './sweep.js';
import { type DirectionalDerivatives, predictChange, type TaylorStep } from './taylor.js';

/** What is looked at: a mean loss over batches of a data set, and its parameters in groups. */
export type Probed = Pick<TrainingProblem, 'loss' | 'parameters' | 'partition'>;

export interface ProbeOptions extends SweepOptions {
  /** Bytes that a slice's run may take. */
  readonly memoryLimit: number;
  /** Internal dampings λ_int at which η* is solved for, at least one. */
  readonly lambdaInt: readonly number[];
  /** Step sizes λ1 at which Taylor's terms are checked. */
  readonly stepSizes: readonly number[];
}

/** Taylor's terms along −U I_{P:S} η*, the method's step at λ1 = 1. */
export interface TaylorCheck {
  /** Whose η*: the first damping for which there is one. */
  readonly lambdaInt: number;
  readonly derivatives: DirectionalDerivatives;
  readonly steps: readonly TaylorStep[];
}

/** Along u, the mean gradient over all the examples (arXiv 2312.03885, §3 and Figure 1). */
export interface Measurement extends Omit<MeasuredSummary, 'count'> {
  readonly eta: readonly (SolvedRates | RefusedRates)[];
  /** Left out where there is no η*. */
  readonly taylor?: TaylorCheck;
  /** Where the examples were taken in slices, over which the loss is no mean of the slices': all that was measured is a mean over slices of so many. */
  readonly coupling?: Coupling & { readonly slice: number };
}

export interface Probe {
  /** At the given parameters, which it leaves alone; undefined where interrupted. */
  readonly measure: (parameters: Tensors) => Promise<Measurement | undefined>;
  readonly release: () => Promise<void>;
}

/** The method's graphs along the gradient, with a group for each of the partition's and with one for everything. */
const graphsOf = (
  { loss, parameters, partition }: Probed,
  dtype: SweepOptions['dtype'],
): { readonly grouped: NewtonSummaryGraphs; readonly whole: NewtonSummaryGraphs } => {
  const cast = castGraph(dtype)(makeGraph([{ name: 'loss', value: loss }], parameters));
  const names = new Set(partition.parameters.map(({ name }) => name));
  const own = cast.inputs.filter((i) => names.has(i.attributes.name)) as readonly Input[];
  const over = (groups: Partition): NewtonSummaryGraphs =>
    newtonSummaryGraphs({ loss: outputNamed('loss')(cast)!, parameters: own, partition: groups, direction: sgd() });
  return {
    grouped: over(partition),
    whole: over(orRefuse(trivial(partition.parameters), (e) => wrongInput(e.message))),
  };
};

const openSweeps = async (problem: Probed, dataset: Dataset, options: ProbeOptions) => {
  const { grouped, whole } = graphsOf(problem, options.dtype);
  const graphs = { gradient: grouped.direction, curvature: grouped.summary, along: whole.summary, loss: grouped.loss };
  // One length for all: where slices make a difference, it is the same one everywhere.
  const slice = sliceFor(Object.values(graphs), dataset, options.memoryLimit);
  return opening(async ({ keep, release }) => {
    const open = async (graph: Graph): Promise<Sweep> => keep(await openSweep(graph, dataset, slice, options));
    return {
      slice,
      sweeps: {
        gradient: await open(graphs.gradient),
        curvature: await open(graphs.curvature),
        along: await open(graphs.along),
        loss: await open(graphs.loss),
      },
      release,
    };
  });
};

/**
 * A probe of a problem, as it is evaluated, on a data set. Refuses a loss that draws noise, a device that cannot be had, and a memory limit that
 * not even one example keeps.
 */
export const openProbe = async (problem: Probed, dataset: Dataset, options: ProbeOptions): Promise<Probe> => {
  const { partition } = problem;
  const { dtype } = options;
  const [loss] = atEvaluation([problem.loss]);
  const [noise] = drawnAmong(inputsOf([loss!]));
  if (noise) {
    return refuse(
      `the loss draws "${noise.attributes.name}" at random, and an analysis looks at one loss from several sides; analyze a model that draws nothing`,
    );
  }
  const { slice, sweeps, release } = await openSweeps({ ...problem, loss: loss! }, dataset, options);
  const examples = sizeOfDataset(dataset);
  const weight = weightOf(arraysOf(dataset));
  const names = partition.parameters.map(({ name }) => name);

  const summaryOver = async (groups: number, slices: AsyncIterable<Slice>): Promise<MeasuredSummary> => {
    const parts: MeasuredSummary[] = [];
    for await (const { count, values } of slices) parts.push(measuredSummary(values, count));
    return orRefuse(fullBatchSummary(groups, weight)(parts), (e) => failed(e.message));
  };

  const checkTaylor = async (at: Tensors, u: Tensors, { lambdaInt, eta }: SolvedRates): Promise<TaylorCheck> => {
    const step = stepAlong(partition)(u, eta);
    const { loss, gbar, Hbar, D3 } = await summaryOver(1, sweeps.along.over({ ...at, ...step }));
    const derivatives = { first: gbar[0]!, second: Hbar[0]![0]!, third: D3[0]! };
    const steps: TaylorStep[] = [];
    for (const size of options.stepSizes) {
      const after = await meansOf(sweeps.loss.over(moved(names)(at, size, step)), ['loss']);
      steps.push({ size, ...predictChange(derivatives)(size), actual: numbers(after.loss!)[0]! - loss });
    }
    return { lambdaInt, derivatives, steps };
  };

  const coupled = async (at: Tensors): Promise<Pick<Measurement, 'coupling'>> => {
    if (slice >= examples) return {};
    const coupling = await findCoupling(dtype, { examples, slice, parameters: at }, (indices, own) =>
      sweeps.loss.at({ ...at, ...own }, indices),
    );
    return coupling ? { coupling: { ...coupling, slice } } : {};
  };

  const measured = async (parameters: Tensors): Promise<Measurement> => {
    const at = Object.fromEntries(names.map((name) => [name, inPrecision(dtype, parameters[name]!)]));
    const coupling = await coupled(at);
    const u = await meansOf(
      sweeps.gradient.over({ ...at, step: tensor([0], [], dtype) }),
      names.map((name) => `direction.${name}`),
    );
    const { count: _, ...summary } = await summaryOver(partition.groups.length, sweeps.curvature.over({ ...at, ...u }));
    const eta = options.lambdaInt.map(ratesOf(partition.groups, summary));
    const solved = eta.find((rates) => 'eta' in rates);
    return { ...summary, eta, ...coupling, ...(solved && { taylor: await checkTaylor(at, u, solved) }) };
  };

  return {
    measure: async (parameters) => {
      try {
        return await measured(parameters);
      } catch (cause) {
        if (cause instanceof Interrupted) return undefined;
        throw cause;
      }
    },
    release,
  };
};
