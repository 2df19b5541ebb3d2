// The models whose graphs are tried in other runtimes: the golden folders, a residual convolution net and a transformer block.
import { readdirSync, readFileSync } from 'node:fs';
import {
  add,
  batchNorm,
  conv,
  decode,
  elementCount,
  gather,
  gelu,
  globalAveragePool,
  input,
  layerNorm,
  makeGraph,
  matmul,
  matrixTranspose,
  maxPool,
  mean,
  mul,
  relu,
  reshape,
  softmax,
  softmaxCrossEntropy,
  tensor,
  transpose,
} from '../../packages/graph-builder/dist/index.js';
import { right } from '../right.mjs';

const folder = new URL('../../test-fixtures/golden/', import.meta.url);

/** Reproducible numbers in −scale..scale (a linear congruential generator; Numerical Recipes, §7.1). */
const numbers = (seed) => {
  let state = seed >>> 0;
  return (count, scale) =>
    Float64Array.from({ length: count }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return scale * (state / 2 ** 31 - 1);
    });
};

const floats = (draw, shape, scale) => tensor(draw(elementCount(shape), scale), shape, 'float32');

/** Labels or tokens that fit three classes, the fewest that a model here has. */
const labels = (shape) =>
  tensor(
    Float64Array.from({ length: elementCount(shape) }, (_, i) => (i * 7 + 2) % 3),
    shape,
    'int64',
  );

/** Data for a graph's inputs that are not parameters, with every symbol bound to `batch`. */
const batchOf = (graph, batch, seed) => {
  const draw = numbers(seed);
  const data = graph.inputs.filter((i) => !graph.initializers.has(i.attributes.name));
  return Object.fromEntries(
    data.map(({ attributes: { name }, dtype, shape }) => {
      const concrete = shape.map((d) => (typeof d === 'number' ? d : batch));
      return [name, dtype === 'int64' ? labels(concrete) : floats(draw, concrete, 1.2)];
    }),
  );
};

const golden = (name) => ({
  name,
  graph: right(decode(readFileSync(new URL(`${name}/model.onnx`, folder)), { outputs: ['loss'] })),
  batch: batchOf,
});

/** Parameters in order of declaration, with initial values. */
const parametersOf = (seed) => {
  const draw = numbers(seed);
  const values = new Map();
  const exprs = [];
  const parameter = (name, shape, scale = 1 / Math.sqrt(elementCount(shape.slice(1)))) => {
    const expr = input(name, shape, 'float32');
    values.set(name, floats(draw, shape, scale));
    exprs.push(expr);
    return expr;
  };
  return { parameter, values, exprs };
};

/** Conv, batch normalisation, a residual block, a strided and a depthwise convolution, pooling: ResNet's parts in small. */
const residualNet = () => {
  const { parameter, values, exprs } = parametersOf(1);
  const x = input('x', ['N', 3, 12, 12], 'float32');
  const y = input('y', ['N'], 'int64');
  const norm = (value, name, channels) =>
    batchNorm(value, parameter(`${name}.scale`, [channels], 1), parameter(`${name}.bias`, [channels], 0.1)).value;
  const convolved = (value, name, shape, options) => conv(value, parameter(name, shape), options);
  const same = { padsBefore: [1, 1] };
  const stem = maxPool(relu(norm(convolved(x, 'stem', [6, 3, 3, 3], same), 'stem', 6)), [2, 2], { strides: [2, 2] });
  const inner = relu(norm(convolved(stem, 'block.1', [6, 6, 3, 3], same), 'block.1', 6));
  const block = relu(add(stem, norm(convolved(inner, 'block.2', [6, 6, 3, 3], same), 'block.2', 6)));
  const depthwise = convolved(block, 'depthwise', [6, 1, 3, 3], { ...same, strides: [2, 2], groups: 6 });
  const pointwise = relu(convolved(depthwise, 'pointwise', [8, 6, 1, 1], {}));
  const features = reshape(globalAveragePool(pointwise), ['N', 8]);
  const logits = add(matmul(features, parameter('head.weight', [8, 4])), parameter('head.bias', [4], 0.1));
  const loss = softmaxCrossEntropy(logits, y);
  return {
    name: 'residual-net',
    graph: makeGraph([{ name: 'loss', value: loss }], [x, y, ...exprs], values),
    batch: batchOf,
  };
};

/** Embeddings, layer normalisation, two heads of self-attention and a Gelu perceptron, for a batch of sequences of 5 tokens. */
const transformerBlock = () => {
  const { parameter, values, exprs } = parametersOf(2);
  const [length, width, heads] = [5, 8, 2];
  const tokens = input('x', ['N', length], 'int64');
  const y = input('y', ['N'], 'int64');
  const dense = (value, name, from, to) =>
    add(matmul(value, parameter(`${name}.weight`, [from, to])), parameter(`${name}.bias`, [to], 0.1));
  const norm = (value, name) =>
    layerNorm(value, parameter(`${name}.scale`, [width], 1), parameter(`${name}.bias`, [width], 0.1));
  const split = (value) => transpose(reshape(value, ['N', length, heads, width / heads]), [0, 2, 1, 3]);
  const embedded = add(gather(parameter('tokens', [11, width], 1), tokens), parameter('positions', [length, width], 1));
  const normed = norm(embedded, 'norm.1');
  const [q, k, v] = ['query', 'key', 'value'].map((name) => split(dense(normed, name, width, width)));
  const weights = softmax(mul(matmul(q, matrixTranspose(k)), 1 / Math.sqrt(width / heads)));
  const attended = reshape(transpose(matmul(weights, v), [0, 2, 1, 3]), ['N', length, width]);
  const after = add(embedded, dense(attended, 'out', width, width));
  const fed = add(after, dense(gelu(dense(norm(after, 'norm.2'), 'up', width, 16)), 'down', 16, width));
  const loss = softmaxCrossEntropy(dense(mean(fed, [1]), 'head', width, 4), y);
  return {
    name: 'transformer',
    graph: makeGraph([{ name: 'loss', value: loss }], [tokens, y, ...exprs], values),
    batch: batchOf,
  };
};

/** Every model: { name, graph (inputs, parameters as initializers, output `loss`), batch(graph, size, seed) → data by name }. */
export const models = () => [
  ...readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => golden(entry.name))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  residualNet(),
  transformerBlock(),
];
