/** L-BFGS: the Newton direction by the last steps and the changes of gradient that they made. */

import {
  abs,
  add,
  and,
  concat,
  constant,
  type DType,
  div,
  type Expr,
  equal,
  greater,
  type Input,
  maximum,
  minimum,
  mul,
  reciprocal,
  reduceSum,
  requireKnown,
  reshape,
  sliceAxis,
  sqrt,
  sub,
  sumOf,
  where,
} from '@hograd/graph-builder';
import type { Direction } from '../direction.js';
import { innerProduct } from '../products.js';
import { requireCount, slotName, slotState, slots, staticShape } from '../state.js';

/** Options of `lbfgs`. */
export interface LbfgsOptions {
  /** Pairs remembered, a whole number of at least 1. Default 10. */
  readonly history?: number;
}

const STEPS = 'lbfgsSteps';
const CHANGES = 'lbfgsChanges';
const PARAMETER = 'lbfgsParameter';
const GRADIENT = 'lbfgsGradient';

/** Cosine between a step and its change of gradient below which the pair says nothing but noise. */
const LEAST_COSINE = 1e-8;

/** Products ⟨s, y⟩ below this have lost their digits to underflow, and their reciprocals may overflow. */
const leastProduct = (dtype: DType): number => (dtype === 'float64' ? 1e-300 : 1e-37);

/** One step s and the change y of the gradient along it, tensors in the order of the parameters. */
interface Pair {
  readonly s: readonly Expr[];
  readonly y: readonly Expr[];
  /** 1/⟨s, y⟩; 0 for a pair not yet filled, which then does nothing. */
  readonly rho: Expr;
}

/** 1/x where x > 0, and 0 elsewhere. */
const reciprocalIfPositive = (x: Expr): Expr => {
  const positive = greater(x, 0);
  return where(positive, reciprocal(where(positive, x, constant(1, x.dtype))), constant(0, x.dtype));
};

const entry = (stack: Expr, i: number): Expr => reshape(sliceAxis(stack, 0, i, 1), stack.shape.slice(1));

/** The stack without its oldest entry and with a new one at the end. */
const pushed = (stack: Expr, newest: Expr): Expr => {
  const last = reshape(newest, [1, ...newest.shape]);
  const kept = Number(stack.shape[0]) - 1;
  return kept === 0 ? last : concat([sliceAxis(stack, 0, 1, kept), last], 0);
};

const subtract = (a: readonly Expr[], b: readonly Expr[]): readonly Expr[] => a.map((t, i) => sub(t, b[i]!));
const scaled = (a: readonly Expr[], s: Expr): readonly Expr[] => a.map((t) => mul(t, s));
const plus = (a: readonly Expr[], b: readonly Expr[]): readonly Expr[] => a.map((t, i) => add(t, b[i]!));

/** H·g by the two-loop recursion, pairs oldest first, from γI with γ = ⟨s, y⟩/⟨y, y⟩ of the newest (1 without any). */
const twoLoops = (pairs: readonly Pair[], gradient: readonly Expr[]): readonly Expr[] => {
  const newest = pairs.at(-1)!;
  const yy = innerProduct(newest.y, newest.y);
  const filled = greater(newest.rho, 0);
  const one = constant(1, yy.dtype);
  const gamma = where(filled, div(innerProduct(newest.s, newest.y), where(filled, yy, one)), one);
  let q = gradient;
  const alphas = new Map<Pair, Expr>();
  for (const pair of pairs.toReversed()) {
    const alpha = mul(innerProduct(pair.s, q), pair.rho);
    alphas.set(pair, alpha);
    q = subtract(q, scaled(pair.y, alpha));
  }
  return pairs.reduce<readonly Expr[]>(
    (r, pair) => plus(r, scaled(pair.s, sub(alphas.get(pair)!, mul(innerProduct(pair.y, r), pair.rho)))),
    scaled(q, gamma),
  );
};

/**
 * u ≈ H⁻¹g by the two-loop recursion over the last `history` pairs (s, y) of what the parameters and the gradient
 * changed by. The first step, which knows no curvature, is min(1, 1/‖g‖₁)·g, as in PyTorch's LBFGS. A pair without
 * positive curvature (cosine of s and y at most 1e-8) is not remembered. There is no line search: a rate near 1 suits.
 * Differences of gradients across batches are not curvature, so feed the same batch at every step. State:
 * `lbfgsSteps.NAME` and `lbfgsChanges.NAME` [history, …], oldest first, `lbfgsParameter.NAME` and `lbfgsGradient.NAME`.
 * Throws GraphError for an unknown option and unless `history` is a whole number of at least 1. Nocedal and Wright,
 * Numerical Optimization, 2006, algorithm 7.4.
 */
export const lbfgs = (options: LbfgsOptions = {}): Direction => {
  requireKnown('lbfgs', options, { history: true });
  const { history = 10 } = options;
  requireCount('lbfgs', 'history', history);
  const stacks = (kind: string, parameters: readonly Input[]) =>
    slots(kind, parameters).map((slot, i) => ({ ...slot, shape: [history, ...staticShape(parameters[i]!)] }));
  return {
    name: 'lbfgs',
    init: (parameters) => [
      ...stacks(STEPS, parameters),
      ...stacks(CHANGES, parameters),
      ...slots(PARAMETER, parameters),
      ...slots(GRADIENT, parameters),
    ],
    update: ({ gradients, parameters, state, step }) => {
      const stateOf = (kind: string): readonly Expr[] => parameters.map((p) => state[slotName(kind, p)]!);
      const s = subtract(parameters, stateOf(PARAMETER));
      const y = subtract(gradients, stateOf(GRADIENT));
      const lengths = sqrt(mul(innerProduct(s, s), innerProduct(y, y)));
      const least = maximum(mul(lengths, LEAST_COSINE), leastProduct(step.dtype));
      const curved = greater(innerProduct(s, y), least);
      // Before the first step there is no earlier point: the state's zeros are none.
      const accepted = and(curved, greater(step, 0));
      const remember = (kind: string, newest: readonly Expr[]): readonly Expr[] =>
        stateOf(kind).map((stack, i) => where(accepted, pushed(stack, newest[i]!), stack));
      const [steps, changes] = [remember(STEPS, s), remember(CHANGES, y)];
      const pairs = Array.from({ length: history }, (_, i): Pair => {
        const own = { s: steps.map((t) => entry(t, i)), y: changes.map((t) => entry(t, i)) };
        return { ...own, rho: reciprocalIfPositive(innerProduct(own.s, own.y)) };
      });
      const total = sumOf(gradients.map((g) => reduceSum(abs(g))));
      const cautious = minimum(reciprocal(total), 1);
      const share = where(equal(step, 0), cautious, constant(1, step.dtype));
      return {
        direction: scaled(twoLoops(pairs, gradients), share),
        state: {
          ...slotState(STEPS, parameters, steps),
          ...slotState(CHANGES, parameters, changes),
          ...slotState(PARAMETER, parameters, parameters),
          ...slotState(GRADIENT, parameters, gradients),
        },
      };
    },
  };
};
