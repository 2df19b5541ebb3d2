/** Curvature summaries: ḡ, H̄ and D3 of a loss along directions grouped by a partition. */

import { GraphError } from '../error.js';
import type { Expr } from '../expr.js';
import { type OptionNames, requireKnown } from '../options.js';
import { genericSummary } from './generic.js';
import { type Groups, type Order, overParameters, type SummaryOf } from './groups.js';
import { stackedSummary } from './stacked.js';

export { derivative } from './generic.js';
export type { Along, Groups, Order, Summary, SummaryOf } from './groups.js';

const ORDERS: readonly Order[] = [1, 2, 3];
const ENGINES = { stacked: stackedSummary, generic: genericSummary } as const;

/** Options of `summary`. */
export interface SummaryOptions<O extends Order = Order> {
  /** 1: ḡ; 2: and H̄; 3 (default): and D3. */
  readonly order?: O;
  /** `stacked` (default) costs a few gradients; `generic` differentiates entry by entry and is its oracle. */
  readonly engine?: 'stacked' | 'generic';
}

const SUMMARY_OPTIONS: OptionNames<SummaryOptions> = { order: true, engine: true };

/**
 * ḡ [S], H̄ [S, S] and D3 [S] of a scalar loss: the first, second and (diagonal) third derivatives at η = 0 of
 * φ(η) = L(θ + Σ_s η_s u_s) (math of arXiv 2312.03885, §3). Throws GraphError on a non-scalar loss, an unfit direction, another order or engine, and where there is no such option.
 */
export const summary = <O extends Order = 3>(
  loss: Expr,
  groups: Groups,
  options: SummaryOptions<O> = {},
): SummaryOf<O> => {
  requireKnown<SummaryOptions>('summary', options, SUMMARY_OPTIONS);
  const { order = 3, engine = 'stacked' }: SummaryOptions = options;
  if (!ORDERS.includes(order)) throw new GraphError('summary', `order is ${order}; give 1, 2 or 3`);
  if (!Object.hasOwn(ENGINES, engine))
    throw new GraphError('summary', `there is no engine "${engine}"; give ${Object.keys(ENGINES).join(' or ')}`);
  const { loss: value, groups: moved, restored } = overParameters(loss, groups);
  const found = ENGINES[engine](value, moved, order);
  const values = restored(Object.values(found));
  return Object.fromEntries(Object.keys(found).map((key, i) => [key, values[i]!])) as unknown as SummaryOf<O>;
};
