/** Import of GRU: an update gate z between the state and a candidate, which a reset gate r keeps the state out of. */

import type { Expr } from '../../../expr.js';
import { add } from '../../../ops/add.js';
import { concat } from '../../../ops/concat.js';
import { matmul } from '../../../ops/matmul.js';
import { mul } from '../../../ops/mul.js';
import { sub } from '../../../ops/sub.js';
import type { Importer } from '../../importer.js';
import { type Cell, type Direction, gatesOf, unroll } from './unroll.js';

/** Biases that no gate scales join the input products; r scales the candidate's recurrent one where it comes after the product. */
const splitBiases = (
  { biases, hidden }: Direction,
  resetLast: boolean,
): { readonly bias: Expr | undefined; readonly scaled: Expr | undefined } => {
  if (!biases) return { bias: undefined, scaled: undefined };
  const [input, state] = biases;
  if (!resetLast) return { bias: add(input, state), scaled: undefined };
  const open = add(gatesOf(input, hidden, 0, 2), gatesOf(state, hidden, 0, 2));
  return { bias: concat([open, gatesOf(input, hidden, 2)], 0), scaled: gatesOf(state, hidden, 2) };
};

const cellOf = (direction: Direction, resetLast: boolean): Cell => {
  const { hidden, recurrent, clipped } = direction;
  const [f, g] = direction.activations;
  const { bias, scaled } = splitBiases(direction, resetLast);
  const gates = (v: Expr): Expr => gatesOf(v, hidden, 0, 2);
  const candidate = (v: Expr): Expr => gatesOf(v, hidden, 2);

  /** The candidate's recurrent share of a step with linear_before_reset, out of the one product with all of R. */
  const resetAfter = (product: Expr, r: Expr): Expr => {
    const share = candidate(product);
    return mul(r, scaled ? add(share, scaled) : share);
  };
  return {
    bias,
    step: (x, [before]) => {
      const h = before!;
      const product = matmul(h, resetLast ? recurrent : gates(recurrent));
      const open = f!(clipped(add(gates(x), gates(product))));
      const [z, r] = [gatesOf(open, hidden, 0), gatesOf(open, hidden, 1)];
      const share = resetLast ? resetAfter(product, r) : matmul(mul(r, h), candidate(recurrent));
      const proposed = g!(clipped(add(candidate(x), share)));
      return [add(proposed, mul(z, sub(h, proposed)))];
    },
  };
};

/**
 * Gates in the order z, r, h. Hₜ = (1 − z)·h̃ + z·Hₜ₋₁ with h̃ = g(Xₜ·Whᵀ + (r·Hₜ₋₁)·Rhᵀ + b), or, with linear_before_reset (which PyTorch
 * writes), h̃ = g(Xₜ·Whᵀ + r·(Hₜ₋₁·Rhᵀ + Rbh) + Wbh). Outputs Y and Y_h; shapes and failures as for `unroll`.
 * Source: onnx.ai/onnx/operators/onnx__GRU.html.
 */
export const gru: Importer = (n) =>
  unroll(n, {
    gates: 3,
    activations: ['Sigmoid', 'Tanh'],
    states: [5],
    cell: (direction) => cellOf(direction, n.int('linear_before_reset', 0) !== 0),
  });
