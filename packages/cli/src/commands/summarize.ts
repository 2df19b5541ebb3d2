/** hograd summarize: ḡ, H̄, D3 and η* of a model's loss on given inputs. */

import { basename } from 'node:path';
import { grad, type Order, type Output, type Tensor } from '@hograd/graph-builder';
import { type SummaryNumbers, summaryNumbers } from '@hograd/newton-summary';
import type { Partition } from '@hograd/partition';
import { summaryReport } from '@hograd/report';
import type { Session } from '@hograd/session';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { type PlacedGroup, placeGroups } from '../analysis/layers.js';
import { couplingText, findCoupling } from '../coupling.js';
import { attempt, building, type Failure, failed, orRefuse, Refusal, refuse } from '../failure.js';
import { type Arrays, directionName, ownInputs, readDirections, readModelFeeds } from '../feeds.js';
import { writeText } from '../files.js';
import { undrawn } from '../groupMemory.js';
import { meansOf } from '../means.js';
import { batchOf, describePlan, type MemoryPlan, planMemory } from '../memoryPlan.js';
import { type LossModel, type LossOptions, readModel } from '../model.js';
import { checkFixed } from '../parameters.js';
import { type DescribedGroup, describeGroups, readPartition, shapesOf } from '../partition.js';
import { type RefusedRates, ratesOf, type SolvedRates } from '../rates.js';
import { openOnce, openOutputs, runExamples, runSlices } from '../runGraph.js';
import { summaryNotes } from '../summaryNotes.js';
import { summaryOutputs } from '../summaryOutputs.js';
import { timed } from '../timed.js';
import { inexactGroups, namesOf, withoutGroups } from '../training/inexact.js';
import { numbers, sliceBatch } from '../training/tensors.js';

export interface SummarizeOptions extends LossOptions {
  readonly inputs: string;
  readonly direction: string;
  readonly partition: string;
  readonly order: '1' | '2' | '3';
  readonly lambdaInt: readonly number[];
  /** Of what the model draws at random. */
  readonly seed: number;
  readonly engine: 'stacked' | 'generic';
  readonly device: 'cpu' | 'cuda' | 'webgpu' | 'auto';
  /** Bytes that the runs may take. */
  readonly memoryLimit?: number;
  /** Where to write the picture. */
  readonly report?: string;
}

/** A group as --json prints it, and whether it holds weights or only biases. */
export interface SummarizedGroup extends DescribedGroup {
  readonly kind: PlacedGroup['kind'];
}

/** The document that --json prints (cli contract). */
export interface Summarized {
  readonly loss: number;
  /** What the derivatives are along: the gradient on the same inputs, or a file of directions, by its path. */
  readonly direction: string;
  /** That the loss is over; left out where the model's batch has a fixed length that its inputs do not share. */
  readonly examples?: number;
  readonly groups: readonly SummarizedGroup[];
  readonly gbar: readonly number[];
  readonly Hbar?: readonly (readonly number[])[];
  readonly D3?: readonly number[];
  readonly eta: readonly (SolvedRates | RefusedRates)[];
  /** Groups whose gradient is rounding error in float32, and which η leaves as they are; left out: none, or neither rates nor a picture asked for. */
  readonly inexact?: readonly string[];
  readonly device: string;
  /** Of the loss. */
  readonly dtype: string;
  /** What the model draws at random and the inputs' file did not bring; left out where nothing was drawn. */
  readonly drawn?: { readonly seed: number; readonly inputs: readonly string[] };
  /** How the memory limit is kept; present where one was given. */
  readonly memory?: string;
  readonly seconds: { readonly build: number; readonly compile: number; readonly run: number };
}

/** A summary's outputs, with zeros for those that the order leaves out. */
const summaryIn = ({ gbar, Hbar, D3 }: Arrays): SummaryNumbers => {
  const groups = gbar!.data.length;
  const zeros = (length: number): Pick<Tensor, 'data'> => ({ data: new Float64Array(length) });
  return summaryNumbers({ gbar: gbar!, Hbar: Hbar ?? zeros(groups ** 2), D3: D3 ?? zeros(groups) });
};

