/** Golden cases (test-fixtures/golden) as expressions: the author's numbers in float64 on float32-exact inputs. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as G from '../src/index.js';

interface Stored {
  readonly name?: string;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export interface GoldenCase {
  readonly model: {
    readonly layers: readonly {
      readonly kind: string;
      readonly weight: number;
      readonly bias: number;
      readonly fn: string;
    }[];
    readonly loss: string;
  };
  readonly params: readonly Stored[];
  readonly direction: readonly Stored[];
  readonly x: Stored;
  readonly y: Stored;
  readonly partition: readonly (readonly number[])[];
  readonly loss: number;
  readonly gbar: readonly number[];
  readonly Hbar: readonly (readonly number[])[];
  readonly order3: readonly number[];
  readonly order3_full?: readonly (readonly (readonly number[])[])[];
}

export const loadCase = (name: string): GoldenCase =>
  JSON.parse(
    readFileSync(fileURLToPath(new URL(`../../../test-fixtures/golden/case-${name}.json`, import.meta.url)), 'utf8'),
  );

const activations: Readonly<Record<string, (x: G.Expr) => G.Expr>> = {
  tanh: G.tanh,
  relu: G.relu,
  elu: (x) => G.elu(x),
  sigmoid: G.sigmoid,
};

export interface Built {
  readonly loss: G.Expr;
  readonly parameters: readonly G.Expr[];
  readonly groups: G.Groups;
  readonly values: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: Float64Array }>>;
}

/** A multilayer perceptron case as expressions with a symbolic batch, and the values of its inputs. */
export const buildCase = (golden: GoldenCase, dtype: 'float32' | 'float64' = 'float64'): Built => {
  const parameters = golden.params.map((p, i) => G.input(`p${i}`, p.shape, dtype));
  const directions = golden.params.map((p, i) => G.input(`u${i}`, p.shape, dtype));
  const classification = golden.model.loss === 'nll';
  const symbolic = (s: Stored): G.Shape => ['N', ...s.shape.slice(1)];
  const y = G.input('y', symbolic(golden.y), classification ? 'int64' : dtype);
  let h: G.Expr = G.input('x', symbolic(golden.x), dtype);
  for (const layer of golden.model.layers) {
    if (layer.kind === 'linear')
      h = G.add(G.matmul(h, G.transpose(parameters[layer.weight]!)), parameters[layer.bias]!);
    else if (layer.kind === 'activation') h = activations[layer.fn]!(h);
    else if (layer.kind === 'log_softmax') h = G.logSoftmax(h, 1);
    else throw new Error(`layer ${layer.kind} is not a perceptron's`);
  }
  const value = (s: Stored) => ({ shape: s.shape, data: Float64Array.from(s.data) });
  return {
    loss: classification ? G.negativeLogLikelihood(h, y) : G.meanSquaredError(h, y),
    parameters,
    groups: golden.partition.map((group) =>
      group.map((i) => ({ parameter: parameters[i]!, direction: directions[i]! })),
    ),
    values: {
      x: value(golden.x),
      y: value(golden.y),
      ...Object.fromEntries(golden.params.map((p, i) => [`p${i}`, value(p)])),
      ...Object.fromEntries(golden.direction.map((u, i) => [`u${i}`, value(u)])),
    },
  };
};

/** Largest difference over the largest entry of the expected array. */
export const relativeError = (actual: ArrayLike<number>, expected: readonly number[]): number => {
  const scale = Math.max(...expected.map(Math.abs), Number.MIN_VALUE);
  return Math.max(...expected.map((e, i) => Math.abs(actual[i]! - e))) / (scale > Number.MIN_VALUE ? scale : 1);
};
