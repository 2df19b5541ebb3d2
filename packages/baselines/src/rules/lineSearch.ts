/** The rate that minimises the loss's second-order model along the direction. */

import { clip, constant, div, greater, hvp, mul, requireKnown, sub, where } from '@hograd/graph-builder';
import { innerProduct } from '../products.js';
import { parameterType, requirePositive } from '../state.js';
import type { StepRule } from './stepRule.js';

/**
 * θ ← θ − t·u with the t in [0, largest] that minimises the loss's second-order model L − t⟨g, u⟩ + ½t²⟨u, Hu⟩ on this
 * step's batch. Inside the interval t = ḡ/H̄, the summary with one group (arXiv 2312.03885, section 3): over `sgd()`
 * this is Cauchy's steepest descent with exact line search on the model (Cauchy, 1847). Where the curvature ⟨u, Hu⟩ is
 * not positive the model has no minimiser beyond the ends: t is `largest` if u descends and 0 if it does not. Costs one
 * Hessian-vector product. Checks: `rate` (t) and `curvature` (⟨u, Hu⟩). Throws GraphError for an unknown option and
 * unless `largest` is positive and finite; when a graph is built, where the parameters have no single floating-point
 * type.
 */
export const lineSearch = (options: { readonly largest: number }): StepRule => {
  requireKnown('lineSearch', options, { largest: true });
  const { largest } = options;
  requirePositive('lineSearch', 'largest', largest);
  return {
    name: 'lineSearch',
    update: ({ parameters, direction, gradients, loss }) => {
      const dtype = parameterType(parameters);
      const slope = innerProduct(gradients, direction);
      // hvp takes tangents as they are: were they functions of the parameters, it would still not differentiate them.
      const curvature = innerProduct(direction, hvp(loss, parameters, direction));
      const atEnd = where(greater(slope, 0), constant(largest, dtype), constant(0, dtype));
      const bent = greater(curvature, 0);
      const divisor = where(bent, curvature, constant(1, dtype));
      const rate = where(bent, clip(div(slope, divisor), 0, largest), atEnd);
      return {
        parameters: parameters.map((p, i) => sub(p, mul(direction[i]!, rate))),
        hyperparameters: [],
        checks: [
          { name: 'rate', value: rate },
          { name: 'curvature', value: curvature },
        ],
      };
    },
  };
};
