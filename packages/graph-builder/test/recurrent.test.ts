import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { expectAdjoint, expectDerivatives, expectOneSummary, type Values } from './laws.js';
import { asValues, expectClose, expectImported, feedsOf, fileOf, graphOf, type Operand, refusalOf } from './oneNode.js';
import { bytesOf, H, I, N, nodeOf, T, type Type, type Variant } from './recurrentNodes.js';
import { run } from './runtime.js';

const types: readonly Type[] = ['RNN', 'GRU', 'LSTM'];
const directions = ['forward', 'reverse', 'bidirectional'];
const clip = { float: 0.5 };

const variants: readonly Variant[] = [
  ...types.flatMap((type): Variant[] => [
    ...directions.flatMap((direction): Variant[] => [
      { name: direction, type, attributes: { direction } },
      { name: `${direction}, states given`, type, attributes: { direction }, given: 'B h c' },
      { name: `${direction}, examples of their own lengths`, type, attributes: { direction }, lengths: [4, 1, 3] },
    ]),
    { name: 'no biases', type, given: '' },
    { name: 'opset 7', type, opset: 7 },
    { name: 'opset 22', type, opset: 22 },
    { name: 'lengths that are all of it', type, lengths: [T, T, T], stored: true },
    { name: 'known lengths, states given', type, lengths: [2, 4, 1], stored: true, given: 'B h c' },
    { name: 'only Y', type, outputs: ['float32'] },
    { name: 'only Y_h', type, outputs: [undefined, 'float32'] },
    { name: 'clip', type, attributes: { clip }, given: 'B h c' },
  ]),
  ...directions.map(
    (direction): Variant => ({
      name: `${direction} with peepholes`,
      type: 'LSTM',
      attributes: { direction },
      given: 'BhcP',
    }),
  ),
  { name: 'only Y_c', type: 'LSTM', outputs: [undefined, undefined, 'float32'] },
  { name: 'input_forget', type: 'LSTM', attributes: { input_forget: 1 } },
  { name: 'input_forget and peepholes', type: 'LSTM', attributes: { input_forget: 1 }, given: 'BhcP' },
  { name: 'clip and peepholes', type: 'LSTM', attributes: { clip }, given: 'BhcP' },
  ...['', 'B', 'B h'].flatMap((given) =>
    directions.map(
      (direction): Variant => ({
        name: `linear_before_reset, ${direction}, ${given || 'no biases'}`,
        type: 'GRU',
        attributes: { direction, linear_before_reset: 1 },
        given,
      }),
    ),
  ),
  { name: 'linear_before_reset, clip', type: 'GRU', attributes: { linear_before_reset: 1, clip } },
  ...['Relu', 'Tanh', 'Sigmoid', 'Softsign', 'Softplus', 'Elu', 'LeakyRelu', 'HardSigmoid'].map(
    (name): Variant => ({ name, type: 'RNN', activations: [name] }),
  ),
  // ONNX Runtime's threshold is 0 where the file gives none; ONNX's is 1.
  { name: 'ThresholdedRelu', type: 'RNN', activations: ['ThresholdedRelu'], alpha: [0.2] },
  { name: 'LeakyRelu 0.3', type: 'RNN', activations: ['LeakyRelu'], alpha: [0.3] },
  { name: 'Affine', type: 'RNN', activations: ['Affine'], alpha: [0.3], beta: [0.1] },
  { name: 'ScaledTanh', type: 'RNN', activations: ['ScaledTanh'], alpha: [0.7], beta: [0.4] },
  {
    name: 'activations of two directions',
    type: 'RNN',
    attributes: { direction: 'bidirectional' },
    activations: ['HardSigmoid', 'Elu'],
    alpha: [0.3, 0.6],
    beta: [0.4],
  },
  { name: 'other activations', type: 'GRU', activations: ['HardSigmoid', 'Softsign'], alpha: [0.3], beta: [0.4] },
  { name: 'other activations', type: 'LSTM', activations: ['HardSigmoid', 'Relu', 'Softsign'] },
];

const titled = (list: readonly Variant[]) => list.map((v) => [`${v.type}: ${v.name}`, v] as const);

describe('an imported recurrence, and the graph written again, compute what ONNX Runtime makes of the node', () => {
  it.each(titled(variants))('%s', async (_, variant) => {
    await expectImported(bytesOf(variant), feedsOf(nodeOf(variant)));
  });
});

