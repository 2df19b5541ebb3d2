/** Axes and colour domains for numbers that span orders of magnitude, negative ones included. */

import { ticks as linearTicks, max, min, quantileSorted } from 'd3-array';
import { scaleLinear, scaleLog, scaleSymlog } from 'd3-scale';
import type { Datum } from './data.js';
import { isFiniteNumber } from './number.js';

/**
 * `auto`, a chart's default, takes `linear` below two orders of magnitude, else `log` where all is positive, else `symlog`; a `log` of
 * numbers that are not all positive is a `symlog`.
 */
export type ScaleKind = 'linear' | 'log' | 'symlog' | 'auto';

/** A map from data to pixels. */
export interface AxisScale {
  readonly kind: 'linear' | 'log' | 'symlog';
  readonly position: (value: number) => number;
  readonly ticks: readonly number[];
}

const LARGEST = 1e150;
const SMALLEST = 1e-150;

/** The value, its magnitude held where ratios and paddings can neither overflow nor vanish. */
export const bounded = (value: number): number =>
  value === 0 ? 0 : Math.sign(value) * Math.min(LARGEST, Math.max(SMALLEST, Math.abs(value)));

const magnitudes = (values: Iterable<Datum>): readonly number[] =>
  [...values]
    .filter(isFiniteNumber)
    .map((value) => Math.abs(bounded(value)))
    .filter((value) => value > 0)
    .sort((a, b) => a - b);

/**
 * The magnitude below which a symmetric logarithm turns linear: the decade of a low quantile of the magnitudes, at most
 * `decades` below the largest. A few stray tiny entries then do not stretch the axis. 1 where all is zero.
 */
export const symlogConstant = (values: Iterable<Datum>, quantile = 0.1, decades = 6): number => {
  const sorted = magnitudes(values);
  const largest = sorted.at(-1);
  if (largest === undefined) return 1;
  const low = Math.max(quantileSorted([...sorted], quantile)!, largest * 10 ** -decades);
  return 10 ** Math.floor(Math.log10(Math.min(low, largest / 10)));
};

/** log(1 + |x|/constant) with the sign of x, scaled to ±1 at ±bound. */
export const symlog = (x: number, constant: number, bound: number): number =>
  (Math.sign(x) * Math.log1p(Math.abs(x) / constant)) / Math.log1p(bound / constant);

/**
 * Powers of ten from `low` to `high` (both positive), thinned to at most about `count`; on a shorter way 1, 2 and 5 times
 * powers of ten, and on a very short one round numbers.
 */
export const decadeTicks = (low: number, high: number, count: number): readonly number[] => {
  // The slack keeps a decade whose logarithm rounds just past the end.
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  const decades = Math.max(0, last - first + 1);
  if (decades >= 3) {
    const every = Math.ceil(decades / count);
    // From the top, so that the largest decade always has its name.
    return Array.from({ length: Math.ceil(decades / every) }, (_, k) => Number(`1e${last - k * every}`)).reverse();
  }
  const steps = [1, 2, 5]
    .flatMap((m) => Array.from({ length: decades + 2 }, (_, k) => Number(`${m}e${first - 1 + k}`)))
    .filter((tick) => tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9))
    .sort((a, b) => a - b);
  return steps.length >= 3 ? steps : linearTicks(low, high, Math.min(count, 5));
};

const resolve = (kind: ScaleKind, low: number, sizes: readonly number[]): AxisScale['kind'] => {
  if (sizes.length === 0) return 'linear';
  if (kind === 'log') return low > 0 ? 'log' : 'symlog';
  if (kind !== 'auto') return kind;
  const spread = sizes.at(-1)! / quantileSorted([...sizes], 0.1)!;
  return spread < 100 ? 'linear' : low > 0 ? 'log' : 'symlog';
};

/**
 * A scale that holds every finite value, its ends a little beyond them (at round numbers on a linear axis).
 * `log` with a value ≤ 0 becomes `symlog`, so nothing is left out.
 */
