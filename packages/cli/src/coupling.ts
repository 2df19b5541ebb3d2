/** Whether a loss is a mean over independent examples: only then are means over slices of a batch those over the batch. */

/** A loss over some examples, and what it counts for beside those over others. */
export interface PartLoss {
  readonly loss: number;
  readonly count: number;
}

/** Examples whose loss at once is not the mean of their losses in parts. */
export interface Coupling {
  readonly examples: number;
  readonly atOnce: number;
  readonly inParts: number;
}

const PARTS = 4;
const LARGEST_PART = 8;

/** Rounding, and no more: in float32 losses add up rounding errors of 1e-7. */
const TOLERANCE = { float32: 1e-4, float64: 1e-9 } as const;

/** Are two losses the same number, but for a part `tolerance` of `scale`? */
export const agree = (tolerance: number, a: number, b: number, scale: number): boolean =>
  Math.abs(a - b) <= tolerance * scale;

const meanLoss = (parts: readonly PartLoss[]): number => {
  const total = parts.reduce((sum, { count }) => sum + count, 0);
  return parts.reduce((sum, { loss, count }) => sum + (count / total) * loss, 0);
};

/**
 * Tries a loss on the first few examples, at once and in parts, `slice` examples at most at a time where there are so many. It is
 * undefined where both give the same, as they do for a mean over independent examples; a sum over the batch, class weights and
 * normalisation by the batch's statistics give others.
 */
export const findCoupling = async (
  dtype: keyof typeof TOLERANCE,
  { examples, slice }: { readonly examples: number; readonly slice: number },
  lossOver: (start: number, end: number) => Promise<PartLoss>,
): Promise<Coupling | undefined> => {
  const parts = Math.min(PARTS, examples);
  const size = Math.max(1, Math.min(LARGEST_PART, Math.floor(Math.min(slice, examples) / parts)));
  const all: PartLoss[] = [];
  for (let i = 0; i < parts; i++) all.push(await lossOver(i * size, (i + 1) * size));
  const counting = all.filter(({ count }) => count > 0);
  const whole = await lossOver(0, parts * size);
  if (counting.length < 2) return undefined;
  const inParts = meanLoss(counting);
  const scale = counting.reduce((sum, { loss }) => sum + Math.abs(loss), 0) / counting.length + Math.abs(whole.loss);
  return agree(TOLERANCE[dtype], whole.loss, inParts, scale)
    ? undefined
    : { examples: parts * size, atOnce: whole.loss, inParts };
};

/** In words, for a message. */
export const couplingText = ({ examples, atOnce, inParts }: Coupling): string =>
  `the loss is no mean over independent examples: over the first ${examples} it is ${Number(atOnce.toPrecision(4))} at once and ${Number(inParts.toPrecision(4))} on average in parts (a sum over the batch, class weights, or normalisation by the batch's statistics)`;
