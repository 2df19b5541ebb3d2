/** Convolutional golden cases as expressions: convolutions, pooling and flattening beside a perceptron's layers. */

import * as G from '../src/index.js';
import type { Built, GoldenCase } from './golden.js';

interface Layer {
  readonly kind: string;
  readonly weight?: number;
  readonly bias?: number;
  readonly fn?: string;
  readonly kernel?: readonly number[];
  readonly stride?: readonly number[];
  readonly padding?: readonly number[];
}

const activations: Readonly<Record<string, (x: G.Expr) => G.Expr>> = {
  tanh: G.tanh,
  relu: G.relu,
  elu: (x) => G.elu(x),
};

const apply = (h: G.Expr, layer: Layer, parameters: readonly G.Expr[]): G.Expr => {
  const options = { strides: layer.stride ?? [], padsBefore: layer.padding ?? [] };
  switch (layer.kind) {
    case 'conv2d': {
      const bias = parameters[layer.bias!]!;
      return G.add(G.conv(h, parameters[layer.weight!]!, options), G.reshape(bias, [...bias.shape, 1, 1]));
    }
    case 'maxpool2d':
      return G.maxPool(h, layer.kernel!, options);
    case 'flatten':
      return G.reshape(h, [h.shape[0]!, -1]);
    case 'linear':
      return G.add(G.matmul(h, G.transpose(parameters[layer.weight!]!)), parameters[layer.bias!]!);
    case 'activation':
      return activations[layer.fn!]!(h);
    case 'log_softmax':
      return G.logSoftmax(h, 1);
    default:
      throw new Error(`layer ${layer.kind} is unknown`);
  }
};

/** A classifier with a symbolic batch, and the values of its inputs. */
export const buildConvolutional = (golden: GoldenCase, dtype: 'float32' | 'float64' = 'float64'): Built => {
  const parameters = golden.params.map((p, i) => G.input(`p${i}`, p.shape, dtype));
  const directions = golden.params.map((p, i) => G.input(`u${i}`, p.shape, dtype));
  const x: G.Expr = G.input('x', ['N', ...golden.x.shape.slice(1)], dtype);
  const layers: readonly Layer[] = golden.model.layers;
  const output = layers.reduce((h, layer) => apply(h, layer, parameters), x);
  const value = (s: GoldenCase['x']) => ({ shape: s.shape, data: Float64Array.from(s.data) });
  return {
    loss: G.negativeLogLikelihood(output, G.input('y', ['N'], 'int64')),
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
