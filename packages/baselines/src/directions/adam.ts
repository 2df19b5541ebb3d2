/** Adam: the gradient's moving average over the root of its square's. */

import { type OptionNames, requireKnown } from '@hograd/graph-builder';
import type { Direction } from '../direction.js';
import { requireNonNegative } from '../state.js';
import { correctedMoments, type MomentDecays, momentSlots, requireDecays } from './moments.js';
import { overRoot } from './preconditioned.js';

/** Options of `adam`. */
export interface AdamOptions extends MomentDecays {
  /** Added to the root, at least 0. Default 1e-8. */
  readonly eps?: number;
}

export const ADAM_OPTIONS: OptionNames<AdamOptions> = { beta1: true, beta2: true, eps: true };

/**
 * u = m̂/(√v̂ + ε), with m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ). State:
 * `firstMoment.NAME` and `secondMoment.NAME` for each parameter, and the two scalars 1 − βᵗ. Throws GraphError where an
 * option is unknown or out of its range. Kingma and Ba, ICLR 2015, algorithm 1.
 */
export const adam = (options: AdamOptions = {}): Direction => {
  requireKnown('adam', options, ADAM_OPTIONS);
  const { eps = 1e-8 } = options;
  const decays = requireDecays('adam', options);
  requireNonNegative('adam', 'eps', eps);
  return {
    name: 'adam',
    init: momentSlots,
    update: (step) => {
      const { first, second, state } = correctedMoments(decays, step, step.gradients);
      return { direction: first.map((m, i) => overRoot(m, second[i]!, eps)), state };
    },
  };
};
