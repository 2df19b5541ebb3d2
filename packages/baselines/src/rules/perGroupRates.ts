/** A rate for each group of parameters. */

import { GraphError, input, mul, reshape, sliceAxis, sub } from '@hograd/graph-builder';
import { parameterType } from '../state.js';
import type { StepRule } from './stepRule.js';

/**
 * θ ← θ − rates[s]·u for the parameters of group s, where `rates` [S] is an input of the graph. `groups` holds S lists
 * of parameters' names. Throws GraphError, when a graph is built, unless every parameter is in exactly one group and
 * every name is a parameter's. This is the update of arXiv 2312.03885, algorithm 1, with η as `rates`.
 */
export const perGroupRates = (groups: readonly (readonly string[])[]): StepRule => ({
  name: 'perGroupRates',
  update: ({ parameters, direction }) => {
    const rates = input('rates', [groups.length], parameterType(parameters));
    const known = new Set(parameters.map((p) => p.attributes.name));
    const unknown = groups.flat().find((name) => !known.has(name));
    if (unknown !== undefined) {
      throw new GraphError(
        'perGroupRates',
        `a group names "${unknown}", which is no parameter; the parameters are ${[...known].join(', ')}`,
      );
    }
    const rateOf = (name: string) => {
      const places = groups.flatMap((group, s) => group.filter((member) => member === name).map(() => s));
      const [s] = places;
      if (s === undefined || places.length > 1) {
        throw new GraphError(
          'perGroupRates',
          `parameter "${name}" is in ${places.length} groups; each must be in exactly one, once`,
        );
      }
      return reshape(sliceAxis(rates, 0, s, 1), []);
    };
    return {
      parameters: parameters.map((p, i) => sub(p, mul(direction[i]!, rateOf(p.attributes.name)))),
      hyperparameters: [rates],
    };
  },
});
