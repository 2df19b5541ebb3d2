/** Names of a graph, and which initializers of a file are its parameters. */

import type { onnx as Onnx } from 'onnx-proto';
import protobuf from 'protobufjs/minimal.js';
import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { encodeAttribute, expectClose, graphOf, modelOf, storedTensor, valueInfo, wave } from './oneNode.js';

const uniform = (value: number): G.Tensor => G.tensor([value, value], [2], 'float64');
const ONES = uniform(1);
const ZEROS = uniform(0);
const WAVE = G.tensor(wave([2], 1).map(Math.abs), [2], 'float64');

/** Two normalisations of x [3, 2], one after the other, with `stored` and what is the Identity of what. */
const normalizations = (
  stored: Readonly<Record<string, G.Tensor>>,
  shared: Readonly<Record<string, string>> = {},
): Uint8Array =>
  modelOf(
    {
      node: [
        ...Object.entries(shared).map(([output, input]) => ({
          opType: 'Identity',
          input: [input],
          output: [output],
          name: output,
        })),
        { opType: 'BatchNormalization', input: ['x', 'w1', 'b1', 'm1', 'v1'], output: ['h'], name: 'first' },
        { opType: 'Tanh', input: ['h'], output: ['t'], name: 'tanh' },
        { opType: 'BatchNormalization', input: ['t', 'w2', 'b2', 'm2', 'v2'], output: ['y'], name: 'second' },
      ],
      input: [valueInfo('x', 'float64', [3, 2])],
      initializer: Object.entries(stored).map(([name, value]) => storedTensor(name, value)),
      output: [valueInfo('y', 'float64', [3, 2])],
    },
    17,
  );

const PARAMETERS = ['w1', 'b1', 'w2', 'b2'];
const apart = normalizations({
  ...{ w1: ONES, b1: ZEROS, m1: ZEROS, v1: ONES },
  ...{ w2: ONES, b2: ZEROS, m2: ZEROS, v2: ONES },
});

/** The gradient of Σ y³ in a parameter, at the file's values. */
const gradientOf = (graph: G.Graph, name: string): ArrayLike<number> => {
  const y = graph.outputs[0]!.value;
  const [gradient] = G.grad(G.reduceSum(G.mul(y, G.square(y))), [G.inputNamed(name)(graph)!]);
  const values = [...graph.initializers].map(([key, { shape, data }]) => [
    key,
    { shape, data: Float64Array.from(data as Float64Array) },
  ]);
  const x = { shape: [3, 2], data: Float64Array.from(wave([3, 2], 4)) };
  return G.evaluate([gradient!], { ...Object.fromEntries(values), x })[0]!.data;
};

/** A model's bytes with more at the end of its graph. */
const withGraphFields = (bytes: Uint8Array, more: Uint8Array): Uint8Array => {
  const GRAPH = (7 << 3) | 2;
  const reader = protobuf.Reader.create(bytes);
  const writer = protobuf.Writer.create();
  const rest: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const tag = reader.uint32();
    if (tag === GRAPH) writer.uint32(GRAPH).bytes(Buffer.concat([reader.bytes(), more]));
    else {
      reader.skipType(tag & 7);
      rest.push(bytes.subarray(start, reader.pos));
    }
  }
  return Buffer.concat([...rest, writer.finish()]);
};

/** value_info of a value with what PyTorch's exporter says of it. */
const kindInfo = (name: string, kind: string): Uint8Array => {
  const entry = protobuf.Writer.create()
    .uint32(10)
    .string('pkg.torch.export.graph_signature.InputSpec.kind')
    .uint32(18)
    .string(kind)
    .finish();
  const info = protobuf.Writer.create().uint32(10).string(name).uint32(34).bytes(entry).finish();
  return protobuf.Writer.create()
    .uint32((13 << 3) | 2)
    .bytes(info)
    .finish();
};

describe('an output with the name of an input', () => {
  const a = G.input('a', [2], 'float64');
  it('is refused unless it is that input', () => {
    expect(() => G.makeGraph([{ name: 'a', value: G.mul(a, 2) }])).toThrow(
      /an output and an input are both named "a"; give one another name/,
    );
    expect(G.makeGraph([{ name: 'a', value: a }]).outputs).toHaveLength(1);
  });
});

