/** The momentum buffer that heavy-ball and Nesterov momentum share. */

import { add, constant, type Expr, equal, mul, where } from '@hograd/graph-builder';
import type { DirectionArguments } from '../direction.js';
import { requireDecay, slotName } from '../state.js';

/** Options of `momentum` and `nesterov`. */
export interface MomentumOptions {
  /** Share of the buffer that survives a step, in [0, 1). Default 0.9. */
  readonly beta?: number;
}

export const BUFFER = 'momentum';

/** Throws GraphError unless beta is in [0, 1); returns it. */
export const requireBeta = (direction: string, { beta = 0.9 }: MomentumOptions): number => {
  requireDecay(direction, 'beta', beta);
  return beta;
};

/** b ← βb + (1 − dampening)g, but b ← g at the first step: PyTorch damps every gradient except the first. */
export const nextBuffers = (
  beta: number,
  dampening: number,
  { gradients, parameters, state, step }: DirectionArguments,
): readonly Expr[] => {
  const one = constant(1, step.dtype);
  const weight = dampening === 0 ? 1 : where(equal(step, 0), one, constant(1 - dampening, step.dtype));
  return parameters.map((parameter, i) =>
    add(mul(state[slotName(BUFFER, parameter)]!, beta), mul(gradients[i]!, weight)),
  );
};