/** A session for one run on all examples; under a memory limit for the slices that were planned, and with what these were planned to take. */
const openFor = (outputs: readonly Output[], options: SummarizeOptions, feeds: Arrays): Promise<Session> =>
  options.memoryLimit === undefined ? openOnce(outputs, options, feeds) : openOutputs(outputs, options);

/** The direction of the summary: from a file, or the gradient on the same examples. */
const directionFeeds = async (
  { loss, parameters, classes }: LossModel,
  feeds: Arrays,
  options: SummarizeOptions,
): Promise<Arrays> => {
  if (options.direction !== 'gradient') return readDirections(parameters, options.direction);
  const gradients = grad(loss, parameters).map((value, i) => ({ name: directionName(parameters[i]!), value }));
  const plan = planMemory(
    gradients.map((g) => g.value),
    feeds,
    options.memoryLimit,
  );
  return meansOf(runSlices(await openFor(gradients, options, feeds), feeds, plan, classes));
};

/** How many examples there are: as long as the batch is, or where its length is fixed, all inputs, of which one at least has more axes. */
const examplesOf = (model: LossModel, feeds: Arrays): number | undefined => {
  // An input that the loss does not read has no feed, and one that is a parameter no examples.
  const ports = ownInputs(model).filter(
    (port) => Object.hasOwn(feeds, port.attributes.name) && !model.parameters.includes(port),
  );
  const batch = batchOf(ports);
  if (batch) return feeds[batch.names[0]!]!.shape[0];
  const shapes = ports.map(({ attributes }) => feeds[attributes.name]!.shape).filter((shape) => shape.length > 0);
  const [first, ...others] = new Set(shapes.map(([length]) => length));
  return others.length === 0 && shapes.some((shape) => shape.length > 1) ? first : undefined;
};

const directionText = (direction: string): string =>
  direction === 'gradient' ? 'the gradient on the same inputs' : `the direction in ${basename(direction)}`;

/**
 * Groups whose gradient is no more than rounding: found on the examples of one slice, where rates or a picture are asked for along the
 * gradient. `values` are the feeds and the gradient, over all examples.
 */
const leftOut = async (
  { loss, parameters }: LossModel,
  partition: Partition,
  values: Arrays,
  { slice, examples, batched }: MemoryPlan,
  { direction, lambdaInt, report }: SummarizeOptions,
): Promise<readonly boolean[]> => {
  if (direction !== 'gradient' || (lambdaInt.length === 0 && report === undefined)) return [];
  const problem = { loss, parameters, partition };
  return slice < examples
    ? inexactGroups(problem, sliceBatch(values, 0, Math.max(1, Math.floor(slice / 2)), batched))
    : inexactGroups(problem, values, { known: values });
};

/** Refuses slices of a batch over which the loss is no mean of the slices'. */
const checkSlices = async (model: LossModel, feeds: Arrays, plan: MemoryPlan, options: SummarizeOptions) => {
  if (plan.slice >= plan.examples) return;
  const session = await openOutputs([{ name: 'loss', value: model.loss }], options);
  const dtype = model.loss.dtype === 'float64' ? 'float64' : 'float32';
  const parameters = Object.fromEntries(
    model.parameters.map(({ attributes: { name } }) => [name, feeds[name]!] as const),
  );
  const coupling = await findCoupling(dtype, { ...plan, parameters }, (indices, at) =>
    runExamples(session, { ...feeds, ...at }, plan, model.classes)(indices),
  ).finally(async () => {
    await session.release()();
  });
  if (coupling) {
    refuse(
      `--memory-limit asks for slices of the batch, and ${couplingText(coupling)}; raise the limit until the batch fits, or take fewer examples`,
    );
  }
};

