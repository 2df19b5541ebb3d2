/** The optimizers of `hograd train`: a direction and how its rates come about. */

import { adam, adamw, type Direction, momentum, nesterov, rmsprop, sgd } from '@hograd/baselines';
import { DEFAULT_RATES, type RatesOptions } from '@hograd/newton-summary';
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
      readonly rates: RatesOptions;
      readonly period: number;
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

export const OPTIMIZERS: readonly string[] = [
  'newton-summary',
  'newton-summary:sgd',
  'newton-summary:adam',
  ...Object.keys(constantRate),
];

/** An optimizer by name. Refuses an unknown one. */
export const makeOptimizer = (name: string, options: OptimizerOptions): Optimizer => {
  const [base, over = 'momentum'] = name.split(':');
  if (base === 'newton-summary' && Object.hasOwn(underSummary, over)) {
    const rates: RatesOptions = {
      ...DEFAULT_RATES,
      lambda1: options.lambda1 ?? DEFAULT_RATES.lambda1,
      lambdaInt: options.lambdaInt ?? DEFAULT_RATES.lambdaInt,
    };
    return { kind: 'newton-summary', name, direction: underSummary[over]!, rates, period: options.period ?? 10 };
  }
  const known = constantRate[name];
  if (!known) return refuse(`there is no optimizer "${name}"; there are ${OPTIMIZERS.join(', ')}`);
  return { kind: 'constant-rate', name, direction: known[0], rate: options.lr ?? known[1] };
};
