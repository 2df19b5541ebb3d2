/** How layers interact in H̄ and in H̄⁻¹: by distance, and as a share of the whole. */

import { distantPairs, type Inverse, inverseOf, medianByDistance, type SquareMatrix } from '@hograd/report';
import type { PlacedGroup } from './layers.js';

/** Median of |M_st| / √|M_ss M_tt| over the pairs of groups that are so many layers apart. */
export interface Reach {
  readonly distance: number;
  readonly block: 'WW' | 'WB' | 'BB' | 'all';
  readonly pairs: number;
  readonly Hbar: number | null;
  /** Of H̄⁻¹; null where there is none. */
  readonly inverse: number | null;
}

/** A number of H̄ and the same of H̄⁻¹; null where it is not defined. */
export interface Both {
  readonly Hbar: number | null;
  readonly inverse: number | null;
}

export interface Interaction {
  readonly inverse: Inverse;
  readonly reach: readonly Reach[];
  /** Σ over pairs in different layers of M_st² / |M_ss M_tt|, as a share of the sum over all pairs: 0 is block-diagonal by layer. */
  readonly betweenLayers: Both;
}

const BLOCKS = ['all', 'WW', 'WB', 'BB'] as const;

/** Medians by distance for each kind of pair. */
const mediansOf = (groups: readonly PlacedGroup[], matrix: SquareMatrix) => {
  const pairs = distantPairs(groups, matrix);
  return BLOCKS.flatMap((block) => {
    const own = block === 'all' ? pairs : pairs.filter((pair) => pair.block === block);
    const medians = new Map(medianByDistance(own));
    return [...new Set(own.map(({ distance }) => distance))]
      .sort((a, b) => a - b)
      .map((distance) => ({
        block,
        distance,
        pairs: own.filter((pair) => pair.distance === distance).length,
        median: medians.get(distance) ?? null,
      }));
  });
};

/** The diagonal counts too: S entries of 1. */
const shareBetweenLayers = (groups: readonly PlacedGroup[], matrix: SquareMatrix): number | null => {
  const pairs = distantPairs(groups, matrix);
  if (!pairs.every(({ strength }) => Number.isFinite(strength))) return null;
  const twice = (some: typeof pairs): number => 2 * some.reduce((sum, { strength }) => sum + strength ** 2, 0);
  return twice(pairs.filter(({ distance }) => distance > 0)) / (groups.length + twice(pairs));
};

export const interactionOf = (groups: readonly PlacedGroup[], Hbar: SquareMatrix): Interaction => {
  const inverse = inverseOf(
    Hbar,
    groups.map(({ name }) => name),
  );
  const inverted = 'matrix' in inverse ? inverse.matrix : undefined;
  const medians = inverted && mediansOf(groups, inverted);
  return {
    inverse,
    reach: mediansOf(groups, Hbar).map(({ median, ...place }, k) => ({
      ...place,
      Hbar: median,
      inverse: medians?.[k]?.median ?? null,
    })),
    betweenLayers: {
      Hbar: shareBetweenLayers(groups, Hbar),
      inverse: inverted ? shareBetweenLayers(groups, inverted) : null,
    },
  };
};