describe('initializers that a file keeps once because their values are equal', () => {
  it.each([
    ['of the weight and bias', { w1: ONES, b1: ZEROS }, { v1: 'w1', m1: 'b1', w2: 'w1', b2: 'b1', v2: 'w1', m2: 'b1' }],
    ['of the statistics', { m1: ZEROS, v1: ONES }, { w1: 'v1', b1: 'm1', w2: 'v1', b2: 'm1', v2: 'v1', m2: 'm1' }],
    ['one of another', { w1: ONES, b1: ZEROS }, { v1: 'w1', m1: 'b1', w2: 'v1', b2: 'm1', v2: 'w2', m2: 'b2' }],
  ] as const)('are apart: %s', (_, stored, shared) => {
    const graph = graphOf(normalizations(stored, shared));
    const own = graphOf(apart);
    expect([...graph.initializers.keys()]).toEqual(PARAMETERS);
    for (const name of PARAMETERS) expectClose(gradientOf(graph, name), Array.from(gradientOf(own, name)), 1e-14);
  });

  it('are what they are where they are outputs', () => {
    const bytes = modelOf(
      {
        node: [{ opType: 'Identity', input: ['w'], output: ['y'] }],
        initializer: [storedTensor('w', ONES)],
        output: [valueInfo('y', 'float64', [2])],
      },
      17,
    );
    const graph = graphOf(bytes);
    expect(graph.outputs[0]!.value).toBe(G.inputNamed('w')(graph));
  });

  it('stay tied where their entries differ, which is no coincidence', () => {
    const rest = { w1: WAVE, b1: ZEROS, m1: ZEROS, v1: ONES, b2: ZEROS, m2: ZEROS, v2: ONES };
    expect([...graphOf(normalizations(rest, { w2: 'w1' })).initializers.keys()]).toEqual(['w1', 'b1', 'b2']);
  });
});

describe('what PyTorch’s exporter says of an initializer', () => {
  const bytes = modelOf(
    {
      node: [
        { opType: 'Identity', input: ['constant'], output: ['clone'] },
        { opType: 'Sum', input: ['x', 'weight', 'buffer', 'clone', 'unsaid'], output: ['y'] },
      ],
      input: [valueInfo('x', 'float64', [2])],
      initializer: ['weight', 'buffer', 'constant', 'unsaid'].map(
        (name): Onnx.ITensorProto => storedTensor(name, ONES),
      ),
      output: [valueInfo('y', 'float64', [2])],
    },
    17,
  );
  const kinds = { weight: 'PARAMETER', buffer: 'BUFFER', constant: 'CONSTANT_TENSOR' };
  const exported = withGraphFields(
    bytes,
    Buffer.concat(Object.entries(kinds).map(([name, kind]) => kindInfo(name, kind))),
  );
  it('keeps buffers and constants from being parameters', () => {
    expect([...graphOf(bytes).initializers.keys()]).toEqual(['weight', 'buffer', 'clone', 'constant', 'unsaid']);
    expect([...graphOf(exported).initializers.keys()]).toEqual(['weight', 'unsaid']);
  });
  it('makes a scalar a parameter, which without its word is a number like any other', () => {
    const scaled = modelOf(
      {
        node: [{ opType: 'Mul', input: ['x', 'scale'], output: ['y'], name: 'y' }],
        input: [valueInfo('x', 'float64', [2])],
        initializer: [storedTensor('scale', G.tensor([3], [], 'float64'))],
        output: [valueInfo('y', 'float64', [2])],
      },
      17,
    );
    expect([...graphOf(scaled).initializers.keys()]).toEqual([]);
    const said = withGraphFields(scaled, kindInfo('scale', 'PARAMETER'));
    expect([...graphOf(said).initializers.keys()]).toEqual(['scale']);
  });
  it('gives way to what the caller says', () => {
    expect([...graphOf(exported, { parameters: ['buffer'] }).initializers.keys()]).toEqual(['buffer']);
  });
});

describe('a mask', () => {
  const masked = (values: readonly number[]) =>
    modelOf(
      {
        node: [{ opType: 'Add', input: ['x', 'm'], output: ['y'], name: 'y' }],
        input: [valueInfo('x', 'float64', [2])],
        initializer: [storedTensor('m', G.tensor(values, [2], 'float64'))],
        output: [valueInfo('y', 'float64', [2])],
      },
      17,
    );
  it('of −∞ is no parameter unless the caller names it; what is damaged stays one, to be refused', () => {
    const { NEGATIVE_INFINITY: none, POSITIVE_INFINITY: all } = Number;
    expect([...graphOf(masked([0, none])).initializers.keys()]).toEqual([]);
    expect([...graphOf(masked([0, none]), { parameters: ['m'] }).initializers.keys()]).toEqual(['m']);
    for (const damaged of [
      [0, Number.NaN],
      [none, Number.NaN],
      [0, all],
      [none, all],
    ])
      expect([...graphOf(masked(damaged)).initializers.keys()]).toEqual(['m']);
  });
});

