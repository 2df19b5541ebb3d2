/** Sessions and tensors by name, as trainers use them. */

import { encode, type Graph, type Input, isFloat, type Tensor, tensor, topologicalOrder } from '@hograd/graph-builder';
import { openSession, SESSION_OPTIONS, type Session, type SessionOptions } from '@hograd/session';
import { orRefuse } from '../failure.js';
import { lengthsIn, type Shapes } from '../lengths.js';
import { sessionFailure } from '../sessionFailure.js';

export type Tensors = Readonly<Record<string, Tensor>>;

/** A session of those of the options that are a session's: what a command was given holds others. Refuses a device that cannot be had. */
export const openBytes = async (bytes: Uint8Array, options: SessionOptions): Promise<Session> => {
  const own = Object.fromEntries(Object.entries(options).filter(([name]) => SESSION_OPTIONS.includes(name as never)));
  return orRefuse(await openSession(bytes, own)(), sessionFailure);
};

/** A session for a graph. Refuses a device that cannot be had. */
export const openGraph = (graph: Graph, options: SessionOptions): Promise<Session> => openBytes(encode(graph), options);

/** From so many operations on, opening a graph for any batch takes longer than a run saves (docs/ort-kernels.md, Opening). */
const MANY_OPERATIONS = 5000;

/**
 * A session for a graph that is fed with these shapes alone: a large one is opened for them, and not optimized; others for any lengths, as where no
 * shapes are given. Refuses a device that cannot be had.
 */
export const openGraphFor = async (
  graph: Graph,
  options: SessionOptions,
  fed: Shapes | undefined,
): Promise<Session> => {
  if (!fed || topologicalOrder(graph.outputs.map((o) => o.value)).length < MANY_OPERATIONS)
    return openGraph(graph, options);
  const bytes = encode(graph, { lengths: lengthsIn(graph.inputs, fed) });
  return openBytes(bytes, { ...options, optimization: 'disabled' });
};

/** A session's outputs from those of the values that it asks for; written into `targets`, one for each output, where they are given. */
export const runOn = async (session: Session, values: Tensors, targets?: Tensors): Promise<Tensors> => {
  const feeds = Object.fromEntries(session.inputs.map(({ name }) => [name, values[name]!]));
  return orRefuse(await session.run(feeds, targets)(), sessionFailure);
};

/** A floating-point tensor in a precision; another one as it is. */
export const inPrecision = (dtype: 'float32' | 'float64', value: Tensor): Tensor =>
  value.dtype === dtype || !isFloat(value.dtype)
    ? value
    : tensor(Float64Array.from(value.data as Float32Array), value.shape, dtype);

export const numbers = (value: Tensor): readonly number[] => Array.from(value.data as ArrayLike<number>, Number);

/** What is carried on: the `next.` of everything that was carried. */
export const advance = (carried: Tensors, next: Tensors): Tensors =>
  Object.fromEntries(Object.keys(carried).map((name) => [name, next[`next.${name}`]!]));

/**
 * Where a step's outputs go if what was carried before is spent: each `next.` over the tensor that it follows, and numbers of a step,
 * as its loss is, into their own. Undefined where nothing is spent.
 */
export const over = (session: Session, spent: Tensors | undefined): Tensors | undefined =>
  spent &&
  Object.fromEntries(
    session.outputs.map(({ name }) => [name, spent[name.replace(/^next\./, '')] ?? tensor([0], [], 'float32')]),
  );

/** What a run starts from: initial parameters, and the values that came with the step's graph. */
export const initialTensors = (
  parameters: readonly Input[],
  values: ReadonlyMap<string, Tensor>,
  step: Graph,
): Tensors =>
  Object.fromEntries([
    ...parameters.map((p) => [p.attributes.name, values.get(p.attributes.name)!] as const),
    ...step.initializers,
  ]);

const rows = (value: Tensor, start: number, end: number): Tensor => {
  const width = value.data.length / value.shape[0]!;
  const data = value.data.subarray(start * width, end * width);
  return { ...value, shape: [end - start, ...value.shape.slice(1)], data } as Tensor;
};

/** Rows start…end − 1 of every tensor of a batch, or of those among other values that are batched, one row an example. */
export const sliceBatch = (
  values: Tensors,
  start: number,
  end: number,
  batched: readonly string[] = Object.keys(values),
): Tensors =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, batched.includes(name) ? rows(value, start, end) : value]),
  );

/** The number of examples in a batch: what leads the first of its tensors, the examples themselves. */
export const examplesIn = (batch: Tensors): number => Object.values(batch)[0]!.shape[0]!;
