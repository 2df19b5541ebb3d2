/** One rate for all parameters. */

import { input, mul, sub } from '@hograd/graph-builder';
import { parameterType } from '../state.js';
import type { StepRule } from './stepRule.js';

/**
 * θ ← θ − rate·u, where `rate` is a scalar input of the graph: the caller feeds it at each step, so a schedule needs no other
 * graph.
 */
export const constantRate = (): StepRule => ({
  name: 'constantRate',
  update: ({ parameters, direction }) => {
    const rate = input('rate', [], parameterType(parameters));
    return {
      parameters: parameters.map((parameter, i) => sub(parameter, mul(direction[i]!, rate))),
      hyperparameters: [rate],
    };
  },
});
