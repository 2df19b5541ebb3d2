/** The step rule θ ← θ − U I_{P:S} rates, for any partition. */

import type { StepRule, StepRuleArguments, StepRuleResult } from '@hograd/baselines';
import { type Input, input, mul, sub } from '@hograd/graph-builder';
import type { Partition } from '@hograd/partition';
import { groupValues } from './groupValues.js';

/** A step rule that needs to know no more than where it is and where to go. */
export interface GroupRates extends StepRule {
  readonly update: (step: Pick<StepRuleArguments, 'parameters' | 'direction'>) => StepRuleResult;
}

/**
 * θ ← θ − rates[s]·u on the scalars of group s, where `rates` [S] is an input of the graph: the update of algorithm 1 (arXiv
 * 2312.03885) with λ1·η as rates. Throws GraphError, when a graph is built, where a parameter is not in the partition or has
 * another shape there.
 */
export const groupRates = (partition: Partition): GroupRates => ({
  name: 'groupRates',
  update: ({ parameters, direction }) => {
    const rates = input('rates', [partition.groups.length], parameters[0]!.dtype) as Input;
    const rateOf = groupValues(partition, 'groupRates')(rates);
    return {
      parameters: parameters.map((parameter, i) => sub(parameter, mul(direction[i]!, rateOf(parameter)))),
      hyperparameters: [rates],
    };
  },
});
