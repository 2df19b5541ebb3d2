/** First and second moments with their bias taken out, which Adam and AdaHessian share. */

import { div, type Expr, type Input, square } from '@hograd/graph-builder';
import type { DirectionArguments, State, StateTensor } from '../direction.js';
import { movingAverage, parameterType, requireDecay, slotName, slotState, slots } from '../state.js';

/** How fast averages of gradients and of their squares forget (Kingma and Ba, 2015). */
export interface MomentDecays {
  /** Decay of the average gradient, in [0, 1). Default 0.9. */
  readonly beta1?: number;
  /** Decay of the average square, in [0, 1). Default 0.999. */
  readonly beta2?: number;
}

const FIRST = 'firstMoment';
const SECOND = 'secondMoment';
const FIRST_WEIGHT = 'firstMomentWeight';
const SECOND_WEIGHT = 'secondMomentWeight';

/** The decays with their defaults. Throws GraphError where one is out of its range. */
export const requireDecays = (
  direction: string,
  { beta1 = 0.9, beta2 = 0.999 }: MomentDecays,
): Required<MomentDecays> => {
  requireDecay(direction, 'beta1', beta1);
  requireDecay(direction, 'beta2', beta2);
  return { beta1, beta2 };
};

/** `firstMoment.NAME` and `secondMoment.NAME` for each parameter, and the two scalars 1 − βᵗ. */
export const momentSlots = (parameters: readonly Input[]): readonly StateTensor[] => {
  const scalar = { shape: [], dtype: parameterType(parameters) };
  return [
    ...slots(FIRST, parameters),
    ...slots(SECOND, parameters),
    { name: FIRST_WEIGHT, ...scalar },
    { name: SECOND_WEIGHT, ...scalar },
  ];
};

/** m̂ = m/(1 − β₁ᵗ) and v̂ = v/(1 − β₂ᵗ), where m averages the gradients and v the squares of `scales`. */
export const correctedMoments = (
  { beta1, beta2 }: Required<MomentDecays>,
  { gradients, parameters, state }: DirectionArguments,
  scales: readonly Expr[],
): { readonly first: readonly Expr[]; readonly second: readonly Expr[]; readonly state: State } => {
  const first = parameters.map((p, i) => movingAverage(beta1, state[slotName(FIRST, p)]!, gradients[i]!));
  const second = parameters.map((p, i) => movingAverage(beta2, state[slotName(SECOND, p)]!, square(scales[i]!)));
  // 1 − βᵗ is the same average over ones. Carried so, float32 keeps its digits; 1 − 0.999 would lose four of seven.
  const firstWeight = movingAverage(beta1, state[FIRST_WEIGHT]!, 1);
  const secondWeight = movingAverage(beta2, state[SECOND_WEIGHT]!, 1);
  return {
    first: first.map((m) => div(m, firstWeight)),
    second: second.map((v) => div(v, secondWeight)),
    state: {
      ...slotState(FIRST, parameters, first),
      ...slotState(SECOND, parameters, second),
      [FIRST_WEIGHT]: firstWeight,
      [SECOND_WEIGHT]: secondWeight,
    },
  };
};
