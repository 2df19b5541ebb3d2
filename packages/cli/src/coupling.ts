/** Whether a loss is a mean over independent examples: only then are means over slices of a batch those over the batch. */

import type { Slice } from './means.js';
import { numbers } from './training/tensors.js';

/** Examples whose loss at once is not the mean of their losses in parts. */
export interface Coupling {
  readonly examples: number;
  readonly atOnce: number;
  readonly inParts: number;
}

/** A loss of that kind, and how many examples its values are over. */
export interface BatchCoupling extends Coupling {
  readonly batch: number;
}

const PARTS = 4;
const LARGEST_PART = 8;

/** Rounding, and no more: in float32 losses add up rounding errors of 1e-7. */
const TOLERANCE = { float32: 1e-4, float64: 1e-9 } as const;

/** Are two losses the same number, but for a part `tolerance` of `scale`? */
export const agree = (tolerance: number, a: number, b: number, scale: number): boolean =>
  Math.abs(a - b) <= tolerance * scale;

/**
 * Tries a loss on the first few examples, at once and in parts, `slice` examples at most at a time. Of slices of one example, two are
 * tried at once all the same: nothing less tells, a mean that is none is worse than a limit that is passed, and the loss alone takes of two
 * examples, as a rule, less than its derivatives, which the slices are planned for, do of one. It is undefined where both give the same, as they do for a
 * mean over independent examples; a sum over the batch, class weights and normalisation by the batch's statistics give others; and where fewer
 * than two of the parts have a label that counts. `lossOver` gives the output "loss" over examples start…end − 1, undefined where no label counts.
 */
export const findCoupling = async (
  dtype: keyof typeof TOLERANCE,
  { examples, slice }: { readonly examples: number; readonly slice: number },
  lossOver: (start: number, end: number) => Promise<Slice | undefined>,
): Promise<Coupling | undefined> => {
  const atMost = Math.min(Math.max(2, slice), examples);
  const parts = Math.min(PARTS, atMost);
  const size = Math.min(LARGEST_PART, Math.floor(atMost / parts));
  const lossOf = ({ values }: Slice): number => numbers(values.loss!)[0]!;
  const counting: Slice[] = [];
  for (let i = 0; i < parts; i++) {
    const part = await lossOver(i * size, (i + 1) * size);
    if (part) counting.push(part);
  }
  if (counting.length < 2) return undefined;
  const atOnce = lossOf((await lossOver(0, parts * size))!);
  const total = counting.reduce((sum, { count }) => sum + count, 0);
  const meanOf = (of: (part: Slice) => number): number =>
    counting.reduce((sum, part) => sum + (part.count / total) * of(part), 0);
  const inParts = meanOf(lossOf);
  const scale = meanOf((part) => Math.abs(lossOf(part))) + Math.abs(atOnce);
  return agree(TOLERANCE[dtype], atOnce, inParts, scale) ? undefined : { examples: parts * size, atOnce, inParts };
};

/** In words, for a message. */
export const couplingText = ({ examples, atOnce, inParts }: Coupling): string =>
  `the loss is no mean over independent examples: over the first ${examples} it is ${Number(atOnce.toPrecision(4))} at once and ${Number(inParts.toPrecision(4))} on average in parts (a sum over the batch, class weights, or normalisation by the batch's statistics)`;

/** What the losses of training and evaluation are over where that makes a difference, for a message. */
export const batchCouplingText = (coupling: BatchCoupling): string =>
  `${couplingText(coupling)}: train and test losses are means over batches of ${coupling.batch}`;
