/** Newton's direction, with the whole Hessian: for problems of some hundred parameters. */

import {
  concat,
  constant,
  type Expr,
  elementCount,
  type Input,
  matmul,
  requireKnown,
  reshape,
  sliceAxis,
  summary,
  tensor,
} from '@hograd/graph-builder';
import type { Direction } from '../direction.js';
import { addDiagonal } from '../matrices/identity.js';
import { inverse } from '../matrices/inverse.js';
import { requireCount, requireNonNegative, staticShape } from '../state.js';

/** Options of `newton`. */
export interface NewtonOptions {
  /** Added to the Hessian's diagonal, at least 0. Default 0. */
  readonly damping?: number;
  /**
   * Newton–Schulz iterations of the inverse: about log₂ of the condition number and 4. A whole number of at least 1;
   * default 30.
   */
  readonly iterations?: number;
}

const sizeOf = (p: Input): number => elementCount(staticShape(p));

/** A group for each scalar of each parameter, along that scalar alone: the summary of this partition is the Hessian. */
const scalarGroups = (parameters: readonly Input[]) =>
  parameters.flatMap((parameter) =>
    Array.from({ length: sizeOf(parameter) }, (_, at) => {
      const unit = new Float64Array(sizeOf(parameter));
      unit[at] = 1;
      const direction: Expr = constant(tensor(unit, staticShape(parameter), parameter.dtype));
      return [{ parameter, direction }];
    }),
  );

/**
 * u = (H + damping·I)⁻¹g with the whole Hessian H [P, P] on the batch of the gradient: the summary of the partition
 * into scalars (arXiv 2312.03885, section 3). The inverse is Newton–Schulz's for indefinite matrices, so u is Newton's
 * wherever H + damping·I is nonsingular, also where it leads to a saddle. Costs P tangents and P² numbers. Without
 * state. Check: `newtonResidual`, the largest entry of |I − (H + damping·I)X|. Throws GraphError where an option is
 * unknown or out of its range.
 */
export const newton = (options: NewtonOptions = {}): Direction => {
  requireKnown('newton', options, { damping: true, iterations: true });
  const { damping = 0, iterations = 30 } = options;
  requireNonNegative('newton', 'damping', damping);
  requireCount('newton', 'iterations', iterations);
  return {
    name: 'newton',
    init: () => [],
    update: ({ gradients, parameters, loss }) => {
      const { Hbar } = summary(loss, scalarGroups(parameters), { order: 2 });
      const least = constant(0, loss.dtype);
      const { value, residual } = inverse(addDiagonal(Hbar!, damping), { least, iterations, indefinite: true });
      const stacked = matmul(
        value,
        concat(
          gradients.map((g) => reshape(g, [-1, 1])),
          0,
        ),
      );
      const starts = parameters.map((_, i) => parameters.slice(0, i).reduce((sum, p) => sum + sizeOf(p), 0));
      return {
        direction: parameters.map((p, i) => reshape(sliceAxis(stacked, 0, starts[i]!, sizeOf(p)), p.shape)),
        state: {},
        checks: [{ name: 'newtonResidual', value: residual }],
      };
    },
  };
};
