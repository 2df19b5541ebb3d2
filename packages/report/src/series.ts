/** Series made ready to draw: repeats folded into mean and range, long ones thinned. */

import { extent, groups, mean } from 'd3-array';
import type { Datum, Run } from './data.js';
import { isFiniteNumber } from './number.js';

/** A point of a curve; `y` null is a gap. */
export interface CurvePoint {
  readonly x: number;
  readonly y: number | null;
  /** Lowest and highest repeat, where there are several. */
  readonly low?: number;
  readonly high?: number;
}

/** Runs with the same name: repeats of one another. */
export interface RunGroup {
  readonly name: string;
  readonly color: number;
  readonly runs: readonly Run[];
}

/** Runs by name, in the order in which the names first come. */
export const groupRuns = (runs: readonly Run[]): readonly RunGroup[] => {
  const names = [...new Set(runs.map(({ name }) => name))];
  return names.map((name, k) => {
    const members = runs.filter((run) => run.name === name);
    return { name, color: members[0]!.color ?? k, runs: members };
  });
};

/** A measurement of one repeat; measurements of different repeats with the same key (an epoch) are folded. */
export interface Measurement {
  readonly key: number;
  readonly x: number;
  readonly y: Datum;
}

const fold = (x: number, values: readonly Datum[], banded: boolean): CurvePoint => {
  const finite = values.filter(isFiniteNumber);
  if (finite.length === 0) return { x, y: null };
  const [low, high] = extent(finite) as [number, number];
  return banded ? { x, y: mean(finite)!, low, high } : { x, y: mean(finite)! };
};

/** Mean and range over the repeats at each key, ascending; a key at which none is finite is a gap. */
export const foldRepeats = (repeats: readonly (readonly Measurement[])[]): readonly CurvePoint[] =>
  groups(repeats.flat(), ({ key }) => key)
    .toSorted(([a], [b]) => a - b)
    .map(([, there]) =>
      fold(
        mean(there, ({ x }) => x)!,
        there.map(({ y }) => y),
        repeats.length > 1,
      ),
    );

/** At most `limit` points: means over equally many neighbours, with their range as the band. */
export const thin = (
  points: readonly { readonly x: number; readonly y: Datum }[],
  limit: number,
): readonly CurvePoint[] => {
  const every = Math.max(1, Math.ceil(points.length / limit));
  return Array.from({ length: Math.ceil(points.length / every) }, (_, k) => {
    const chunk = points.slice(k * every, (k + 1) * every);
    return fold(
      mean(chunk, ({ x }) => x)!,
      chunk.map(({ y }) => y),
      every > 1,
    );
  });
};