/** x with its axes permuted, computed here and not by the code under test. */
const permuted = (x: G.Value, perm: readonly number[]): G.Value => {
  const shape = perm.map((axis) => x.shape[axis]!);
  const stepOf = (axis: number): number => x.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const after = (i: number): number => shape.slice(i + 1).reduce((a, b) => a * b, 1);
  const data = x.data.map(
    (_, k) => x.data[perm.reduce((at, axis, i) => at + (Math.floor(k / after(i)) % shape[i]!) * stepOf(axis), 0)]!,
  );
  return { shape, data };
};

const evaluated = (graph: G.Graph, values: Values): readonly G.Value[] =>
  G.evaluate(
    graph.outputs.map((o) => o.value),
    values,
  );

describe('layout 1, which ONNX Runtime does not run, is layout 0 with the batch first', () => {
  const cases = types.flatMap((type) =>
    directions.map((direction): Variant => ({ name: direction, type, attributes: { direction }, given: 'BhcP' })),
  );
  it.each(titled(cases))('%s', async (_, variant) => {
    const first: Variant = { ...variant, attributes: { ...variant.attributes, layout: 1 } };
    const graph = graphOf(bytesOf(first));
    expect(graph.outputs.map((o) => o.value.shape)).toEqual([
      ['N', T, variant.name === 'bidirectional' ? 2 : 1, H],
      ...graph.outputs.slice(1).map(() => ['N', variant.name === 'bidirectional' ? 2 : 1, H]),
    ]);
    const feeds = feedsOf(nodeOf(first));
    const values = asValues(feeds);
    const results = evaluated(graph, values);
    const swapped = Object.fromEntries(
      Object.entries(values).map(([name, v]) => [
        name,
        ['in0', 'in5', 'in6'].includes(name) ? permuted(v, [1, 0, 2]) : v,
      ]),
    );
    const wanted = await run(
      bytesOf(variant),
      Object.fromEntries(Object.entries(swapped).map(([name, v]) => [name, G.tensor(v.data, v.shape, 'float32')])),
    );
    const again = await run(G.encode(graph), feeds);
    graph.outputs.forEach(({ name }, i) => {
      const { dims, data } = wanted[name]!;
      const own = permuted({ shape: dims, data: Float64Array.from(data) }, i === 0 ? [2, 0, 1, 3] : [1, 0, 2]);
      expect(results[i]!.shape).toEqual(own.shape);
      expectClose(results[i]!.data, own.data, 2e-6);
      expect(again[name]!.dims).toEqual(own.shape);
      expectClose(again[name]!.data, own.data, 2e-6);
    });
  });
});

const differentiated: readonly Variant[] = [
  { name: 'reverse', type: 'RNN', attributes: { direction: 'reverse' }, given: 'B h' },
  { name: 'bidirectional', type: 'GRU', attributes: { direction: 'bidirectional' } },
  { name: 'linear_before_reset, states given', type: 'GRU', attributes: { linear_before_reset: 1 }, given: 'B h' },
  { name: 'forward', type: 'LSTM', given: 'B h c' },
  { name: 'lengths', type: 'LSTM', lengths: [4, 1, 3], stored: true },
  { name: 'peepholes, input_forget', type: 'LSTM', attributes: { input_forget: 1 }, given: 'BhcP' },
];

describe.each(titled(differentiated))('derivatives of %s', (_, variant) => {
  const graph = graphOf(bytesOf(variant), { dtype: 'float64' });
  const y = G.concat(
    graph.outputs.map((o) => G.reshape(o.value, [-1])),
    0,
  );
  const values = asValues(feedsOf(nodeOf(variant)));
  const xs = graph.inputs.filter((i) => G.isFloat(i.dtype));
  it('up to the third are confirmed by difference quotients', () => {
    expectDerivatives(y, xs, values, 1e-7);
  });
  it('have adjoints that are the transposes of tangents', () => {
    expectAdjoint(y, xs, values);
  });
  it('give one summary by both engines', () => {
    expectOneSummary(y, xs, values);
  });
  it('are what ONNX Runtime computes in float64', async () => {
    const loss = G.reduceSum(G.mul(G.sin(y), y));
    const gradient = G.makeGraph(G.grad(loss, xs).map((value, i) => ({ name: `g${i}`, value })));
    const feeds = Object.entries(values).map(([name, v]) => [name, G.tensor(v.data, v.shape, 'float64')] as const);
    const results = await run(G.encode(gradient), Object.fromEntries(feeds));
    evaluated(gradient, values).forEach((own, i) => {
      expectClose(results[`g${i}`]!.data, own.data, 1e-13);
    });
  });
});

