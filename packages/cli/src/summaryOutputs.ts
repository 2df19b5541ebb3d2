/** The loss and its summary as a graph's outputs, along directions that the graph is fed with. */

import { type Expr, input, type Output, type SummaryOptions, summary } from '@hograd/graph-builder';
import { groupDirections } from '@hograd/newton-summary';
import type { Partition } from '@hograd/partition';
import { directionName } from './feeds.js';
import type { LossModel } from './model.js';

/** loss, gbar and, as far as the order goes, Hbar and D3; further inputs `direction.NAME`. */
export const summaryOutputs = (
  { loss, parameters }: LossModel,
  partition: Partition,
  options: SummaryOptions,
): readonly Output[] => {
  const byName = new Map<string, Expr>(parameters.map((p) => [p.attributes.name, p]));
  const along = new Map<string, Expr>(
    parameters.map((p) => [p.attributes.name, input(directionName(p), p.shape, p.dtype)]),
  );
  const result = summary(loss, groupDirections(partition)(byName, along), options);
  return [
    { name: 'loss', value: loss },
    ...Object.entries(result).map(([name, value]) => ({ name, value: value as Expr })),
  ];
};
