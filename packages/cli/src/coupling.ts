/** Whether a loss is a mean over independent examples: only then are means over slices of a batch those over the batch. */

import { normal, permutation } from '@hograd/data';
import { isFloat, type Tensor, tensor } from '@hograd/graph-builder';
import type { Slice } from './means.js';
import { numbers, type Tensors } from './training/tensors.js';

/** Examples whose loss at once is not the mean of their losses one by one. */
export interface Coupling {
  readonly examples: number;
  readonly atOnce: number;
  readonly oneByOne: number;
}

/** A loss of that kind, and how many examples its values are over. */
export interface BatchCoupling extends Coupling {
  readonly batch: number;
}

/** What a loss is tried on. */
export interface Tried {
  /** How many there are. */
  readonly examples: number;
  /** How many of them fit a run. */
  readonly slice: number;
  readonly parameters: Tensors;
}

/** The output "loss" over examples of those indices at those parameters; undefined where no label of theirs counts. */
export type LossOver = (indices: readonly number[], parameters: Tensors) => Promise<Slice | undefined>;

const MOST = 16;

/** Rounding, and no more: in float32 losses add up rounding errors of 1e-7. */
const TOLERANCE = { float32: 2e-5, float64: 1e-9 } as const;

/** Are two losses the same number, but for a part `tolerance` of `scale`? */
export const agree = (tolerance: number, a: number, b: number, scale: number): boolean =>
  Math.abs(a - b) <= tolerance * scale;

/** By how much of its root mean square a parameter is moved; of zeros, by that much. */
const MOVED = 0.1;

/** Another point near by: where a layer is all zeros, as a last one often is at first, every example has the same loss. */
const moved = (parameters: Tensors): Tensors =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, value]): [string, Tensor] => {
      if (!isFloat(value.dtype)) return [name, value];
      const own = numbers(value);
      const scale = MOVED * (Math.sqrt(own.reduce((sum, v) => sum + v * v, 0) / own.length) || 1);
      const noise = normal([0, 'coupling', name], own.length);
      return [
        name,
        tensor(
          own.map((v, i) => v + scale * noise[i]!),
          value.shape,
          value.dtype,
        ),
      ];
    }),
  );

interface Compared {
  readonly atOnce: number;
  readonly oneByOne: number;
  readonly scale: number;
}

/** Undefined where fewer than two examples have a label that counts. */
const compare = async (
  indices: readonly number[],
  parameters: Tensors,
  lossOver: LossOver,
): Promise<Compared | undefined> => {
  const lossOf = ({ values }: Slice): number => numbers(values.loss!)[0]!;
  const counting: Slice[] = [];
  for (const index of indices) {
    const own = await lossOver([index], parameters);
    if (own) counting.push(own);
  }
  if (counting.length < 2) return undefined;
  const atOnce = lossOf((await lossOver(indices, parameters))!);
  const total = counting.reduce((sum, { count }) => sum + count, 0);
  const meanOf = (of: (own: Slice) => number): number =>
    counting.reduce((sum, own) => sum + (own.count / total) * of(own), 0);
  return { atOnce, oneByOne: meanOf(lossOf), scale: meanOf((own) => Math.abs(lossOf(own))) + Math.abs(atOnce) };
};

/**
 * Tries a loss on a few examples drawn at random, at once and one by one: `slice` of them at most. Of slices of one example, two are
 * tried at once all the same: nothing less tells, a mean that is none is worse than a limit that is passed, and the loss alone takes of two
 * examples, as a rule, less than its derivatives, which the slices are planned for, do of one. It is tried beside the parameters, lest it be the same for all examples;
 * at the parameters themselves where it is not finite there. It is undefined where both give the same, as they do for a
 * mean over independent examples; a sum over the batch, class weights and normalisation by the batch's statistics give others, or are finite over several examples
 * alone; and where fewer than two of the examples have a label that counts, or the loss is finite nowhere.
 */
export const findCoupling = async (
  dtype: keyof typeof TOLERANCE,
  { examples, slice, parameters }: Tried,
  lossOver: LossOver,
): Promise<Coupling | undefined> => {
  const indices = [...permutation([0, 'coupling'], examples).subarray(0, Math.min(MOST, Math.max(2, slice)))];
  for (const at of [moved(parameters), parameters]) {
    const found = await compare(indices, at, lossOver);
    if (!found) return undefined;
    const { atOnce, oneByOne, scale } = found;
    if (!Number.isFinite(atOnce)) continue;
    const same = Number.isFinite(scale) && agree(TOLERANCE[dtype], atOnce, oneByOne, scale);
    return same ? undefined : { examples: indices.length, atOnce, oneByOne };
  }
  return undefined;
};

/** Two numbers that differ, in as many digits as it takes to tell. */
const apart = (a: number, b: number): readonly [string, string] => {
  for (let digits = 4; digits < 17; digits++) {
    const [one, other] = [a, b].map((v) => String(Number(v.toPrecision(digits)))) as [string, string];
    if (one !== other) return [one, other];
  }
  return [String(a), String(b)];
};

/** In words, for a message. */
export const couplingText = ({ examples, atOnce, oneByOne }: Coupling): string => {
  const [whole, single] = apart(atOnce, oneByOne);
  return `the loss is no mean over independent examples: over ${examples} of them, beside the parameters, it is ${whole} at once and ${single} on average one by one (a sum over the batch, class weights, or normalisation by the batch's statistics)`;
};

/** What the losses of training and evaluation are over where that makes a difference, for a message. */
export const batchCouplingText = (coupling: BatchCoupling): string =>
  `${couplingText(coupling)}: train and test losses are means over batches of ${coupling.batch}`;