describe('the graph of a recurrence', () => {
  const count = (graph: G.Graph, name: string): number =>
    G.topologicalOrder(graph.outputs.map((o) => o.value)).filter(({ op }) => op.name === name).length;
  const gradientOf = (variant: Variant): G.Graph => {
    const graph = graphOf(bytesOf(variant));
    const y = graph.outputs[0]!.value;
    const gradients = G.grad(G.reduceSum(G.mul(G.sin(y), y)), graph.inputs);
    return G.makeGraph(gradients.map((value, i) => ({ name: `g${i}`, value })));
  };
  it('has one product with W a direction, and one with R a step', () => {
    expect(count(graphOf(bytesOf({ name: '', type: 'LSTM', given: 'B h c' })), 'matmul')).toBe(1 + T);
    const both: Variant = {
      name: '',
      type: 'GRU',
      attributes: { direction: 'bidirectional', linear_before_reset: 1 },
      given: 'B h',
    };
    expect(count(graphOf(bytesOf(both)), 'matmul')).toBe(2 * (1 + T));
  });
  it.each(types)('joins what its steps hand back: %s', (type) => {
    const [short, long] = [6, 12].map((steps) =>
      gradientOf({ name: '', type, steps, attributes: { linear_before_reset: 1 } }),
    );
    const size = (graph: G.Graph): number => G.topologicalOrder(graph.outputs.map((o) => o.value)).length;
    expect(count(long!, 'pad')).toBe(count(short!, 'pad'));
    expect(size(long!) / size(short!)).toBeLessThan(2);
  });
});

describe('refusals', () => {
  const operandsWith = (at: number, operand: Operand, variant: Variant = { name: '', type: 'LSTM' }): Uint8Array => {
    const node = nodeOf(variant);
    return fileOf({ ...node, operands: node.operands.map((own, i) => (i === at ? operand : own)) });
  };
  const rnn = (more: Partial<Variant>): Uint8Array => bytesOf({ name: '', type: 'RNN', ...more });
  it.each([
    [
      'a symbolic sequence length',
      operandsWith(0, { shape: [T, N, I], batch: true }),
      /symbolic length "N", but its steps are written out one by one: export the model with a fixed sequence length/,
    ],
    ['no steps', rnn({ steps: 0 }), /runs over a sequence of length 0/],
    ['an operand of two axes', operandsWith(0, { shape: [T, I] }), /has X of shape \[4, 2\]; it must have three axes/],
    ['an unknown direction', rnn({ attributes: { direction: 'up' } }), /unknown direction "up"/],
    ['an unknown activation', rnn({ activations: ['Swish'] }), /has the activation "Swish"; supported are Affine, Elu/],
    [
      'too few activations',
      bytesOf({ name: '', type: 'LSTM', activations: ['Sigmoid', 'Tanh'] }),
      /names 2 activations \(Sigmoid, Tanh\); it needs 3/,
    ],
    [
      'an activation without its numbers',
      rnn({ activations: ['Affine'], alpha: [0.3] }),
      /has the activation Affine, for which activation_beta lacks a value/,
    ],
    [
      'weights of another operator',
      operandsWith(1, { shape: [1, 3 * H, I] }),
      /has W and R of shapes \[1, 9, 2\] and \[1, 12, 3\]; both must begin with 1, 12/,
    ],
    [
      'another number of hidden units',
      rnn({ attributes: { hidden_size: 5 } }),
      /has R of shape \[1, 3, 3\]; its last axis must be the number of hidden units/,
    ],
    [
      'a state of another width, as a projection has',
      operandsWith(6, { shape: [1, N, 5] }),
      /initial state of shape \[1, 3, 5\]; its last axis must be the number of hidden units, 3/,
    ],
    ['examples of unequal number', operandsWith(5, { shape: [1, 2, H] }), /cannot be built: .*do not broadcast/],
  ] as const)('%s', (_, bytes, message) => {
    expect(refusalOf(bytes).message).toMatch(message);
  });
});
