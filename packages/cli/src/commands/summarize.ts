/** hograd summarize: ḡ, H̄, D3 and η* of a model's loss on given inputs. */

import { stat, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { readNpz, readTensorProtos } from '@hograd/data';
import {
  type Expr,
  encode,
  grad,
  type Input,
  input,
  isFloat,
  makeGraph,
  type Order,
  type Output,
  summary,
  type Tensor,
  tensor,
} from '@hograd/graph-builder';
import { groupDirections, learningRates } from '@hograd/newton-summary';
import { summaryReport } from '@hograd/report';
import { openSession, type Session } from '@hograd/session';
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { attempt, type Failure, failed, orRefuse, refuse, wrongInput } from '../failure.js';
import { type LossModel, type LossOptions, readModel } from '../model.js';
import { readPartition } from '../partition.js';
import { sessionFailure } from '../sessionFailure.js';

export interface SummarizeOptions extends LossOptions {
  readonly inputs: string;
  readonly direction: string;
  readonly partition: string;
  readonly order: '1' | '2' | '3';
  readonly lambdaInt: readonly number[];
  readonly engine: 'stacked' | 'generic';
  readonly device: 'cpu' | 'cuda' | 'webgpu' | 'auto';
  /** Where to write the picture. */
  readonly report?: string;
}

export interface SolvedRates {
  readonly lambdaInt: number;
  readonly eta: readonly number[];
  readonly r: number;
  readonly case: string;
  readonly residual: number;
}

export interface RefusedRates {
  readonly lambdaInt: number;
  readonly error: { readonly kind: string; readonly message: string };
}

/** The document that --json prints (cli contract). */
export interface Summarized {
  readonly loss: number;
  readonly groups: readonly { readonly name: string; readonly parameters: readonly string[]; readonly size: number }[];
  readonly gbar: readonly number[];
  readonly Hbar?: readonly (readonly number[])[];
  readonly D3?: readonly number[];
  readonly eta: readonly (SolvedRates | RefusedRates)[];
  readonly device: string;
  readonly seconds: { readonly build: number; readonly compile: number; readonly run: number };
}

type Arrays = Readonly<Record<string, Tensor>>;

const readArchive = async (path: string): Promise<Arrays> =>
  orRefuse(await readNpz(path)(), (e) => wrongInput(e.message));

const isFolder = async (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

/** Inputs by name: an archive's own names, or a folder's tensors in the order of the graph's inputs. */
const readInputs = async (path: string, ports: readonly string[]): Promise<Arrays> => {
  if (!(await isFolder(path))) return readArchive(path);
  const tensors = orRefuse(await readTensorProtos(path)(), (e) => wrongInput(e.message));
  if (tensors.length > ports.length) {
    return refuse(
      `${path} holds ${tensors.length} tensors; the model has the ${ports.length} inputs ${ports.join(', ')}`,
    );
  }
  return Object.fromEntries(tensors.map(({ tensor: value }, i) => [ports[i]!, value]));
};

/** An array in the type that the graph's input has; integers and floats convert among themselves, never into one another. */
const converted = (array: Tensor, like: Input, source: string): Tensor => {
  const { name, dtype } = like.attributes;
  if (array.dtype === dtype) return array;
  if (isFloat(array.dtype) !== isFloat(dtype))
    return refuse(`${source}: array "${name}" is ${array.dtype}, the model needs ${dtype}`);
  return tensor(Float64Array.from(array.data as ArrayLike<number | bigint>, Number), array.shape, dtype);
};

const checkFinite = (array: Tensor, name: string, source: string): void => {
  if (!isFloat(array.dtype)) return;
  const at = (array.data as Float64Array).findIndex((v) => !Number.isFinite(v));
  if (at >= 0) refuse(`${source}: array "${name}" holds ${array.data[at]} at flat index ${at}; clean the data`);
};

/** Labels outside 0..classes−1 would be read as other classes, or not at all, without a word from the runtime. */
const checkLabels = (array: Tensor, name: string, classes: number, source: string): void => {
  const at = Array.from(array.data as ArrayLike<number | bigint>, Number).findIndex((v) => v < 0 || v >= classes);
  if (at >= 0)
    refuse(
      `${source}: label ${array.data[at]} at index ${at} of "${name}" is out of range; the model has ${classes} classes (0 to ${classes - 1})`,
    );
};

const timed = async <A>(work: () => Promise<A>): Promise<readonly [A, number]> => {
  const start = performance.now();
  const result = await work();
  return [result, (performance.now() - start) / 1000];
};

const open = async (outputs: readonly Output[], options: SummarizeOptions): Promise<Session> =>
  orRefuse(await openSession(encode(makeGraph(outputs)), { device: options.device })(), sessionFailure);

const run = async (session: Session, values: Arrays): Promise<Arrays> => {
  const feeds = Object.fromEntries(session.inputs.map(({ name }) => [name, values[name]!]));
  const result = await session.run(feeds)();
  await session.release()();
  return orRefuse(result, sessionFailure);
};

const numbers = (value: Tensor | undefined): readonly number[] =>
  Array.from((value?.data ?? []) as ArrayLike<number | bigint>, Number);

const directionName = (parameter: Input): string => `direction.${parameter.attributes.name}`;

/** Names of the inputs that the model does not bring values for, in the file's order; labels or targets of a loss head last. */
const ownInputs = ({ graph, loss }: LossModel): readonly string[] =>
  makeGraph([{ name: 'loss', value: loss }], graph.inputs)
    .inputs.map((i) => i.attributes.name)
    .filter((name) => !graph.initializers.has(name));

/** Feeds of the model's own inputs and parameters, checked. */
const modelFeeds = ({ graph, loss, parameters, classes }: LossModel, arrays: Arrays, source: string): Arrays => {
  const needed = makeGraph([{ name: 'loss', value: loss }]).inputs;
  const feeds: Record<string, Tensor> = {};
  for (const port of needed) {
    const { name } = port.attributes;
    const stored = graph.initializers.get(name);
    const array = arrays[name] ?? stored;
    if (array === undefined) {
      return refuse(
        `${source} has no array "${name}"; the model needs ${needed
          .filter((i) => !graph.initializers.has(i.attributes.name))
          .map((i) => `"${i.attributes.name}"`)
          .join(', ')}`,
      );
    }
    feeds[name] = converted(array, port, source);
    checkFinite(feeds[name]!, name, source);
    const labelled = classes.find((c) => c.labels === name);
    if (labelled) checkLabels(feeds[name]!, name, labelled.count, source);
  }
  for (const p of parameters) feeds[p.attributes.name] ??= graph.initializers.get(p.attributes.name)!;
  return feeds;
};

const directionFeeds = async (model: LossModel, feeds: Arrays, options: SummarizeOptions): Promise<Arrays> => {
  const { loss, parameters } = model;
  if (options.direction === 'gradient') {
    const gradients = grad(loss, parameters).map((value, i) => ({ name: directionName(parameters[i]!), value }));
    return run(await open(gradients, options), feeds);
  }
  const arrays = await readArchive(options.direction);
  return Object.fromEntries(
    parameters.map((p) => {
      const { name } = p.attributes;
      const array =
        arrays[name] ?? refuse(`${options.direction} has no array "${name}"; it needs one for each parameter`);
      if (array.shape.join() !== p.shape.join()) {
        return refuse(
          `${options.direction}: array "${name}" has shape [${array.shape.join(', ')}], the parameter [${p.shape.join(', ')}]`,
        );
      }
      checkFinite(array, name, options.direction);
      return [directionName(p), converted(array, p, options.direction)];
    }),
  );
};

const ratesOf = (
  gbar: readonly number[],
  Hbar: readonly (readonly number[])[],
  D3: readonly number[],
  lambdaInt: number,
): SolvedRates | RefusedRates => {
  const solved = learningRates(lambdaInt)({ gbar, Hbar, D3 });
  if (E.isLeft(solved)) return { lambdaInt, error: { kind: solved.left._tag, message: solved.left.message } };
  const { eta, r, certificate } = solved.right;
  return { lambdaInt, eta, r, case: solved.right.case, residual: certificate.residual };
};

const work = async (path: string, options: SummarizeOptions): Promise<Summarized> => {
  const model = orRefuse(await readModel(path, options)(), (failure) => failure);
  const { loss, parameters } = model;
  if (options.lambdaInt.length > 0 && options.order !== '3')
    refuse('--lambda-int needs --order 3: the cubic term is made of D3');
  const partition = await readPartition(options.partition, parameters);
  const feeds = modelFeeds(model, await readInputs(options.inputs, ownInputs(model)), options.inputs);
  const directions = await directionFeeds(model, feeds, options);
  const [outputs, build] = await timed(async (): Promise<readonly Output[]> => {
    const byName = new Map<string, Expr>(parameters.map((p) => [p.attributes.name, p]));
    const along = new Map<string, Expr>(
      parameters.map((p) => [p.attributes.name, input(directionName(p), p.shape, p.dtype)]),
    );
    const result = summary(loss, groupDirections(partition)(byName, along), {
      order: Number(options.order) as Order,
      engine: options.engine,
    });
    return [
      { name: 'loss', value: loss },
      ...Object.entries(result).map(([name, value]) => ({ name, value: value as Expr })),
    ];
  });
  const [session, compile] = await timed(() => open(outputs, options));
  const [values, seconds] = await timed(() => run(session, { ...feeds, ...directions }));
  const size = partition.groups.length;
  const gbar = numbers(values.gbar);
  const flat = numbers(values.Hbar);
  const Hbar = partition.groups.map((_, s) => flat.slice(s * size, (s + 1) * size));
  const D3 = numbers(values.D3);
  return {
    loss: numbers(values.loss)[0]!,
    groups: partition.groups.map((g) => ({
      name: g.name,
      parameters: g.members.map((m) => m.parameter),
      size: g.size,
    })),
    gbar,
    ...(options.order !== '1' && { Hbar }),
    ...(options.order === '3' && { D3 }),
    eta: options.lambdaInt.map((lambdaInt) => ratesOf(gbar, Hbar, D3, lambdaInt)),
    device: session.device,
    seconds: { build, compile, run: seconds },
  };
};

const writeReport = async (
  path: string,
  model: string,
  result: Summarized,
  options: SummarizeOptions,
  command: string,
): Promise<void> => {
  if (!result.Hbar) refuse('--report needs --order 2 or 3: the picture is of Hbar');
  const html = summaryReport({
    ...result,
    Hbar: result.Hbar!,
    title: `Curvature of ${basename(model)}`,
    model: basename(model),
    engine: options.engine,
    dtype: options.dtype ?? 'the model’s own',
    provenance: { command, device: result.device, partition: options.partition },
  });
  await writeFile(
    path,
    orRefuse(html, (e) => failed(e.message)),
  ).catch((cause: NodeJS.ErrnoException) => refuse(`cannot write ${path}: ${cause.code ?? cause.message}`));
};

/** The summary of MODEL's loss on the arrays of `options.inputs`; the Left names the culprit and the cure. */
export const summarize =
  (path: string, options: SummarizeOptions, command: string): TE.TaskEither<Failure, Summarized> =>
  () =>
    attempt(async () => {
      const result = await work(path, options);
      if (options.report !== undefined) await writeReport(options.report, path, result, options, command);
      return result;
    });
