/** A rate for each group, whatever the groups are. */

import { type Expr, type Input, input, mul, sub } from '@hograd/graph-builder';
import { parameterType } from '../state.js';
import type { StepRule, StepRuleArguments, StepRuleResult } from './stepRule.js';

/** A step rule that needs to know no more than where it is and where to go. */
export interface RatesRule extends StepRule {
  readonly update: (step: Pick<StepRuleArguments, 'parameters' | 'direction'>) => StepRuleResult;
}

/**
 * θ ← θ − rates·u on each parameter, where `rates` [groups] is an input of the graph. `rateOf` makes of `rates` what belongs to a
 * parameter: one number, or something broadcastable to its shape where groups share the tensor. Throws GraphError, when a graph is
 * built, where the parameters have no single floating-point type, and as `rateOf` does.
 */
export const ratesRule = (
  name: string,
  groups: number,
  rateOf: (rates: Input, parameters: readonly Input[]) => (parameter: Input) => Expr,
): RatesRule => ({
  name,
  update: ({ parameters, direction }) => {
    const rates = input('rates', [groups], parameterType(parameters));
    const own = rateOf(rates, parameters);
    return {
      parameters: parameters.map((parameter, i) => sub(parameter, mul(direction[i]!, own(parameter)))),
      hyperparameters: [rates],
    };
  },
});
