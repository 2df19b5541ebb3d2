/** What a curvature summary is taken of: groups of parameters, each with the direction along which to differentiate. */

import { GraphError } from '../error.js';
import { describe, type Expr } from '../expr.js';
import { sameShape } from '../shape.js';
import { type OverVariables, overVariables } from '../transforms/variables.js';
import { requireScalar } from '../transforms/vjp.js';

/** A parameter and the direction along it, of the parameter's shape. A group that covers a part of it has zeros elsewhere. */
export interface Along {
  readonly parameter: Expr;
  readonly direction: Expr;
}

/** S groups; φ(η) = L(θ + Σ_s η_s u_s) is the function of S numbers whose derivatives at 0 the summary is. */
export type Groups = readonly (readonly Along[])[];

/** The highest derivative of a summary: 1 for ḡ, 2 for H̄ too, 3 for D3 too. */
export type Order = 1 | 2 | 3;

/** The summary's tensors: ḡ [S], H̄ [S, S], and the signed diagonal of the third derivative, D3 [S] (arXiv 2312.03885, section 3; docs/method.md). */
export interface Summary {
  readonly gbar: Expr;
  /** Present from order 2. */
  readonly Hbar?: Expr;
  /** Present from order 3. */
  readonly D3?: Expr;
}

/** What a summary of a known order has. */
export type SummaryOf<O extends Order> = Summary &
  ([O] extends [2 | 3] ? { readonly Hbar: Expr } : unknown) &
  ([O] extends [3] ? { readonly D3: Expr } : unknown);

/** Throws GraphError unless the loss is a scalar, there is a group, and every direction is like its parameter. */
export const checkGroups = (loss: Expr, groups: Groups): void => {
  requireScalar('summary', loss);
  if (groups.length === 0) throw new GraphError('summary', 'needs at least one group of parameters');
  groups.forEach((group, s) => {
    if (group.length === 0) throw new GraphError('summary', `group ${s} has no parameter`);
    for (const { parameter, direction } of group) {
      if (!sameShape(parameter.shape, direction.shape) || parameter.dtype !== direction.dtype) {
        throw new GraphError(
          'summary',
          `the direction of ${describe(parameter)} in group ${s} is ${describe(direction)}; it must be alike`,
        );
      }
    }
  });
};

/** The loss and its groups with an input in the place of each parameter that is none; throws as `checkGroups` does. */
export const overParameters = (
  loss: Expr,
  groups: Groups,
): { readonly loss: Expr; readonly groups: Groups } & Pick<OverVariables, 'restored'> => {
  checkGroups(loss, groups);
  const along = groups.flat();
  const { exprs, variables, restored } = overVariables(
    [loss],
    along.map(({ parameter }) => parameter),
    along.map(({ direction }) => direction),
  );
  const places = variables.values();
  const moved = groups.map((group) => group.map((own) => ({ ...own, parameter: places.next().value! })));
  return { loss: exprs[0]!, groups: moved, restored };
};
