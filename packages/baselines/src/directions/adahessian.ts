/** AdaHessian: Adam with the Hessian's diagonal, estimated with random probes, in place of the squared gradient. */

import {
  abs,
  add,
  div,
  type Expr,
  expand,
  GraphError,
  hvp,
  mean,
  pow,
  requireKnown,
  reshape,
  sqrt,
} from '@hograd/graph-builder';
import type { Direction } from '../direction.js';
import { probesOf } from '../inputs/probes.js';
import { requireNonNegative } from '../state.js';
import { correctedMoments, type MomentDecays, momentSlots, requireDecays } from './moments.js';

/** Options of `adahessian`. */
export interface AdaHessianOptions extends MomentDecays {
  /** Added to the denominator, at least 0. Default 1e-4. */
  readonly eps?: number;
  /** How much of the curvature's scale to divide by, in [0, 1]: 1 (default) as Newton, 0.5 its root. */
  readonly power?: number;
}

/** |D| averaged over a kernel's spatial axes (all after the first two), where neighbours share their curvature. */
const spatialMean = (diagonal: Expr): Expr => {
  const { shape } = diagonal;
  if (shape.length <= 2) return diagonal;
  const axes = shape.map((_, i) => i).slice(2);
  const averaged = reshape(mean(diagonal, axes), [...shape.slice(0, 2), ...axes.map(() => 1)]);
  return expand(averaged, shape);
};

/**
 * u = m̂/(v̂^(power/2) + ε), Adam's m̂ and v̂ with the square of D = |z ⊙ Hz| for g² in v: z are random signs, the
 * graph's inputs `probe.NAME`, and E[z ⊙ Hz] is the Hessian's diagonal (Hutchinson). Fill them with `drawProbes`. Costs
 * one Hessian-vector product. State as Adam's. Throws GraphError where an option is unknown or out of its range. Yao et
 * al., AAAI 2021, arXiv 2006.00719, algorithm 1.
 */
export const adahessian = (options: AdaHessianOptions = {}): Direction => {
  requireKnown('adahessian', options, { beta1: true, beta2: true, eps: true, power: true });
  const { eps = 1e-4, power = 1 } = options;
  const decays = requireDecays('adahessian', options);
  requireNonNegative('adahessian', 'eps', eps);
  if (!(power >= 0 && power <= 1)) throw new GraphError('adahessian', `power is ${power}; it must be in [0, 1]`);
  return {
    name: 'adahessian',
    init: momentSlots,
    update: (step) => {
      const probes = probesOf(step.parameters);
      // |z ⊙ Hz| is |Hz|, for z is ±1.
      const diagonal = hvp(step.loss, step.parameters, probes).map((product) => spatialMean(abs(product)));
      const { first, second, state } = correctedMoments(decays, step, diagonal);
      return {
        direction: first.map((m, i) => div(m, add(pow(sqrt(second[i]!), power), eps))),
        state,
        inputs: probes,
      };
    },
  };
};
