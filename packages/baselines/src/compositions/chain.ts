/** Directions in sequence: each takes the one before it in the gradients' place. */

import { type Expr, GraphError, type Input, type Output } from '@hograd/graph-builder';
import type { Direction, DirectionArguments, DirectionResult, StateTensor } from '../direction.js';

/** Throws GraphError where two tensors of a state have one name. */
export const requireDistinct = (composition: string, state: readonly StateTensor[]): readonly StateTensor[] => {
  const names = state.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new GraphError(composition, `two directions carry "${twice}"; put one under a name of its own with scoped`);
  }
  return state;
};

/** The inputs and checks of several results, in order, without repetition. */
export const mergeExtras = (
  results: readonly DirectionResult[],
): { readonly inputs: readonly Input[]; readonly checks: readonly Output[] } => ({
  inputs: [...new Set(results.flatMap(({ inputs = [] }) => inputs))],
  checks: results.flatMap(({ checks = [] }) => checks),
});

interface Passage {
  readonly gradients: readonly Expr[];
  readonly results: readonly DirectionResult[];
}

const pass =
  (step: DirectionArguments) =>
  ({ gradients, results }: Passage, direction: Direction): Passage => {
    const result = direction.update({ ...step, gradients });
    return { gradients: result.direction, results: [...results, result] };
  };

/**
 * The directions one after another: `chain(clipByNorm({ largest: 1 }), adam(), weightDecay({ decay: 0.01 }))` clips the
 * gradient, hands it to Adam and adds the decay to Adam's direction. The state is that of all; an empty chain is the
 * gradient itself. Throws GraphError, when a graph is built, where two directions carry state of one name. This is
 * optax's `chain`.
 */
export const chain = (...directions: Direction[]): Direction => ({
  name: `chain(${directions.map(({ name }) => name).join(', ')})`,
  init: (parameters, loss) =>
    requireDistinct(
      'chain',
      directions.flatMap((direction) => direction.init(parameters, loss)),
    ),
  update: (step) => {
    const { gradients, results } = directions.reduce(pass(step), { gradients: step.gradients, results: [] });
    return {
      direction: gradients,
      state: Object.assign({}, ...results.map(({ state }) => state)),
      ...mergeExtras(results),
    };
  },
});
