/** Walks of small problems through train steps, for tests that compare them with plain arithmetic. */

import * as G from '@hograd/graph-builder';
import { constantRate, type Direction, type StepRule, trainStep } from '../src/index.js';
import { carry, initialValues, runStep, type Values } from './trajectory.js';

export const vector = (data: ArrayLike<number>): G.Value => ({ shape: [data.length], data: Float64Array.from(data) });
export const scalar = (value: number): G.Value => ({ shape: [], data: Float64Array.of(value) });

/** What each step gave, when the loss is ⟨g, θ⟩, whose gradient is the fed g. */
export const outputsAlong = (
  direction: Direction,
  gradients: readonly (readonly number[])[],
  rate: number,
  start: readonly number[],
  rule: StepRule = constantRate(),
): readonly Values[] => {
  const w = G.input('w', [start.length], 'float64');
  const g = G.input('g', [start.length], 'float64');
  const graph = trainStep({ loss: G.reduceSum(G.mul(g, w)), parameters: [w], direction, rule });
  let values: Values = { ...initialValues(graph), w: vector(start), rate: scalar(rate) };
  return gradients.map((gradient) => {
    const outputs = runStep(graph, { ...values, g: vector(gradient) });
    values = carry(values, outputs);
    return outputs;
  });
};

/** θ after each of those steps. */
export const follow = (...args: Parameters<typeof outputsAlong>): readonly (readonly number[])[] =>
  outputsAlong(...args).map((outputs) => Array.from(outputs['next.w']!.data));
