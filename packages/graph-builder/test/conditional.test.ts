/** If, where its condition follows from shapes. */

import onnxProto, { type onnx as Onnx } from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { expectClose, graphOf, modelOf, storedTensor, valueInfo, wave } from './oneNode.js';

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

  it('is refused, by name, where the condition is computed from data or the branch cannot be read', () => {
    const asked = (bytes: Uint8Array) => G.decode(bytes);
    const fromData = [
      { opType: 'ReduceMax', input: ['x'], output: ['top'], attribute: [], name: 'top' },
      {
        opType: 'Cast',
        input: ['top'],
        output: ['is'],
        attribute: [{ name: 'to', type: 2, i: 9 as never }],
        name: 'is',
      },
      { ...squeezed('x', 'y').at(-1)!, input: ['is'] },
    ];
    expect(asked(file(fromData, [2, 1, 3]))).toMatchObject({
      left: {
        message: expect.stringMatching(/^node "y" \(If\) needs operand 0 \("is"\) to be known when the file is read/),
      },
    });
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
