/**
 * What RNN, LSTM and GRU share: directions, layouts, biases, and the steps of the recurrence written out one after the other.
 * D directions, T steps, batch N, I features, H hidden units, G gates.
 */

import type { Dim } from '../../../dim.js';
import type { Expr } from '../../../expr.js';
import { add } from '../../../ops/add.js';
import { clip } from '../../../ops/clip.js';
import { greater } from '../../../ops/compare.js';
import { constant, constantValue } from '../../../ops/constant.js';
import { entry, joined } from '../../../ops/entries.js';
import { expand } from '../../../ops/expand.js';
import { matmul } from '../../../ops/matmul.js';
import { reshape } from '../../../ops/reshape.js';
import { sliceAxis } from '../../../ops/slice.js';
import { transpose } from '../../../ops/transpose.js';
import { where } from '../../../ops/where.js';
import type { Shape } from '../../../shape.js';
import type { ImportNode } from '../../importer.js';
import { type Activation, activationsOf } from './activations.js';

/** One direction of a node. */
export interface Direction {
  readonly index: number;
  readonly hidden: number;
  /** [H, G·H]: a state times this is the recurrent share of every gate. */
  readonly recurrent: Expr;
  /** Those of the input and of the recurrent product, each [G·H]; undefined where the file has none. */
  readonly biases: readonly [Expr, Expr] | undefined;
  /** f, g, h. */
  readonly activations: readonly Activation[];
  /** Holds what goes into an activation within the node's `clip`. */
  readonly clipped: (x: Expr) => Expr;
}

/** The recurrence of one direction. */
export interface Cell {
  /** What the input products of every step get added, [G·H]. */
  readonly bias: Expr | undefined;
  /** States [N, H] after a step from the step's input product [N, G·H] and the states before it; the first is the step's output. */
  readonly step: (x: Expr, states: readonly Expr[]) => readonly Expr[];
}

export interface Recurrence {
  readonly gates: number;
  /** Names of one direction's activations where the file gives none. */
  readonly activations: readonly string[];
  /** The operands with the initial states; a state whose operand is left out begins at zero. */
  readonly states: readonly number[];
  readonly cell: (direction: Direction) => Cell;
}

/** Columns [N, count·H] of the gates from number `first` on. */
export const gatesOf = (x: Expr, hidden: number, first: number, count = 1): Expr =>
  sliceAxis(x, x.shape.length - 1, first * hidden, count * hidden);

/** Is each direction run from the last step to the first? */
const reversals = (n: ImportNode): readonly boolean[] => {
  const direction = n.string('direction', 'forward');
  if (direction === 'forward') return [false];
  if (direction === 'reverse') return [true];
  if (direction === 'bidirectional') return [false, true];
  return n.fail(`has the unknown direction "${direction}"`);
};

const stepCount = (n: ImportNode, length: Dim): number => {
  if (typeof length === 'string')
    return n.fail(
      `runs over a sequence of the symbolic length "${length}", but its steps are written out one by one: export the model with a fixed sequence length`,
    );
  return length > 0 ? length : n.fail('runs over a sequence of length 0');
};

/** Checks the shapes of W [D, G·H, I] and R [D, G·H, H]; gives H. */
const hiddenSize = (n: ImportNode, directions: number, gates: number): number => {
  const [w, r] = [n.input(1).shape, n.input(2).shape];
  const hidden = r[2];
  if (typeof hidden !== 'number' || hidden !== n.int('hidden_size', hidden))
    return n.fail(`has R of shape [${r.join(', ')}]; its last axis must be the number of hidden units`);
  if (w.length !== 3 || r.length !== 3 || [w, r].some((s) => s[0] !== directions || s[1] !== gates * hidden))
    return n.fail(
      `has W and R of shapes [${w.join(', ')}] and [${r.join(', ')}]; both must begin with ${directions}, ${gates * hidden}`,
    );
  return hidden;
};

/** One direction's state [N, H] before its first step. */
const initialState = (n: ImportNode, i: number, axis: number, index: number, otherwise: Shape): Expr => {
  const given = n.optional(i);
  if (!given) return expand(constant(0, n.input(0).dtype), otherwise);
  if (given.shape.length !== 3 || given.shape[2] !== otherwise[1])
    return n.fail(
      `has an initial state of shape [${given.shape.join(', ')}]; its last axis must be the number of hidden units, ${otherwise[1]} (PyTorch's proj_size has no form in ONNX)`,
    );
  return entry(given, axis, index);
};