export const axisScale = (
  values: readonly Datum[],
  kind: ScaleKind,
  range: readonly [number, number],
  count = 6,
  include: readonly number[] = [],
): AxisScale => {
  const finite = [...values.filter(isFiniteNumber), ...include].map(bounded);
  const low = min(finite) ?? 0;
  const high = max(finite) ?? 1;
  const sizes = magnitudes(finite);
  const chosen = resolve(kind, low, sizes);
  if (chosen === 'log') {
    const pad = (high / low) ** 0.04 * 1.05;
    const scale = scaleLog([low / pad, high * pad], [...range]);
    return {
      kind: chosen,
      position: (value) => scale(bounded(value)),
      ticks: decadeTicks(low / pad, high * pad, count),
    };
  }
  if (chosen === 'symlog') {
    const constant = symlogConstant(sizes);
    const scale = scaleSymlog([low < 0 ? low * 1.3 : 0, high > 0 ? high * 1.3 : 0], [...range]).constant(constant);
    // Each side has its own decades: thinned together, the shorter one would be left with none.
    const upTo = (extent: number): readonly number[] =>
      extent > 0 ? decadeTicks(Math.min(constant, extent / 10), extent, Math.max(2, Math.ceil(count / 2))) : [];
    const ticks = [
      ...upTo(-low * 1.3)
        .map((tick) => -tick)
        .reverse(),
      0,
      ...upTo(high * 1.3),
    ];
    return {
      kind: chosen,
      position: (value) => scale(bounded(value)),
      ticks: apart(
        ticks.filter((tick) => tick >= Math.min(0, low * 1.3) && tick <= Math.max(0, high * 1.3)),
        scale,
        22,
      ),
    };
  }
  const span = high - low || Math.abs(high) || 1;
  const pad = high === low ? span / 2 : 0;
  const scale = scaleLinear([low - pad, high + pad], [...range]).nice(count);
  return { kind: chosen, position: (value) => scale(bounded(value)), ticks: scale.ticks(count) };
};

/** Ticks that keep clear of one another; zero stays, then the largest. */
const clearOf = (ticks: readonly number[], isClear: (one: number, other: number) => boolean): readonly number[] => {
  const kept: number[] = [];
  for (const tick of ticks.toSorted((a, b) => (a === 0 ? -1 : b === 0 ? 1 : Math.abs(b) - Math.abs(a)))) {
    if (kept.every((other) => isClear(tick, other))) kept.push(tick);
  }
  return kept.sort((a, b) => a - b);
};

/** Ticks at least `gap` pixels from one another. */
const apart = (ticks: readonly number[], position: (value: number) => number, gap: number): readonly number[] =>
  clearOf(ticks, (a, b) => Math.abs(position(a) - position(b)) >= gap);

/** A tick's label along an axis: its middle and its length, in pixels. */
export interface TickLabel {
  readonly middle: number;
  readonly length: number;
}

/** Between two labels, so that they read as two. */
const LABEL_GAP = 8;

/** The ticks whose labels do not touch: on a linear axis every second, fifth, tenth, … of them, elsewhere zero and the largest first. */
export const legibleTicks = (
  { kind, ticks }: Pick<AxisScale, 'kind' | 'ticks'>,
  label: (tick: number) => TickLabel,
): readonly number[] => {
  const isClear = (a: number, b: number): boolean => {
    const [one, other] = [label(a), label(b)];
    return Math.abs(one.middle - other.middle) >= (one.length + other.length) / 2 + LABEL_GAP;
  };
  if (kind !== 'linear' || ticks.length < 2) return clearOf(ticks, isClear);
  const step = ticks[1]! - ticks[0]!;
  for (const every of [1, 2, 5, 10, 20]) {
    const kept = ticks.filter((tick) => Math.round(tick / step) % every === 0);
    if (kept.length > 1 && kept.slice(1).every((tick, k) => isClear(tick, kept[k]!))) return kept;
  }
  return clearOf(ticks, isClear);
};
