/** Curvature summaries: ḡ, H̄ and D3 of a loss along directions grouped by a partition. */

import type { Expr } from '../expr.js';
import { genericSummary } from './generic.js';
import { type Groups, type Order, overParameters, type Summary } from './groups.js';
import { stackedSummary } from './stacked.js';

export { derivative } from './generic.js';
export type { Along, Groups, Order, Summary } from './groups.js';

/** Options of `summary`. */
export interface SummaryOptions {
  /** 1: ḡ; 2: and H̄; 3 (default): and D3. */
  readonly order?: Order;
  /** `stacked` (default) costs a few gradients; `generic` differentiates entry by entry and is its oracle. */
  readonly engine?: 'stacked' | 'generic';
}

/**
 * ḡ [S], H̄ [S, S] and D3 [S] of a scalar loss: the first, second and (diagonal) third derivatives at η = 0 of
 * φ(η) = L(θ + Σ_s η_s u_s) (math of arXiv 2312.03885, §3). Throws GraphError on a non-scalar loss or an unfit direction.
 */
export const summary = (
  loss: Expr,
  groups: Groups,
  { order = 3, engine = 'stacked' }: SummaryOptions = {},
): Summary => {
  const { loss: value, groups: moved, restored } = overParameters(loss, groups);
  const found = (engine === 'stacked' ? stackedSummary : genericSummary)(value, moved, order);
  const values = restored(Object.values(found));
  return Object.fromEntries(Object.keys(found).map((key, i) => [key, values[i]!])) as unknown as Summary;
};
