/** The diverging colour scale: zero is neutral, both signs reach full strength at the same magnitude. */

import { max } from 'd3-array';
import type { Datum } from '../data.js';
import { isFiniteNumber } from '../number.js';
import { bounded, decadeTicks, symlog, symlogConstant } from '../scale.js';
import { BINS } from '../style/palette.js';

export interface DivergingScale {
  /** The magnitude drawn at full strength. */
  readonly bound: number;
  /** −{@link BINS} to {@link BINS}; 0 for zero alone, so that a sign is never lost to rounding; NaN where not finite. */
  readonly bin: (value: Datum) => number;
  /** Values named on the legend, ascending, symmetric. */
  readonly ticks: readonly number[];
  /** Whether some value lies beyond the bound. */
  readonly saturated: boolean;
}

const LEGEND_TICKS = 4;
/** Nearer to one another than this, two labels of the legend overlap. */
const LABEL_BINS = 5;

/** A scale for the values; `bound` defaults to their largest magnitude. */
export const divergingScale = (values: readonly Datum[], kind: 'linear' | 'symlog', bound?: number): DivergingScale => {
  const largest = Math.abs(bounded(max(values.filter(isFiniteNumber), Math.abs) ?? 0));
  const limit = bound ?? (largest > 0 ? largest : 1);
  const constant = Math.min(symlogConstant(values, 0.25, 5), limit / 10);
  const strength = (value: number): number => (kind === 'symlog' ? symlog(value, constant, limit) : value / limit);
  const bin = (value: Datum): number => {
    if (!isFiniteNumber(value)) return Number.NaN;
    if (value === 0) return 0;
    // At least one bin, even where the strength underflows.
    const steps = Math.ceil(strength(Math.abs(bounded(value))) * BINS);
    return Math.sign(value) * Math.max(1, Math.min(BINS, steps));
  };
  const inner = kind === 'symlog' ? decadeTicks(constant, limit, LEGEND_TICKS) : [limit / 2];
  const positive = [limit];
  for (const tick of inner.toReversed()) {
    if (bin(tick) >= LABEL_BINS && bin(positive[0]!) - bin(tick) >= LABEL_BINS) positive.unshift(tick);
  }
  return {
    bound: limit,
    bin,
    ticks: [...positive.map((tick) => -tick).reverse(), 0, ...positive],
    // The slack keeps 1 + rounding from counting as more than 1.
    saturated: largest > limit * (1 + 1e-9),
  };
};

/** The class that paints a bin. */
export const binClass = (bin: number): string =>
  Number.isNaN(bin) ? 'nan' : bin === 0 ? 'z' : bin > 0 ? `p${bin}` : `n${-bin}`;
