/** The step rule θ ← θ − U I_{P:S} rates, for any partition. */

import type { StepRule, StepRuleArguments, StepRuleResult } from '@hograd/baselines';
import {
  constant,
  type Expr,
  GraphError,
  gather,
  type Input,
  input,
  mul,
  reshape,
  sliceAxis,
  sub,
  tensor,
} from '@hograd/graph-builder';
import { groupIds, type Partition } from '@hograd/partition';

/** A parameter's rates, broadcastable to its shape: one number, or one for each scalar where groups share the tensor. */
const ratesOf = (rates: Expr, parameter: Input, id: number | Int32Array): Expr => {
  if (typeof id === 'number') return reshape(sliceAxis(rates, 0, id, 1), []);
  const indices = constant(tensor(id, [id.length], 'int64'));
  return reshape(gather(rates, indices), parameter.shape);
};

/** A step rule that needs to know no more than where it is and where to go. */
export interface GroupRates extends StepRule {
  readonly update: (step: Pick<StepRuleArguments, 'parameters' | 'direction'>) => StepRuleResult;
}

/**
 * θ ← θ − rates[s]·u on the scalars of group s, where `rates` [S] is an input of the graph: the update of algorithm 1 (arXiv
 * 2312.03885) with λ1·η as rates. Throws GraphError, when a graph is built, where a parameter is not in the partition.
 */
export const groupRates = (partition: Partition): GroupRates => ({
  name: 'groupRates',
  update: ({ parameters, direction }) => {
    const rates = input('rates', [partition.groups.length], parameters[0]!.dtype) as Input;
    const ids = groupIds(partition);
    const next = parameters.map((parameter, i) => {
      const { name } = parameter.attributes;
      const at = partition.parameters.findIndex((p) => p.name === name);
      if (at < 0) throw new GraphError('groupRates', `parameter "${name}" is in no group of the partition`);
      return sub(parameter, mul(direction[i]!, ratesOf(rates, parameter, ids[at]!)));
    });
    return { parameters: next, hyperparameters: [rates] };
  },
});
