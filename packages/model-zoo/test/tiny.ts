/** A version of every model so small that the reference interpreter evaluates it at once, and numbers to evaluate it at. */

import * as G from '@hograd/graph-builder';
import {
  autoencoder,
  deepMlp,
  gpt,
  lenet,
  lossGraph,
  type Model,
  mlp,
  ntkScaling,
  resnet18,
  vgg11,
} from '../src/index.js';

export type Values = Readonly<Record<string, G.Value>>;

const tinyGpt = { blocks: 2, heads: 2, width: 4, vocabulary: 5, context: 3 } as const;
const tinyLenet = { inputShape: [2, 12, 11], classes: 3, channels: [2, 3], kernels: [3, 2], hidden: [5, 4] } as const;

export const tinyModels: Readonly<Record<string, Model>> = {
  mlp: mlp({ sizes: [4, 5, 3], activation: 'sigmoid' }),
  'deep-mlp': deepMlp({ depth: 6, width: 3, inputs: 4, classes: 2 }),
  lenet: lenet(tinyLenet),
  'lenet, NTK scaling': ntkScaling(lenet(tinyLenet)),
  vgg11: vgg11({ inputShape: [2, 9, 8], classes: 3, plan: [3, 'M', 4, 4, 'M', 2, 'M'] }),
  'autoencoder, Bernoulli': autoencoder({ sizes: [6, 4, 2] }),
  'autoencoder, squares': autoencoder({ sizes: [6, 4, 2], loss: 'meanSquaredError', activation: 'tanh' }),
  'resnet18, stem for CIFAR': resnet18({ stem: 'cifar', inputShape: [2, 5, 4], classes: 3, widths: [2, 3, 2, 3] }),
  'resnet18, stem for ImageNet': resnet18({ inputShape: [1, 17, 18], classes: 3, widths: [2, 2, 3, 2] }),
  gpt: gpt(tinyGpt),
  'gpt, NTK scaling': ntkScaling(gpt(tinyGpt)),
  'gpt, normalized before': gpt({ ...tinyGpt, normalize: 'before' }),
};

const GOLDEN_RATIO = 0.6180339887498949;

/** Irregular numbers in [−1, 1), as tools/model-zoo/generate.py computes them. */
export const sequence = (size: number, stream: number): Float64Array => {
  const numbers = new Float64Array(size);
  for (let k = 0; k < size; k++) {
    const i = k + 1 + 1000 * stream;
    numbers[k] = 2 * ((i * i * GOLDEN_RATIO) % 1) - 1;
  }
  return numbers;
};

export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Values of a model's parameters, as tools/model-zoo/generate.py computes them. */
export const parameterValues = (model: Model): Values =>
  Object.fromEntries(
    model.parameters.map(({ name, shape, kind }, stream) => {
      const numbers = sequence(sizeOf(shape), stream);
      const scale = kind === 'weight' ? Math.sqrt(3 / sizeOf(shape.slice(1))) : kind === 'embedding' ? 0.5 : 0.2;
      return [name, { shape, data: numbers.map((v) => (kind === 'scale' ? 1 : 0) + scale * v) }];
    }),
  );

/** A batch of inputs and targets for a loss graph of the model. */
export const batchFor = (model: Model, size: number): { readonly x: G.Value; readonly y: G.Value } => {
  const xShape = [size, ...model.inputShape];
  const indices = (shape: readonly number[]): G.Value => ({
    shape,
    data: Float64Array.from({ length: sizeOf(shape) }, (_, i) => (7 * i * i + 3 * i + 1) % model.classes),
  });
  const floats = { shape: xShape, data: sequence(sizeOf(xShape), 500) };
  if (model.loss !== 'softmaxCrossEntropy') return { x: floats, y: { ...floats, data: floats.data.map(Math.abs) } };
  return model.inputType === 'int64' ? { x: indices(xShape), y: indices(xShape) } : { x: floats, y: indices([size]) };
};

/** A loss graph with its gradient: the loss, the outputs, and a gradient for each parameter. */
export const withGradient = (
  model: Model,
  dtype: 'float32' | 'float64',
  values?: ReadonlyMap<string, G.Tensor>,
): G.Graph => {
  const graph = lossGraph(model, { dtype, ...(values && { values }) });
  const parameters = model.parameters.map(({ name }) => G.inputNamed(name)(graph)!);
  const gradients = G.grad(G.outputNamed('loss')(graph)!, parameters);
  const outputs = model.parameters.map(({ name }, i) => ({ name: `grad.${name}`, value: gradients[i]! }));
  return G.makeGraph([...graph.outputs, ...outputs], graph.inputs, graph.initializers);
};

/** Outputs of a graph by name, from the reference interpreter. */
export const evaluated = (graph: G.Graph, values: Values): Values => {
  const results = G.evaluate(
    graph.outputs.map((o) => o.value),
    values,
  );
  return Object.fromEntries(graph.outputs.map((o, i) => [o.name, results[i]!]));
};

export const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};
