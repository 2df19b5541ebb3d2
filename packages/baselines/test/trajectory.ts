/** Golden trajectories (test-fixtures/golden): 20 full-batch steps of PyTorch's optimisers in float64, and a way to replay them. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as G from '@hograd/graph-builder';
import type { Direction } from '../src/index.js';
import { constantRate, trainStep } from '../src/index.js';

interface Stored {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export interface Trajectory {
  readonly model: {
    readonly layers: readonly { readonly kind: string; readonly weight: number; readonly bias: number }[];
  };
  readonly optimizer: { readonly lr: number };
  readonly params: readonly Stored[];
  readonly x: Stored;
  readonly y: Stored;
  readonly steps: readonly { readonly loss: number; readonly params: readonly (readonly number[])[] }[];
}

export const loadTrajectory = (name: string): Trajectory =>
  JSON.parse(
    readFileSync(
      fileURLToPath(new URL(`../../../test-fixtures/golden/trajectory-${name}.json`, import.meta.url)),
      'utf8',
    ),
  );

export type Values = Readonly<Record<string, G.Value>>;

const toValue = ({
  shape,
  data,
}: {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}): G.Value => ({
  shape,
  data: Float64Array.from(data),
});

/** The initializers of a train step as the interpreter takes them. */
export const initialValues = (graph: G.Graph): Values =>
  Object.fromEntries(
    [...graph.initializers].map(([name, { shape, data }]) => [name, toValue({ shape, data: data as Float64Array })]),
  );

/** Runs a train step: its outputs by name. */
export const runStep = (graph: G.Graph, values: Values): Values => {
  const outputs = G.evaluate(
    graph.outputs.map((o) => o.value),
    values,
  );
  return Object.fromEntries(graph.outputs.map(({ name }, i) => [name, outputs[i]!]));
};

/** The inputs of the following step: everything that came out as `next.NAME`, and the rest as it was. */
export const carry = (values: Values, outputs: Values): Values => ({
  ...values,
  ...Object.fromEntries(
    Object.entries(outputs).flatMap(([name, value]) =>
      name.startsWith('next.') ? [[name.slice('next.'.length), value] as const] : [],
    ),
  ),
});

/** The train step of a direction on the trajectory's network. */
export const stepOf = (golden: Trajectory, direction: Direction, dtype: 'float32' | 'float64' = 'float64'): G.Graph => {
  const parameters = golden.params.map((p) => G.input(p.name, p.shape, dtype));
  const y = G.input('y', ['N'], 'int64');
  let h: G.Expr = G.input('x', ['N', ...golden.x.shape.slice(1)], dtype);
  for (const { kind, weight, bias } of golden.model.layers) {
    if (kind === 'linear') h = G.add(G.matmul(h, G.transpose(parameters[weight]!)), parameters[bias]!);
    else if (kind === 'activation') h = G.tanh(h);
  }
  return trainStep({ loss: G.softmaxCrossEntropy(h, y), parameters, direction, rule: constantRate() });
};

/** Values of every input of the trajectory's first step. */
export const startOf = (golden: Trajectory, graph: G.Graph): Values => ({
  ...initialValues(graph),
  ...Object.fromEntries(golden.params.map((p) => [p.name, toValue(p)])),
  x: toValue(golden.x),
  y: toValue(golden.y),
  rate: toValue({ shape: [], data: [golden.optimizer.lr] }),
});

/** Largest difference of a step's loss and next parameters from the trajectory's. */
export const stepDeviation = (golden: Trajectory, t: number, outputs: Values): number => {
  const expected = golden.steps[t]!;
  return Math.max(
    Math.abs(outputs.loss!.data[0]! - expected.loss),
    ...golden.params.flatMap(({ name }, i) =>
      Array.from(outputs[`next.${name}`]!.data, (value, k) => Math.abs(value - expected.params[i]![k]!)),
    ),
  );
};

/** The deviation of every step, from the trajectory's start. */
export const deviations = (golden: Trajectory, direction: Direction): readonly number[] => {
  const graph = stepOf(golden, direction);
  let values = startOf(golden, graph);
  return golden.steps.map((_, t) => {
    const outputs = runStep(graph, values);
    values = carry(values, outputs);
    return stepDeviation(golden, t, outputs);
  });
};
