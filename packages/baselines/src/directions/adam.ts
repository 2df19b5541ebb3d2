/** Adam: the gradient's moving average over the root of its square's. */

import { div, square } from '@hograd/graph-builder';
import type { Direction } from '../direction.js';
import {
  movingAverage,
  parameterType,
  requireDecay,
  requireNonNegative,
  slotName,
  slotState,
  slots,
} from '../state.js';
import { overRoot } from './preconditioned.js';

export interface AdamOptions {
  /** Decay of the average gradient, in [0, 1). Default 0.9. */
  readonly beta1?: number;
  /** Decay of the average squared gradient, in [0, 1). Default 0.999. */
  readonly beta2?: number;
  /** Added to the root, at least 0. Default 1e-8. */
  readonly eps?: number;
}

const FIRST = 'firstMoment';
const SECOND = 'secondMoment';
const FIRST_WEIGHT = 'firstMomentWeight';
const SECOND_WEIGHT = 'secondMomentWeight';

/**
 * u = m̂/(√v̂ + ε), with m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ). State: `firstMoment.NAME`
 * and `secondMoment.NAME` for each parameter, and the two scalars 1 − βᵗ. Throws GraphError where an option is out of its range.
 * Kingma and Ba, ICLR 2015, algorithm 1.
 */
export const adam = ({ beta1 = 0.9, beta2 = 0.999, eps = 1e-8 }: AdamOptions = {}): Direction => {
  requireDecay('adam', 'beta1', beta1);
  requireDecay('adam', 'beta2', beta2);
  requireNonNegative('adam', 'eps', eps);
  return {
    name: 'adam',
    init: (parameters) => {
      const scalar = { shape: [], dtype: parameterType(parameters) };
      return [
        ...slots(FIRST, parameters),
        ...slots(SECOND, parameters),
        { name: FIRST_WEIGHT, ...scalar },
        { name: SECOND_WEIGHT, ...scalar },
      ];
    },
    update: ({ gradients, parameters, state }) => {
      const first = parameters.map((p, i) => movingAverage(beta1, state[slotName(FIRST, p)]!, gradients[i]!));
      const second = parameters.map((p, i) => movingAverage(beta2, state[slotName(SECOND, p)]!, square(gradients[i]!)));
      // 1 − βᵗ is the same moving average over ones. Carried so, float32 keeps its digits; 1 − 0.999 would lose four of seven.
      const firstWeight = movingAverage(beta1, state[FIRST_WEIGHT]!, 1);
      const secondWeight = movingAverage(beta2, state[SECOND_WEIGHT]!, 1);
      return {
        direction: parameters.map((_, i) => overRoot(div(first[i]!, firstWeight), div(second[i]!, secondWeight), eps)),
        state: {
          ...slotState(FIRST, parameters, first),
          ...slotState(SECOND, parameters, second),
          [FIRST_WEIGHT]: firstWeight,
          [SECOND_WEIGHT]: secondWeight,
        },
      };
    },
  };
};
