/** A rate for each group of parameters. */

import { GraphError, type Input, reshape, sliceAxis } from '@hograd/graph-builder';
import { type RatesRule, ratesRule } from './ratesRule.js';

type Groups = readonly (readonly string[])[];

const requireParameters = (groups: Groups, parameters: readonly Input[]): void => {
  const known = parameters.map((p) => p.attributes.name);
  const unknown = groups.flat().find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new GraphError(
    'perGroupRates',
    `a group names "${unknown}", which is no parameter; the parameters are ${known.join(', ')}`,
  );
};

/** The one group that names a parameter. */
const groupOf = (groups: Groups, { attributes: { name } }: Input): number => {
  const places = groups.flatMap((group, s) => group.filter((member) => member === name).map(() => s));
  const [s] = places;
  if (s !== undefined && places.length === 1) return s;
  throw new GraphError(
    'perGroupRates',
    `parameter "${name}" is in ${places.length} groups; each must be in exactly one, once`,
  );
};

/**
 * θ ← θ − rates[s]·u for the parameters of group s, where `rates` [S] is an input of the graph. `groups` holds S lists
 * of parameters' names. Throws GraphError, when a graph is built, unless every parameter is in exactly one group and
 * every name is a parameter's. This is the update of arXiv 2312.03885, algorithm 1, with η as `rates`; `groupRates` of
 * @hograd/newton-summary takes any partition, into parts of tensors too.
 */
export const perGroupRates = (groups: Groups): RatesRule =>
  ratesRule('perGroupRates', groups.length, (rates, parameters) => {
    requireParameters(groups, parameters);
    return (parameter) => reshape(sliceAxis(rates, 0, groupOf(groups, parameter), 1), []);
  });
