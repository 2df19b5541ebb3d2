/** Keeping a run within a memory limit: how many examples at once, decided from an estimate before anything runs. */

import { type Expr, type Input, isInput, peakBytes, topologicalOrder } from '@hograd/graph-builder';
import { refuse } from './failure.js';

/**
 * What a run takes beyond the values that are alive (the program itself, buffers within kernels, an arena that grows in powers of
 * two), as a multiple of the estimate: from 1.2 to 4.5 where it was measured, most for convolutions (docs/benchmarks.md).
 */
const OVERHEAD = 5;

/** What is to be fed, of which only the shapes count. */
export type Shapes = Readonly<Record<string, { readonly shape: readonly number[] }>>;

export interface MemoryPlan {
  /** Examples in all, and at most in one slice. */
  readonly examples: number;
  readonly slice: number;
  /** Estimated bytes of a slice's run, overhead included. */
  readonly bytes: number;
  /** The inputs that have one row an example. */
  readonly batched: readonly string[];
}

/** The symbol that leads the shape of a batch input, and the inputs that it leads. */
export const batchOf = (
  inputs: readonly Input[],
): { readonly symbol: string; readonly names: readonly string[] } | undefined => {
  const symbol = inputs.map((i) => i.shape[0]).find((d) => typeof d === 'string') as string | undefined;
  if (symbol === undefined) return undefined;
  return { symbol, names: inputs.filter((i) => i.shape[0] === symbol).map((i) => i.attributes.name) };
};

/** Rounded up, in the largest binary unit not above it. */
export const formatBytes = (bytes: number): string => {
  const power = Math.min(3, Math.max(1, Math.floor(Math.log2(bytes) / 10)));
  return `${Math.ceil(bytes / 2 ** (10 * power))} ${['', 'KiB', 'MiB', 'GiB'][power]}`;
};

/** Lengths of all symbols, from the feeds, with the batch's replaced. */
const lengths = (
  inputs: readonly Input[],
  feeds: Shapes,
  symbol: string | undefined,
  batch: number,
): Record<string, number> => {
  const found: Record<string, number> = {};
  for (const { attributes, shape } of inputs) {
    shape.forEach((d, axis) => {
      if (typeof d === 'string') found[d] = feeds[attributes.name]!.shape[axis]!;
    });
  }
  return symbol === undefined ? found : { ...found, [symbol]: batch };
};

const inputsOf = (outputs: readonly Expr[]): readonly Input[] =>
  topologicalOrder(outputs).filter(isInput) as readonly Input[];

/** The most bytes of values that are alive at once while outputs are computed: an estimate that leaves out the runtime's own needs. */
export const aliveBytes = (outputs: readonly Expr[], feeds: Shapes): number =>
  peakBytes(lengths(inputsOf(outputs), feeds, undefined, 0))(outputs);

/**
 * The largest slices of the batch whose runs the estimate keeps under `limit` bytes (no limit: the whole batch). Slices are
 * exact for a loss that is a mean over independent examples (math of arXiv 2312.03885, §3: all tensors are then means too).
 * Refuses a limit that not even one example keeps, or a model whose batch has a fixed length.
 */
export const planMemory = (outputs: readonly Expr[], feeds: Shapes, limit: number | undefined): MemoryPlan => {
  const inputs = inputsOf(outputs);
  const batch = batchOf(inputs);
  const examples = batch ? feeds[batch.names[0]!]!.shape[0]! : 1;
  const bytes = (size: number): number => OVERHEAD * peakBytes(lengths(inputs, feeds, batch?.symbol, size))(outputs);
  const batched = batch?.names ?? [];
  const whole = bytes(examples);
  if (limit === undefined || whole <= limit) return { examples, slice: examples, bytes: whole, batched };
  if (!batch) {
    return refuse(
      `the run needs about ${formatBytes(whole)}, more than --memory-limit, and the model's batch has a fixed length; export it with a symbolic batch or raise the limit`,
    );
  }
  const one = bytes(1);
  if (one > limit)
    return refuse(
      `one example alone needs about ${formatBytes(one)}, more than --memory-limit ${formatBytes(limit)}; raise it or take fewer groups (--partition)`,
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

/** The plan in one line. */
export const describePlan = ({ examples, slice, bytes }: MemoryPlan, limit: number): string =>
  slice >= examples
    ? `memory: about ${formatBytes(bytes)} for all ${examples} examples at once, under the limit of ${formatBytes(limit)}`
    : `memory: ${Math.ceil(examples / slice)} slices of at most ${slice} examples, about ${formatBytes(bytes)} each, under the limit of ${formatBytes(limit)}`;
