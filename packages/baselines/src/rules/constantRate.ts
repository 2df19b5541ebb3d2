/** One rate for all parameters. */

import { mul, sub } from '@hograd/graph-builder';
import { parameterType } from '../state.js';
import { rateInput, type StepRule } from './stepRule.js';

/**
 * θ ← θ − rate·u, where `rate` is a scalar input of the graph: the caller feeds it, and may feed another at each step.
 * `scheduled` makes it fall or rise inside the graph. Throws GraphError, when a graph is built, where the parameters
 * have no single floating-point type.
 */
export const constantRate = (): StepRule => ({
  name: 'constantRate',
  update: ({ parameters, direction }) => {
    const rate = rateInput(parameterType(parameters));
    return {
      parameters: parameters.map((parameter, i) => sub(parameter, mul(direction[i]!, rate))),
      hyperparameters: [rate],
    };
  },
});
