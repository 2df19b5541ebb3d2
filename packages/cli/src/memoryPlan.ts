/** Keeping a run within a memory limit: how many examples at once, decided from an estimate before anything runs. */

import {
  type Expr,
  type Input,
  isSymbol,
  makeGraph,
  peakMemory,
  symbolsIn,
  topologicalOrder,
} from '@hograd/graph-builder';
import { refuse } from './failure.js';
import { inputsOf, lengthsIn, type Shapes } from './lengths.js';

/**
 * Bytes of Node, this program, the runtime and a differentiated graph: 130 to 150 MiB were measured, on models that hold next to nothing
 * (docs/decisions/memory-plan.md, also for the two factors).
 */
export const PROCESS = 160 * 2 ** 20;

/** Inputs are in memory as a file's bytes and as arrays, twice at the least; with 3 a run in slices took 1% more than its limit. */
const INPUT_COPIES = 4;

/** The runtime's arena grows in powers of two, and kernels pack weights and unfold images in it: up to 1.75 times what is alive. */
const ARENA = 2;

export interface MemoryPlan {
  /** Examples in all, and at most in one slice. */
  readonly examples: number;
  readonly slice: number;
  /** Estimated bytes of the process while a slice runs; 0, not estimated, without a limit: the graph must be written to tell. */
  readonly bytes: number;
  /** The inputs that have one row an example. */
  readonly batched: readonly string[];
}

/** The symbol that leads the shape of a batch input, and the inputs that it leads; a polynomial in symbols is none. */
export const batchOf = (
  inputs: readonly Input[],
): { readonly symbol: string; readonly names: readonly string[] } | undefined => {
  const symbol = inputs.map((i) => i.shape[0]).find((d) => d !== undefined && isSymbol(d)) as string | undefined;
  if (symbol === undefined) return undefined;
  return { symbol, names: inputs.filter((i) => i.shape[0] === symbol).map((i) => i.attributes.name) };
};

/** Rounded up to three significant digits, in the largest binary unit not above it. */
export const formatBytes = (bytes: number): string => {
  const power = Math.min(3, Math.max(1, Math.floor(Math.log2(bytes) / 10)));
  const value = bytes / 2 ** (10 * power);
  const scale = 10 ** Math.max(0, 2 - Math.max(0, Math.floor(Math.log10(value))));
  // Twelve digits, lest 1.1 · 100 be rounded up to 111.
  return `${Math.ceil(Number((value * scale).toPrecision(12))) / scale} ${['', 'KiB', 'MiB', 'GiB'][power]}`;
};

/** Lengths of all symbols, from the feeds, with the batch's replaced. */
const lengths = (
  inputs: readonly Input[],
  feeds: Shapes,
  symbol: string | undefined,
  batch: number,
): Record<string, number> => {
  const found = Object.fromEntries(lengthsIn(inputs, feeds));
  return symbol === undefined ? found : { ...found, [symbol]: batch };
};

/** Outputs without names of their own, as a graph. */
const peakOf = (outputs: readonly Expr[]): ReturnType<typeof peakMemory> =>
  peakMemory(makeGraph(outputs.map((value, i) => ({ name: `output.${i}`, value }))));

/** The most bytes of values that are alive at once while outputs are computed: an estimate that leaves out the runtime's own needs. */
export const aliveBytes = (outputs: readonly Expr[], feeds: Shapes): number => {
  const { held, computed } = peakOf(outputs)(lengths(inputsOf(outputs), feeds, undefined, 0));
  return held + computed;
};

/**
 * The largest slices of the batch whose runs the estimate keeps under `limit` bytes of the process (no limit: the whole batch); examples
 * that wait outside a slice are not counted. Slices are exact for a loss that is a mean over independent examples (math of arXiv 2312.03885, §3: all tensors are then means too).
 * Refuses a limit that not even one example keeps, and one that asks for slices of a batch of fixed length, or of one whose elements are picked by data.
 */
export const planMemory = (outputs: readonly Expr[], feeds: Shapes, limit: number | undefined): MemoryPlan => {
  const inputs = inputsOf(outputs);
  const batch = batchOf(inputs);
  const examples = batch ? feeds[batch.names[0]!]!.shape[0]! : 1;
  const batched = batch?.names ?? [];
  if (limit === undefined) return { examples, slice: examples, bytes: 0, batched };
  const peak = peakOf(outputs);
  const bytes = (size: number): number => {
    const { held, computed } = peak(lengths(inputs, feeds, batch?.symbol, size));
    return Math.ceil(PROCESS + INPUT_COPIES * held + ARENA * computed);
  };
  const whole = bytes(examples);
  if (whole <= limit) return { examples, slice: examples, bytes: whole, batched };
  if (!batch) {
    return refuse(
      `the run needs about ${formatBytes(whole)}, more than --memory-limit ${formatBytes(limit)}, and the model's batch has a fixed length; export it with a symbolic batch or raise the limit`,
    );
  }
  if (topologicalOrder(outputs).some(({ op }) => op.counts))
    return refuse(
      `the run needs about ${formatBytes(whole)}, more than --memory-limit ${formatBytes(limit)}, and the model picks elements by what the data say (NonZero, Compress): how many differs from slice to slice, so that means over slices are not those over the batch; raise the limit`,
    );
  const tied = inputs.find(({ shape }) =>
    shape.some((dim, axis) => !(axis === 0 && dim === batch.symbol) && symbolsIn(dim).includes(batch.symbol)),
  );
  if (tied)
    return refuse(
      `the run needs about ${formatBytes(whole)}, more than --memory-limit ${formatBytes(limit)}, and input "${tied.attributes.name}" [${tied.shape.join(', ')}] is as long as the batch says, but not in one row an example, so that it cannot be cut with it; raise the limit`,
    );
  const one = bytes(1);
  if (one > limit)
    return refuse(
      `one example alone needs about ${formatBytes(one)}, of which ${formatBytes(PROCESS)} are the program's own, more than --memory-limit ${formatBytes(limit)}; raise it${limit > PROCESS ? ' or take fewer groups (--partition)' : ''}`,
    );
  // The estimate grows with the number of examples, and not linearly: where the peak lies changes, too.
  let [fits, exceeds] = [1, examples];
  while (exceeds - fits > 1) {
    const middle = Math.floor((fits + exceeds) / 2);
    if (bytes(middle) <= limit) fits = middle;
    else exceeds = middle;
  }
  return { examples, slice: fits, bytes: bytes(fits), batched };
};

/** A plan that keeps a limit, in one line. */
export const describePlan = ({ examples, slice, bytes }: MemoryPlan, limit: number): string =>
  slice >= examples
    ? `memory: about ${formatBytes(bytes)} for all ${examples} examples at once, under the limit of ${formatBytes(limit)}`
    : `memory: ${Math.ceil(examples / slice)} slices of at most ${slice} examples, about ${formatBytes(bytes)} each, under the limit of ${formatBytes(limit)}`;
