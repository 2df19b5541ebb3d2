/** The loss and its summary as a graph's outputs, along directions that the graph is fed with. */

import { type Expr, type Input, input, type Output, type SummaryOptions, summary } from '@hograd/graph-builder';
import { groupDirections } from '@hograd/newton-summary';
import type { Partition } from '@hograd/partition';
import { directionName } from './feeds.js';
import type { LossModel } from './model.js';

/** The input `direction.NAME` of a parameter. */
export const directionOf = (parameter: Input): Input =>
  input(directionName(parameter), parameter.shape, parameter.dtype) as Input;

/** gbar and, as far as the order goes, Hbar and D3; inputs `direction.NAME`. */
export const summaryTerms = (
  { loss, parameters }: LossModel,
  partition: Partition,
  options: SummaryOptions = {},
): readonly Output[] => {
  const byName = (of: (parameter: Input) => Expr): ReadonlyMap<string, Expr> =>
    new Map(parameters.map((p) => [p.attributes.name, of(p)]));
  const along = groupDirections(partition)(
    byName((p) => p),
    byName(directionOf),
  );
  return Object.entries(summary(loss, along, options)).map(([name, value]) => ({ name, value: value as Expr }));
};

/** The loss, then `summaryTerms`. */
export const summaryOutputs = (model: LossModel, partition: Partition, options: SummaryOptions): readonly Output[] => [
  { name: 'loss', value: model.loss },
  ...summaryTerms(model, partition, options),
];
