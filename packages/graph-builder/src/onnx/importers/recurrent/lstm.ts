/** Import of LSTM: input, output and forget gates around a cell that the state is read off. */

import type { Expr } from '../../../expr.js';
import { add } from '../../../ops/add.js';
import { entry } from '../../../ops/entries.js';
import { matmul } from '../../../ops/matmul.js';
import { mul } from '../../../ops/mul.js';
import { sub } from '../../../ops/sub.js';
import type { Importer } from '../../importer.js';
import { type Cell, type Direction, gatesOf, unroll } from './unroll.js';

const [INPUT, OUTPUT, FORGET, CANDIDATE] = [0, 1, 2, 3] as const;

/** `peepholes` [3·H], in the gates' order, let a gate see the cell; with `coupled` the forget gate is one minus the input gate. */
const cellOf = (
  { hidden, recurrent, biases, activations, clipped }: Direction,
  peepholes: Expr | undefined,
  coupled: boolean,
): Cell => {
  const [f, g, h] = activations;
  return {
    bias: biases && add(...biases),
    step: (x, [state, cell]) => {
      const sums = add(x, matmul(state!, recurrent));
      /** Gates that do not see the cell are activated together. */
      const open = peepholes ? undefined : f!(clipped(gatesOf(sums, hidden, 0, 3)));
      const gate = (k: number, seen: Expr): Expr =>
        open
          ? gatesOf(open, hidden, k)
          : f!(clipped(add(gatesOf(sums, hidden, k), mul(seen, gatesOf(peepholes!, hidden, k)))));
      const input = gate(INPUT, cell!);
      const forget = coupled ? sub(1, input) : gate(FORGET, cell!);
      const next = add(mul(forget, cell!), mul(input, g!(clipped(gatesOf(sums, hidden, CANDIDATE)))));
      return [mul(gate(OUTPUT, next), h!(next)), next];
    },
  };
};

/**
 * Gates in the order i, o, f, c. Cₜ = f·Cₜ₋₁ + i·g(Xₜ·Wcᵀ + Hₜ₋₁·Rcᵀ + b), Hₜ = o·h(Cₜ); peepholes P [D, 3·H] add P·Cₜ₋₁ to what goes into i
 * and f, and P·Cₜ to o's. Outputs Y, Y_h and Y_c; shapes and failures as for `unroll`.
 * Source: onnx.ai/onnx/operators/onnx__LSTM.html.
 */
export const lstm: Importer = (n) => {
  const peepholes = n.optional(7);
  return unroll(n, {
    gates: 4,
    activations: ['Sigmoid', 'Tanh', 'Tanh'],
    states: [5, 6],
    cell: (direction) =>
      cellOf(direction, peepholes && entry(peepholes, 0, direction.index), n.int('input_forget', 0) !== 0),
  });
};
