/** A cap on learning rates relative to what the solver has been answering lately. */

import type { RateLimit } from '../options/rates.js';

/** The solver's last answers, |η| [S] each, oldest first. */
export type Window = readonly (readonly number[])[];

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

/**
 * The largest |η_s| allowed for each group [S]: `factor` times the median of the window. Infinite while the window is not
 * full, and for a group whose median is 0 (a group that did not move has no scale). Invariant under rescaling of groups.
 */
export const rateCaps = (limit: RateLimit, window: Window, groups: number): readonly number[] =>
  Array.from({ length: groups }, (_, s) => {
    if (limit.kind === 'none' || window.length < limit.window) return Number.POSITIVE_INFINITY;
    const typical = median(window.map((eta) => eta[s]!));
    return typical > 0 ? limit.factor * typical : Number.POSITIVE_INFINITY;
  });

/** η with every |η_s| at most its cap. */
export const capRates = (caps: readonly number[], eta: readonly number[]): readonly number[] =>
  eta.map((x, s) => Math.max(-caps[s]!, Math.min(caps[s]!, x)));

/** The window after one more answer: uncapped, so that a lasting change of scale passes after half a window. */
export const rememberRates = (limit: RateLimit, window: Window, eta: readonly number[]): Window =>
  limit.kind === 'none' ? [] : [...window, eta.map(Math.abs)].slice(-limit.window);
