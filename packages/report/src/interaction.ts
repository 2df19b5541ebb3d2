/** How far curvature reaches: interactions by distance between layers, and their median between layers. */

import { median } from 'd3-array';
import type { Group, SquareMatrix } from './data.js';
import { placeGroups } from './group.js';
import { normalizedInteraction } from './matrix.js';
import { isFiniteNumber } from './number.js';

/** A pair of groups: how many layers apart, what it pairs, and |H_st| / √|H_ss H_tt|. */
export interface DistantPair {
  readonly s: number;
  readonly t: number;
  readonly distance: number;
  readonly block: 'WW' | 'WB' | 'BB';
  readonly strength: number;
}

/**
 * Every pair s < t of groups, by s and then by t, from a matrix [S][S]; strength, ≥ 0, is NaN where it is not defined. Throws RangeError for
 * another number of groups, and where the matrix is not square.
 */
export const distantPairs = (groups: readonly Group[], matrix: SquareMatrix): readonly DistantPair[] => {
  if (matrix.length !== groups.length)
    throw new RangeError(`there are ${groups.length} groups and ${matrix.length} rows of H̄; give a row for each group`);
  const placed = placeGroups(groups);
  const normalized = normalizedInteraction(matrix);
  return placed.flatMap((group, s) =>
    placed.slice(s + 1).map((other, k): DistantPair => {
      const t = s + 1 + k;
      const biases = Number(group.kind === 'bias') + Number(other.kind === 'bias');
      return {
        s,
        t,
        distance: Math.abs(group.depth - other.depth),
        block: biases === 0 ? 'WW' : biases === 1 ? 'WB' : 'BB',
        strength: Math.abs(normalized[s]![t]!),
      };
    }),
  );
};

/** The median strength of pairs in different layers; `undefined` when no such pair has a finite one. */
export const medianBetweenLayers = (groups: readonly Group[], matrix: SquareMatrix): number | undefined =>
  median(
    distantPairs(groups, matrix).filter(({ distance }) => distance > 0),
    ({ strength }) => strength,
  );

/**
 * The median strength at each distance, ascending; of the pairs whose strength is a number, so a distance without one is left
 * out.
 */
export const medianByDistance = (
  pairs: readonly DistantPair[],
): readonly (readonly [distance: number, strength: number])[] =>
  [...new Set(pairs.map(({ distance }) => distance))]
    .sort((a, b) => a - b)
    .flatMap((distance) => {
      const value = median(pairs.filter((pair) => pair.distance === distance).map(({ strength }) => strength));
      return isFiniteNumber(value) ? [[distance, value] as const] : [];
    });
