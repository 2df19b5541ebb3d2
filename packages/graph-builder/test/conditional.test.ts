/** If, where its condition follows from shapes, and where it is computed from data. */

import onnxProto, { type onnx as Onnx } from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { fileWith, graphProto, node } from './graphs.js';
import { expectAdjoint, expectDerivatives } from './laws.js';
import { expectClose, expectImported, graphOf, modelOf, refusalOf, storedTensor, valueInfo, wave } from './oneNode.js';

const { GRAPH } = onnxProto.onnx.AttributeProto.AttributeType;

const integers = (values: readonly number[], shape: readonly number[] = [values.length]): G.Tensor =>
  G.tensor(values, shape, 'int64');

const branch = (name: string, node: readonly Onnx.INodeProto[], output: string): Onnx.IAttributeProto => ({
  name,
  type: GRAPH,
  g: { name, node: [...node], output: [{ name: output }] },
});

/** Is axis 1 of `of` one long? As PyTorch's tracing exporter asks before it squeezes. */
const question = (of: string, answer: string): readonly Onnx.INodeProto[] => [
  { opType: 'Shape', input: [of], output: [`${answer}.shape`], name: `${answer}.shape` },
  { opType: 'Gather', input: [`${answer}.shape`, 'axis'], output: [`${answer}.length`], name: `${answer}.length` },
  { opType: 'Equal', input: [`${answer}.length`, 'one'], output: [answer], name: answer },
];

/** Both conditionals call what they make inside `inner`. */
const squeezed = (of: string, to: string): readonly Onnx.INodeProto[] => [
  ...question(of, `${to}.is`),
  {
    opType: 'If',
    name: to,
    input: [`${to}.is`],
    output: [to],
    attribute: [
      branch('then_branch', [{ opType: 'Squeeze', input: [of, 'axis'], output: ['inner'], name: 's' }], 'inner'),
      branch('else_branch', [{ opType: 'Identity', input: [of], output: ['inner'], name: 'i' }], 'inner'),
    ],
  },
];

const file = (nodes: readonly Onnx.INodeProto[], shape: readonly G.Dim[]): Uint8Array =>
  modelOf(
    {
      node: [...nodes],
      input: [valueInfo('x', 'float32', shape)],
      initializer: [storedTensor('axis', integers([1])), storedTensor('one', integers([1]))],
      output: [valueInfo('y', 'float32')],
    },
    17,
  );

const evaluated = (graph: G.Graph, shape: readonly number[]) => {
  const x = { shape, data: Float64Array.from(wave(shape, 1)) };
  return { x, y: G.evaluate([graph.outputs[0]!.value], { x })[0]! };
};

describe('a conditional whose condition follows from shapes', () => {
  it('is the branch that it picks, one after another, with names of its own inside', () => {
    const graph = graphOf(file([...squeezed('x', 'h'), ...squeezed('h', 'y')], ['N', 1, 3]));
    expect(graph.outputs[0]!.value.shape).toEqual(['N', 3]);
    const { x, y } = evaluated(graph, [2, 1, 3]);
    expectClose(y.data, Array.from(x.data), 0);
  });

  it('is the other branch where the axis is longer', () => {
    expect(graphOf(file(squeezed('x', 'y'), ['N', 2, 3])).outputs[0]!.value.shape).toEqual(['N', 2, 3]);
  });

  it('may stand inside another', () => {
    const nested = [
      ...question('x', 'is'),
      {
        opType: 'If',
        name: 'outer',
        input: ['is'],
        output: ['y'],
        attribute: [
          branch('then_branch', squeezed('x', 'deep'), 'deep'),
          branch('else_branch', [{ opType: 'Identity', input: ['x'], output: ['same'] }], 'same'),
        ],
      },
    ];
    expect(graphOf(file(nested, [4, 1, 3])).outputs[0]!.value.shape).toEqual([4, 3]);
  });

  it('is refused, by name, where the branch cannot be read', () => {
    const asked = (bytes: Uint8Array) => G.decode(bytes);
    const unreadable = (bad: 'then_branch' | 'else_branch') => {
      const nodes = squeezed('x', 'y');
      const own = branch(bad, [{ opType: 'StringNormalizer', input: ['x'], output: ['z'], name: 'sn' }], 'z');
      const kept = nodes.at(-1)!.attribute!.filter(({ name }) => name !== bad);
      return file([...nodes.slice(0, -1), { ...nodes.at(-1)!, attribute: [...kept, own] }], [2, 1, 3]);
    };
    expect(asked(unreadable('else_branch'))._tag).toBe('Right');
    expect(asked(unreadable('then_branch'))).toMatchObject({
      left: { _tag: 'UnsupportedOperators', message: expect.stringContaining('StringNormalizer ("sn")') },
    });
  });
});

/** y is `yes` of x where the sum of x is positive, `no` of x elsewhere. */
const chosen = (yes: string, no: string): Uint8Array =>
  fileWith({
    inputs: { x: ['float32', ['N', 3]] },
    stored: { zero: G.tensor([0], [], 'float32') },
    nodes: [
      node('ReduceSum', ['x'], 'total', { keepdims: 0 }),
      node('Greater', ['total', 'zero'], 'positive'),
      node('If', ['positive'], 'y', {
        then_branch: graphProto({ nodes: [node(yes, ['x'], 'a')], outputs: { a: 'float32' } }),
        else_branch: graphProto({ nodes: [node(no, ['x'], 'b')], outputs: { b: 'float32' } }),
      }),
    ],
    outputs: { y: 'float32' },
  });

describe('a conditional whose condition is computed from data', () => {
  it.each([1, -1])(
    'gives the results of the branch that it picks (sum of sign %i), and their derivatives',
    async (sign) => {
      const data = wave([2, 3], 2).map((v) => sign * Math.abs(v));
      const bytes = chosen('Sin', 'Exp');
      await expectImported(bytes, { x: G.tensor(data, [2, 3], 'float32') });
      const graph = graphOf(bytes, { dtype: 'float64' });
      const y = graph.outputs[0]!.value;
      const values = { x: { shape: [2, 3], data: Float64Array.from(data) } };
      expectDerivatives(y, graph.inputs, values);
      expectAdjoint(y, graph.inputs, values);
      const [slope] = G.evaluate(G.grad(G.reduceSum(y), graph.inputs), values);
      expectClose(slope!.data, data.map(sign > 0 ? Math.cos : Math.exp), 1e-12);
    },
  );

  it('is refused, by name, where the branches differ in shape', () => {
    expect(refusalOf(chosen('Shape', 'Exp')).message).toMatch(
      /^node "If of y" \(If\) picks between int64\[2\] and float32\[N, 3\] by a condition that is computed from data \("positive"\); export/,
    );
  });
});
