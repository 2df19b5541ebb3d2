/** Shampoo: each axis of a gradient preconditioned by a root of its own second moment. */

import {
  add,
  type Expr,
  type Input,
  matmul,
  maximum,
  mul,
  requireKnown,
  reshape,
  transpose,
} from '@hograd/graph-builder';
import type { Direction, State, StateTensor } from '../direction.js';
import { addDiagonal } from '../matrices/identity.js';
import { inverseRoot } from '../matrices/inverseRoot.js';
import { requireCount, requirePositive, requireShare, slotName, staticShape } from '../state.js';

/** Options of `shampoo`. */
export interface ShampooOptions {
  /** Added to the diagonal of each second moment, positive. Default 1e-4. */
  readonly eps?: number;
  /** What is left of a second moment after a step: 1 (default) sums for ever, less is a moving average. In (0, 1]. */
  readonly decay?: number;
  /** Axes longer than this are left alone. A whole number of at least 1, or Infinity; default 2048. */
  readonly longest?: number;
  /** Coupled Newton iterations of each root, a whole number of at least 1. Default 25. */
  readonly iterations?: number;
  /**
   * Compute the roots anew in this graph (default), or use those of the state. Roots cost most of a step: run a graph
   * with `refresh` at the first and every k-th step and one without in between; both carry the same state.
   */
  readonly refresh?: boolean;
}

const moment = (axis: number): string => `shampooMoment.${axis}`;
const root = (axis: number): string => `shampooRoot.${axis}`;

/** [d, rest] with that axis first. */
const unfolded = (x: Expr, axis: number): Expr => {
  const order = [axis, ...x.shape.map((_, i) => i).filter((i) => i !== axis)];
  return reshape(transpose(x, order), [x.shape[axis]!, -1]);
};

/** The inverse of `unfolded`. */
const folded = (rows: Expr, like: Expr, axis: number): Expr => {
  const others = like.shape.map((_, i) => i).filter((i) => i !== axis);
  const front = reshape(
    rows,
    [axis, ...others].map((i) => like.shape[i]!),
  );
  return transpose(
    front,
    like.shape.map((_, i) => (i === axis ? 0 : 1 + others.indexOf(i))),
  );
};

/**
 * u = g ×₁ L₁^(−1/2k) ×₂ … ×ₖ L_k^(−1/2k) for a gradient with k axes, where L_i sums the second moments g₍ᵢ₎g₍ᵢ₎ᵀ of
 * its unfoldings and has ε on its diagonal. Axes of length 1 and those longer than `longest` have no factor, but count
 * in k. State: `shampooMoment.AXIS.NAME` and `shampooRoot.AXIS.NAME` [d, d] for each axis that has one. Check:
 * `rootResidual`, the largest residual of the roots. Throws GraphError where an option is unknown or out of its range.
 * Gupta, Koren and Singer, ICML 2018, algorithm 2; roots as in Anil et al., arXiv 2002.09018.
 */
export const shampoo = (options: ShampooOptions = {}): Direction => {
  requireKnown('shampoo', options, { eps: true, decay: true, longest: true, iterations: true, refresh: true });
  const { eps = 1e-4, decay = 1, longest = 2048, iterations = 25, refresh = true } = options;
  requirePositive('shampoo', 'eps', eps);
  requireShare('shampoo', 'decay', decay);
  if (longest !== Infinity) requireCount('shampoo', 'longest', longest);
  requireCount('shampoo', 'iterations', iterations);
  const axesOf = (p: Input): readonly number[] =>
    p.shape.flatMap((d, axis) => (typeof d === 'number' && d > 1 && d <= longest ? [axis] : []));
  return {
    name: 'shampoo',
    init: (parameters) =>
      parameters.flatMap((p): readonly StateTensor[] => {
        const shape = staticShape(p);
        return axesOf(p).flatMap((axis) =>
          [moment(axis), root(axis)].map((kind) => ({
            name: slotName(kind, p),
            shape: [shape[axis]!, shape[axis]!],
            dtype: p.dtype,
          })),
        );
      }),
    update: ({ gradients, parameters, state }) => {
      const axes = parameters.flatMap((p, i) => axesOf(p).map((axis) => ({ p, g: gradients[i]!, axis })));
      const parts = axes.map(({ p, g, axis }) => {
        const rows = unfolded(g, axis);
        const fresh = mul(matmul(rows, transpose(rows)), decay === 1 ? 1 : 1 - decay);
        const sum = add(mul(state[slotName(moment(axis), p)]!, decay), fresh);
        if (!refresh) return { p, axis, sum, root: state[slotName(root(axis), p)]! };
        const { value, residual } = inverseRoot(addDiagonal(sum, eps), 2 * p.shape.length, iterations);
        return { p, axis, sum, root: value, residual };
      });
      const next: State = Object.fromEntries(
        parts.flatMap(({ p, axis, sum, root: r }) => [
          [slotName(moment(axis), p), sum],
          [slotName(root(axis), p), r],
        ]),
      );
      const residuals = parts.flatMap(({ residual }) => residual ?? []);
      return {
        direction: parameters.map((p, i) =>
          axesOf(p).reduce(
            (u, axis) => folded(matmul(next[slotName(root(axis), p)]!, unfolded(u, axis)), u, axis),
            gradients[i]!,
          ),
        ),
        state: next,
        checks: residuals.length > 0 ? [{ name: 'rootResidual', value: residuals.reduce(maximum) }] : [],
      };
    },
  };
};
