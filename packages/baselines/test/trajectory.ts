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

/** Losses before, and parameters after, each step of a direction on the trajectory's network, batch and rate. */
export const replay = (golden: Trajectory, direction: Direction) => {
  const parameters = golden.params.map((p) => G.input(p.name, p.shape, 'float64'));
  const y = G.input('y', ['N'], 'int64');
  let h: G.Expr = G.input('x', ['N', ...golden.x.shape.slice(1)], 'float64');
  for (const { kind, weight, bias } of golden.model.layers) {
    if (kind === 'linear') h = G.add(G.matmul(h, G.transpose(parameters[weight]!)), parameters[bias]!);
    else if (kind === 'activation') h = G.tanh(h);
  }
  const graph = trainStep({ loss: G.softmaxCrossEntropy(h, y), parameters, direction, rule: constantRate() });
  let values: Values = {
    ...initialValues(graph),
    ...Object.fromEntries(golden.params.map((p) => [p.name, toValue(p)])),
    x: toValue(golden.x),
    y: toValue(golden.y),
    rate: toValue({ shape: [], data: [golden.optimizer.lr] }),
  };
  return golden.steps.map(() => {
    const outputs = runStep(graph, values);
    values = carry(values, outputs);
    return { loss: outputs.loss!.data[0]!, parameters: golden.params.map((p) => outputs[`next.${p.name}`]!.data) };
  });
};