describe('weights of classes', () => {
  const SHARES = G.tensor([2, 0.5, 1], [3], 'float32');
  const EQUAL = G.tensor([1, 1, 1], [3], 'float32');
  /** The loss `type` of scores x + b; `b` and the weights `c` are stored, `others` come before the loss. */
  const lossFile = (type: string, stored: Readonly<Record<string, G.Tensor>>, others: Onnx.INodeProto[] = []) =>
    modelOf(
      {
        node: [
          ...others,
          { opType: 'Add', input: ['x', 'b'], output: ['s'], name: 's' },
          { opType: 'LogSoftmax', input: ['s'], output: ['p'], name: 'p' },
          { opType: type, input: [type.startsWith('Soft') ? 's' : 'p', 'y', 'c'], output: ['loss'], name: 'loss' },
        ],
        input: [valueInfo('x', 'float32', [2, 3]), valueInfo('y', 'int64', [2])],
        initializer: Object.entries(stored).map(([name, value]) => storedTensor(name, value)),
        output: [valueInfo('loss', 'float32', [])],
      },
      17,
    );
  const same: Onnx.INodeProto = { opType: 'Identity', input: ['b'], output: ['c'], name: 'same' };
  const read: Onnx.INodeProto = { opType: 'Mul', input: ['c', 'c'], output: ['square'], name: 'square' };

  it.each(['SoftmaxCrossEntropyLoss', 'NegativeLogLikelihoodLoss'])('of %s are no parameters', (type) => {
    const namesOf = (...file: Parameters<typeof lossFile>) => [...graphOf(lossFile(...file)).initializers.keys()];
    expect(namesOf(type, { b: SHARES, c: SHARES })).toEqual(['b']);
    expect(namesOf(type, { b: EQUAL }, [same])).toEqual(['b']);
    expect(namesOf(type, { b: EQUAL, c: SHARES }, [read])).toEqual(['b', 'c']);
    expect([...graphOf(lossFile(type, { b: EQUAL, c: SHARES }), { parameters: ['c'] }).initializers.keys()]).toEqual([
      'c',
    ]);
  });
});

describe('what fills places', () => {
  const NAN = Number.NaN;
  const INFINITY = Number.POSITIVE_INFINITY;
  /** where(c, x·w, f). */
  const filled = (w: readonly number[], f: readonly number[]) =>
    modelOf(
      {
        node: [
          { opType: 'Mul', input: ['x', 'w'], output: ['p'], name: 'p' },
          { opType: 'Where', input: ['c', 'p', 'f'], output: ['y'], name: 'y' },
        ],
        input: [valueInfo('x', 'float64', [2]), valueInfo('c', 'bool', [2])],
        initializer: [storedTensor('w', G.tensor(w, [2], 'float64')), storedTensor('f', G.tensor(f, [2], 'float64'))],
        output: [valueInfo('y', 'float64', [2])],
      },
      17,
    );
  const names = (bytes: Uint8Array, options?: G.DecodeOptions) => [...graphOf(bytes, options).initializers.keys()];

  it('with NaN or +∞ throughout is no parameter unless the caller names it', () => {
    for (const value of [NAN, INFINITY]) {
      expect(names(filled([1, 2], [value, value]))).toEqual(['w']);
      expect(names(filled([1, 2], [value, value]), { parameters: ['f'] })).toEqual(['f']);
    }
  });
  it('is a parameter beside other values, and where nothing else could be one: a model that diverged is to be refused', () => {
    expect(names(filled([1, 2], [NAN, 1]))).toEqual(['w', 'f']);
    expect(names(filled([NAN, NAN], [NAN, NAN]))).toEqual(['w', 'f']);
  });
});

describe('of operators that optimizers fuse', () => {
  /** Names of the parameters of one node, all of whose operands but the first are stored. */
  const parametersOf = (
    opType: string,
    domain: string,
    shapes: readonly (readonly number[])[],
    attribute: Onnx.INodeProto['attribute'] = [],
  ) => {
    const names = shapes.map((_, i) => `in${i}`);
    const bytes = modelOf(
      {
        node: [{ opType, domain, input: names, output: ['y'], name: 'node', attribute }],
        input: [valueInfo('in0', 'float32', shapes[0]!)],
        initializer: shapes
          .slice(1)
          .map((shape, i) =>
            storedTensor(
              names[i + 1]!,
              shape[0] === 0 ? G.tensor([0], [1], 'int64') : G.tensor(wave(shape, i), shape, 'float32'),
            ),
          ),
        output: [valueInfo('y', 'float32')],
      },
      23,
    );
    return [...graphOf(bytes).initializers.keys()];
  };
  it('packed weights and their biases are parameters', () => {
    const heads = [encodeAttribute('num_heads', 2)];
    const shapes = [[2, 3, 4], [4, 12], [12]];
    expect(parametersOf('Attention', 'com.microsoft', shapes, heads)).toEqual(['in1', 'in2']);
    const skip = [[2, 3, 4], [2, 3, 4], [4], [4], [4]];
    expect(parametersOf('SkipLayerNormalization', 'com.microsoft', skip)).toEqual(['in1', 'in2', 'in3', 'in4']);
  });
  it('tables of angles are not', () => {
    const positions = [0];
    const tables = [
      [9, 2],
      [9, 2],
    ];
    expect(parametersOf('RotaryEmbedding', 'com.microsoft', [[2, 3, 4], positions, ...tables])).toEqual([]);
    const heads = [encodeAttribute('num_heads', 1)];
    expect(
      parametersOf(
        'RotaryEmbedding',
        '',
        [
          [2, 3, 4],
          [2, 3, 2],
          [2, 3, 2],
        ],
        heads,
      ),
    ).toEqual([]);
  });
});
