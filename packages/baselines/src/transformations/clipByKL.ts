/** Clipping by the change of the model's predictions that a step would make. */

import { abs, grad, minimum, mul, reciprocal, requireKnown, sqrt, square } from '@hograd/graph-builder';
import type { Direction } from '../direction.js';
import { innerProduct } from '../products.js';
import { rateInput } from '../rules/stepRule.js';
import { constantSchedule } from '../schedules/constant.js';
import type { Schedule } from '../schedules/schedule.js';
import { parameterType, requirePositive } from '../state.js';

/** Options of `clipByKL`. */
export interface KLOptions {
  /** Bound on the squared Fisher norm of a step, positive. */
  readonly largest: number;
  /** The rate's schedule, where the step rule has one. */
  readonly schedule?: Schedule;
}

/**
 * u = ν·g with ν = min(1, √(largest / (rate²·|⟨g, ∇L⟩|))). For g = F⁻¹∇L, K-FAC's direction, rate²⟨g, ∇L⟩ is the
 * squared Fisher norm of the step, to second order twice its Kullback–Leibler divergence. The rate is the graph's
 * scalar input `rate`, the one of `constantRate`. Throws GraphError for an unknown option and unless `largest` is
 * positive and finite. Ba, Grosse and Martens, ICLR 2017, section 5.
 */
export const clipByKL = (options: KLOptions): Direction => {
  requireKnown('clipByKL', options, { largest: true, schedule: true });
  const { largest, schedule = constantSchedule() } = options;
  requirePositive('clipByKL', 'largest', largest);
  return {
    name: 'clipByKL',
    init: () => [],
    update: ({ gradients, parameters, step, loss }) => {
      const input = rateInput(parameterType(parameters));
      const rate = mul(input, schedule(step));
      const squaredNorm = mul(square(rate), abs(innerProduct(gradients, grad(loss, parameters))));
      // At a squared norm of 0 the root is infinite and the minimum 1.
      const share = minimum(sqrt(mul(reciprocal(squaredNorm), largest)), 1);
      return { direction: gradients.map((g) => mul(g, share)), state: {}, inputs: [input] };
    },
  };
};