const work = async (path: string, options: SummarizeOptions): Promise<Summarized> => {
  const model = orRefuse(await readModel(path, options)(), (failure) => failure);
  const { parameters } = model;
  if (options.lambdaInt.length > 0 && options.order === '1') refuse('--lambda-int needs Hbar: --order 3, or 2 for 0');
  if (options.lambdaInt.some((value) => value > 0) && options.order !== '3')
    refuse('--lambda-int above 0 needs --order 3: the cubic term is made of D3');
  if (options.report !== undefined && options.order === '1')
    refuse('--report needs --order 2 or 3: the picture is of Hbar');
  checkFixed(parameters);
  const partition = await readPartition(options.partition, shapesOf(parameters));
  const tooMany = options.report === undefined ? undefined : undrawn(partition.groups.length);
  if (tooMany !== undefined) refuse(`--report: ${tooMany}, or leave the report out`);
  const { feeds, drawn } = await readModelFeeds(model, options.inputs, options.seed);
  const directions = await directionFeeds(model, feeds, options);
  const [outputs, build] = await timed(async () =>
    summaryOutputs(model, partition, { order: Number(options.order) as Order, engine: options.engine }),
  );
  const all = { ...feeds, ...directions };
  const plan = planMemory(
    outputs.map((o) => o.value),
    all,
    options.memoryLimit,
  );
  await checkSlices(model, all, plan, options);
  const [session, compile] = await timed(() => openFor(outputs, options, all));
  const [values, seconds] = await timed(() => meansOf(runSlices(session, all, plan, model.classes)));
  const loss = numbers(values.loss!)[0]!;
  if (!Number.isFinite(loss)) {
    throw new Refusal(
      failed(`the loss is ${loss} on ${options.inputs}; look for an overflow, or for −∞ in an input that is no mask`),
    );
  }
  const summary = summaryIn(values);
  const { gbar, Hbar, D3 } = summary;
  const broken = Object.entries({ gbar, Hbar: Hbar.flat(), D3 }).flatMap(([name, own]) =>
    own.every(Number.isFinite) ? [] : [name],
  );
  if (broken.length > 0) {
    const precision = model.loss.dtype === 'float32' ? 'use --dtype float64, ' : '';
    const lower = options.order === '3' ? ', or leave D3 out (--order 2)' : '';
    throw new Refusal(
      failed(`${broken.join(', ')} overflowed in ${model.loss.dtype}; ${precision}scale the direction down${lower}`),
    );
  }
  const inexact = await leftOut(model, partition, all, plan, options);
  const usable = withoutGroups(inexact, summary);
  const names = namesOf(partition, inexact);
  const examples = examplesOf(model, feeds);
  const placed = placeGroups(partition);
  return {
    loss,
    direction: options.direction,
    ...(examples !== undefined && { examples }),
    groups: describeGroups(partition).map((group, s) => ({ ...group, kind: placed[s]!.kind })),
    gbar,
    ...(options.order !== '1' && { Hbar }),
    ...(options.order === '3' && { D3 }),
    eta: options.lambdaInt.map(ratesOf(partition.groups, usable)),
    ...(names.length > 0 && { inexact: names }),
    device: session.device,
    dtype: model.loss.dtype,
    ...(drawn.length > 0 && { drawn: { seed: options.seed, inputs: drawn } }),
    ...(options.memoryLimit !== undefined && { memory: describePlan(plan, options.memoryLimit) }),
    seconds: { build, compile, run: seconds },
  };
};

/**
 * Writes the picture of MODEL's summary, where `options.report` says so: apart from the work, whose result is there whatever becomes of its
 * picture. The Left says why it cannot be written.
 */
export const writeReport =
  (model: string, { report, engine, partition }: SummarizeOptions, command: string) =>
  (result: Summarized): TE.TaskEither<Failure, void> =>
  () =>
    attempt(async () => {
      if (report === undefined) return;
      const html = summaryReport({
        ...result,
        Hbar: result.Hbar!,
        title: `Curvature of ${basename(model)}`,
        model: basename(model),
        direction: directionText(result.direction),
        notes: summaryNotes(result),
        engine,
        provenance: { command, device: result.device, partition },
      });
      await writeText(
        report,
        orRefuse(html, (e) => failed(e.message)),
      );
    });

/** The summary of MODEL's loss on the arrays of `options.inputs`; the Left names the culprit and the cure. */
export const summarize =
  (path: string, options: SummarizeOptions): TE.TaskEither<Failure, Summarized> =>
  () =>
    attempt(() => building(`${path} cannot be summarized`, () => work(path, options)));
