/** The optimizers of `hograd train`: a direction and how its rates come about. */

import { adam, adamw, type Direction, momentum, nesterov, rmsprop, sgd } from '@hograd/baselines';
import { DEFAULT_RATES, DEFAULT_TRUST, NOISE_AWARE_RATES, type RateControlOptions } from '@hograd/newton-summary';
import { refuse } from '../failure.js';

export interface OptimizerOptions {
  readonly lr?: number;
  readonly lambda1?: number;
  readonly lambdaInt?: number;
  readonly period?: number;
}

export type Optimizer =
  | { readonly kind: 'constant-rate'; readonly name: string; readonly direction: Direction; readonly rate: number }
  | {
      readonly kind: 'newton-summary';
      readonly name: string;
      readonly direction: Direction;
      readonly control: RateControlOptions;
      /** Steps between summaries. */
      readonly period: number;
      /** Slices of a summary's batch, whose spread is its sampling error; 1: whole. */
      readonly slices: number;
    };

/** Directions with the rate that each takes where none is given. */
const constantRate: Readonly<Record<string, readonly [Direction, number]>> = {
  sgd: [sgd(), 0.1],
  momentum: [momentum(), 0.01],
  nesterov: [nesterov(), 0.01],
  adam: [adam(), 1e-3],
  adamw: [adamw(), 1e-3],
  rmsprop: [rmsprop(), 1e-3],
};

/** NewtonSummary over the direction after the colon: the author's momentum (arXiv 2312.03885, code) or Adam's. */
const underSummary: Readonly<Record<string, Direction>> = {
  momentum: momentum({ beta: 0.9, dampening: 0.9 }),
  sgd: sgd(),
  adam: adam(),
};

/** Slices that a safe summary's batch is cut into. */
const SAFE_SLICES = 5;

/**
 * The method as published, and with safeguards: rates as long as the sampling error of their summary allows, steps judged by what they did
 * and taken back where they raise the loss. It needs no search for λ1.
 */
const METHODS = ['newton-summary', 'newton-summary-safe'] as const;

export const OPTIMIZERS: readonly string[] = [
  ...METHODS.flatMap((method) =>
    Object.keys(underSummary).map((over) => (over === 'momentum' ? method : `${method}:${over}`)),
  ),
  ...Object.keys(constantRate),
];

const newtonSummary = (name: string, safe: boolean, direction: Direction, options: OptimizerOptions): Optimizer => {
  const base = safe ? NOISE_AWARE_RATES : DEFAULT_RATES;
  const rates = { ...base, lambda1: options.lambda1 ?? base.lambda1, lambdaInt: options.lambdaInt ?? base.lambdaInt };
  return {
    kind: 'newton-summary',
    name,
    direction,
    control: safe ? { rates, trust: DEFAULT_TRUST } : { rates },
    period: options.period ?? 10,
    slices: safe ? SAFE_SLICES : 1,
  };
};

/** An optimizer by name. Refuses an unknown one. */
export const makeOptimizer = (name: string, options: OptimizerOptions): Optimizer => {
  const [base, over = 'momentum'] = name.split(':');
  if (METHODS.some((method) => method === base) && Object.hasOwn(underSummary, over)) {
    return newtonSummary(name, base === 'newton-summary-safe', underSummary[over]!, options);
  }
  const known = Object.hasOwn(constantRate, name) ? constantRate[name] : undefined;
  if (!known) return refuse(`there is no optimizer "${name}"; there are ${OPTIMIZERS.join(', ')}`);
  return { kind: 'constant-rate', name, direction: known[0], rate: options.lr ?? known[1] };
};
