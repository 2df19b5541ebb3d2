/** Full-batch training by NewtonSummary in the reference interpreter, for laws. */

import { type Direction, sgd } from '@hograd/baselines';
import { type Expr, evaluate, type Input } from '@hograd/graph-builder';
import type { Partition } from '@hograd/partition';
import {
  newtonSummaryGraphs,
  type RatesOptions,
  type RatesState,
  ratesOptions,
  type SummaryNumbers,
  updateRates,
} from '../src/index.js';
import { readSummary, right, run, type Values, valuesOf } from './perceptron.js';

export interface DescentProblem {
  readonly loss: Expr;
  readonly parameters: readonly Input[];
  readonly partition: Partition;
  readonly start: Values;
  /** Values of the other inputs of the loss. */
  readonly batch?: Values;
  readonly direction?: Direction;
}

export interface Position {
  readonly parameters: Values;
  /** At these parameters. */
  readonly loss: number;
  /** Of the step that led here; absent at the start. */
  readonly summary?: SummaryNumbers;
  readonly rates?: readonly number[];
  readonly along?: Values;
}

/** The method as the paper states it: λ1 = λ_int = 1, nothing averaged, nothing clipped. */
export const PLAIN: Partial<RatesOptions> = { lambda1: 1, lambdaInt: 1, etaDecay: 0, clipNegative: 'never' };

/** Every position of a run, the start first; u and the summary are of the whole batch. The solver must answer each time. */
export const descend = (
  { loss, parameters, partition, start, batch = {}, direction = sgd() }: DescentProblem,
  options: Partial<RatesOptions>,
  steps: number,
): readonly Position[] => {
  const graphs = newtonSummaryGraphs({ loss, parameters, partition, direction });
  const size = partition.groups.length;
  const update = updateRates(right(ratesOptions(size)(options)));
  const lossAt = (values: Values): number => evaluate([loss], { ...values, ...batch })[0]!.data[0]!;
  const zeros = valuesOf(graphs.step.initializers);
  let carried: Values = { ...start, ...zeros };
  let state: RatesState = {};
  const parametersOf = (values: Values): Values =>
    Object.fromEntries(parameters.map(({ attributes: { name } }) => [name, values[name]!]));
  const positions: Position[] = [{ parameters: parametersOf(carried), loss: lossAt(carried) }];
  for (let t = 0; t < steps; t++) {
    const along = run(graphs.direction, { ...carried, ...batch });
    const summary = readSummary(run(graphs.summary, { ...carried, ...along, ...batch }), 1);
    const updated = update(state, summary);
    right(updated.solved);
    state = updated.state;
    const rates = { shape: [size], data: Float64Array.from(updated.rates) };
    const next: Values = { ...along, ...run(graphs.apply, { ...carried, ...along, rates }) };
    carried = Object.fromEntries(Object.keys(carried).map((name) => [name, next[`next.${name}`]!]));
    const reached = parametersOf(carried);
    positions.push({ parameters: reached, loss: lossAt(reached), summary, rates: updated.rates, along });
  }
  return positions;
};

export const numbersOf = (values: Values): Float64Array =>
  Float64Array.from(Object.values(values).flatMap(({ data }) => [...data]));

/** Largest difference relative to the largest entry. */
export const distance = (actual: ArrayLike<number>, expected: ArrayLike<number>): number => {
  let largest = 0;
  let difference = 0;
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]!));
    difference = Math.max(difference, Math.abs(actual[i]! - expected[i]!));
  }
  return difference / largest;
};
