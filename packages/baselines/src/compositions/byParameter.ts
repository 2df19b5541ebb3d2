/** Different directions for different parameters of one model. */

import { type Expr, GraphError, type Input } from '@hograd/graph-builder';
import type { Direction } from '../direction.js';
import { mergeExtras, requireDistinct } from './chain.js';

interface Share {
  readonly direction: Direction;
  readonly parameters: readonly Input[];
}

const shares = (choose: (parameter: Input) => Direction, parameters: readonly Input[]): readonly Share[] => {
  const chosen = parameters.map(choose);
  return [...new Set(chosen)].map((direction) => ({
    direction,
    parameters: parameters.filter((_, i) => chosen[i] === direction),
  }));
};

/**
 * The direction that `choose` gives for each parameter; parameters for which it gives the same object are updated
 * together. Muon for matrices and AdamW for the rest is
 * `byParameter((p) => (p.shape.length >= 2 ? matrices : others))`. A direction that looks at curvature sees its own
 * parameters only. Throws GraphError, when a graph is built, where two directions carry state of one name, or one gives
 * fewer tensors than it has parameters.
 */
export const byParameter = (choose: (parameter: Input) => Direction): Direction => ({
  name: 'byParameter',
  init: (parameters, loss) =>
    requireDistinct(
      'byParameter',
      shares(choose, parameters).flatMap((share) => share.direction.init(share.parameters, loss)),
    ),
  update: (step) => {
    const gradientOf = new Map<Expr, Expr>(step.parameters.map((p, i) => [p, step.gradients[i]!]));
    const parts = shares(choose, step.parameters).map(({ direction, parameters }) => ({
      parameters,
      result: direction.update({ ...step, parameters, gradients: parameters.map((p) => gradientOf.get(p)!) }),
    }));
    const directionOf = new Map<Expr, Expr | undefined>(
      parts.flatMap(({ parameters, result }) => parameters.map((p, i) => [p, result.direction[i]] as const)),
    );
    const results = parts.map(({ result }) => result);
    return {
      direction: step.parameters.map((p) => {
        const own = directionOf.get(p);
        if (own === undefined) throw new GraphError('byParameter', `"${p.attributes.name}" got no direction`);
        return own;
      }),
      state: Object.assign({}, ...results.map(({ state }) => state)),
      ...mergeExtras(results),
    };
  },
});