/** For each step the examples [N, 1] that are not over yet; undefined where all go on. */
const activeAt = (n: ImportNode): ((t: number) => Expr | undefined) => {
  const lengths = n.optional(4);
  if (!lengths) return () => undefined;
  const known = constantValue(lengths);
  const column = reshape(lengths, [...lengths.shape, 1]);
  return (t) => (known?.data.every((length) => length > t) ? undefined : greater(column, t));
};

interface Run {
  readonly ys: readonly Expr[];
  readonly last: readonly Expr[];
}

/** One direction from the first of its steps to the last. An example that is over keeps its states, and its output is zero. */
const run = (
  { step }: Cell,
  products: Expr,
  order: readonly number[],
  initial: readonly Expr[],
  active: (t: number) => Expr | undefined,
): Run => {
  const ys: Expr[] = [];
  let last = initial;
  for (const t of order) {
    const next = step(entry(products, 0, t), last);
    const going = active(t);
    const before = last;
    last = going ? next.map((state, i) => where(going, state, before[i]!)) : next;
    ys[t] = going ? where(going, next[0]!, constant(0, next[0]!.dtype)) : next[0]!;
  }
  return { ys, last };
};

/**
 * The outputs Y [T, D, N, H] and the last states, each [D, N, H]; with layout 1 [N, T, D, H] and [N, D, H]. Operands: X [T, N, I]
 * (layout 1: [N, T, I]), W, R, B [D, 2·G·H] and sequence_lens [N], then what the recurrence says. The input products of all steps of
 * a direction are one matrix product, each step multiplies by R alone. T must be a number; N may be symbolic. Fails where T is a
 * symbol or 0, where shapes do not fit, and where a direction or an activation is unknown.
 *
 * Source: onnx.ai/onnx/operators/onnx__RNN.html, onnx__LSTM.html and onnx__GRU.html, version 22. `clip` bounds what goes into f and g
 * but not LSTM's h, as in ONNX Runtime.
 */
export const unroll = (n: ImportNode, { gates, activations, states, cell }: Recurrence): readonly Expr[] => {
  const given = n.input(0);
  if (given.shape.length !== 3) return n.fail(`has X of shape [${given.shape.join(', ')}]; it must have three axes`);
  const batchFirst = n.int('layout', 0) === 1;
  const stateAxis = batchFirst ? 1 : 0;
  const x = batchFirst ? transpose(given, [1, 0, 2]) : given;
  const [length, batch] = x.shape as [Dim, Dim, Dim];
  const steps = Array.from({ length: stepCount(n, length) }, (_, t) => t);
  const reversed = reversals(n);
  const hidden = hiddenSize(n, reversed.length, gates);
  const functions = activationsOf(n, reversed.length, activations);
  const active = activeAt(n);
  const bound = n.float('clip', 0);
  const clipped = (v: Expr): Expr => (bound > 0 ? clip(v, -bound, bound) : v);

  const runs = reversed.map((backwards, index) => {
    const bias = n.optional(3) && entry(n.optional(3)!, 0, index);
    const { bias: total, step } = cell({
      index,
      hidden,
      recurrent: transpose(entry(n.input(2), 0, index)),
      biases: bias && [gatesOf(bias, hidden, 0, gates), gatesOf(bias, hidden, gates, gates)],
      activations: functions.slice(index * activations.length, (index + 1) * activations.length),
      clipped,
    });
    const product = matmul(x, transpose(entry(n.input(1), 0, index)));
    const initial = states.map((i) => initialState(n, i, stateAxis, index, [batch, hidden]));
    const order = backwards ? steps.toReversed() : steps;
    return run({ bias: total, step }, total ? add(product, total) : product, order, initial, active);
  });

  const y = joined(
    runs.map(({ ys }) => joined(ys, 0)),
    1,
  );
  const lasts = states.map((_, i) =>
    joined(
      runs.map(({ last }) => last[i]!),
      stateAxis,
    ),
  );
  return [batchFirst ? transpose(y, [2, 0, 1, 3]) : y, ...lasts];
};
