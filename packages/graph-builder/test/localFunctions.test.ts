import Long from 'long';
import onnxProto, { type onnx as Onnx } from 'onnx-proto';
import protobuf from 'protobufjs/minimal.js';
import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { graphProto } from './graphs.js';
import {
  encodeAttribute,
  expectClose,
  expectImported,
  graphOf,
  modelOf,
  refusalOf,
  valueInfo,
  wave,
} from './oneNode.js';
import { run } from './runtime.js';

const { onnx } = onnxProto;

const node = (
  opType: string,
  input: readonly string[],
  output: readonly string[],
  attribute: readonly Onnx.IAttributeProto[] = [],
  domain = '',
): Onnx.INodeProto => ({ opType, input: [...input], output: [...output], attribute: [...attribute], domain });

const define = (
  name: string,
  input: readonly string[],
  output: readonly string[],
  nodes: readonly Onnx.INodeProto[],
  attribute: readonly string[] = [],
  opset = 17,
  domain = 'own',
): Onnx.IFunctionProto => ({
  name,
  domain,
  input: [...input],
  output: [...output],
  attribute: [...attribute],
  node: [...nodes],
  opsetImport: [
    { domain: '', version: Long.fromNumber(opset) },
    { domain, version: Long.fromNumber(1) },
  ],
});

/** An attribute whose value is the call's. */
const reference = (name: string, refAttrName: string): Onnx.IAttributeProto => ({
  name,
  refAttrName,
  type: onnx.AttributeProto.AttributeType.FLOAT,
});

const file = (
  nodes: readonly Onnx.INodeProto[],
  functions: readonly Onnx.IFunctionProto[],
  outputs: readonly string[] = ['y'],
): Uint8Array =>
  modelOf(
    {
      node: [...nodes],
      input: [valueInfo('x', 'float32', ['N', 3])],
      output: outputs.map((name) => valueInfo(name, 'float32', ['N', 3])),
    },
    17,
    functions,
  );

const feeds = { x: G.tensor(wave([2, 3], 1), [2, 3], 'float32') };

const leaky = define(
  'Leaky',
  ['a'],
  ['b'],
  [node('LeakyRelu', ['a'], ['b'], [reference('alpha', 'slope')])],
  ['slope'],
);
const twice = define(
  'Twice',
  ['a'],
  ['c'],
  [
    node('Leaky', ['a'], ['t'], [reference('slope', 'slope')], 'own'),
    node('Leaky', ['t'], ['c'], [encodeAttribute('slope', { float: 0.5 })], 'own'),
  ],
  ['slope'],
);
const twiceOf = (from: string, to: string, slope: number) =>
  node('Twice', [from], [to], [encodeAttribute('slope', { float: slope })], 'own');

describe('local functions, written out, compute what the file does', () => {
  it.each([
    ['one call', [node('Leaky', ['x'], ['y'], [encodeAttribute('slope', { float: 0.3 })], 'own')]],
    // LeakyRelu's own default takes the place of a reference without a value.
    ['an attribute left out', [node('Leaky', ['x'], ['y'], [], 'own')]],
    ['nested calls, each with its attributes', [twiceOf('x', 't', 0.3), twiceOf('t', 'y', 0.7)]],
    [
      'the same inner names outside',
      [node('Tanh', ['x'], ['t']), twiceOf('t', 'b', 0.2), node('Add', ['b', 't'], ['y'])],
    ],
  ])('%s', async (_, nodes) => {
    const graph = await expectImported(file(nodes, [leaky, twice]), feeds);
    expect(graph.outputs[0]!.value.shape).toEqual(['N', 3]);
  });

  it('a function of an operator’s name and domain, in the operator’s place', () => {
    const own = define('Gelu', ['a'], ['b'], [node('Neg', ['a'], ['b'])], [], 17, 'com.microsoft');
    const call = node('Gelu', ['x'], ['y'], [], 'com.microsoft');
    const x = { shape: [2, 3], data: Float64Array.from(feeds.x.data) };
    const valueWith = (functions: readonly Onnx.IFunctionProto[]) =>
      G.evaluate([graphOf(file([call], functions)).outputs[0]!.value], { x })[0]!.data;
    expect([...valueWith([own])]).toEqual([...x.data].map((v) => -v));
    expect(valueWith([])[0]).toBeCloseTo(G.evaluate([G.gelu(G.input('x', [2, 3]))], { x })[0]!.data[0]!, 12);
  });

  it('operands and results that are left out', async () => {
    const clipTwice = define(
      'ClipTwice',
      ['a', 'low', 'high'],
      ['b', 'c'],
      [node('Clip', ['a', 'low', 'high'], ['b']), node('Neg', ['b'], ['c'])],
    );
    const half = node('Constant', [], ['half'], [encodeAttribute('value_float', { float: 0.5 })]);
    await expectImported(file([half, node('ClipTwice', ['x', '', 'half'], ['', 'y'], [], 'own')], [clipTwice]), feeds);
  });

  it('names, calls and attributes in a body, which are those of the function and not of the graph that calls it', async () => {
    const body = graphProto({
      inputs: { step: ['int64', []], on: ['bool', []], h: 'float32' },
      nodes: [
        node('Identity', ['on'], ['go']),
        node('Leaky', ['h'], ['t'], [reference('slope', 'slope')], 'own'),
        node('Sub', ['t', 'a'], ['next']),
      ],
      outputs: { go: 'bool', next: 'float32' },
    });
    const { GRAPH } = onnx.AttributeProto.AttributeType;
    const repeat = define(
      'Repeat',
      ['a'],
      ['b'],
      [
        node('Constant', [], ['three'], [encodeAttribute('value_int', 3)]),
        node('Loop', ['three', '', 'a'], ['b'], [{ name: 'body', type: GRAPH, g: body }]),
      ],
      ['slope'],
    );
    const calls = [
      node('Neg', ['x'], ['a']),
      node('Repeat', ['x'], ['t'], [encodeAttribute('slope', { float: 0.3 })], 'own'),
      node('Sub', ['t', 'a'], ['y']),
    ];
    const graph = graphOf(file(calls, [leaky, repeat]));
    const x = { shape: [2, 3], data: Float64Array.from(feeds.x.data as Float32Array) };
    const wanted = x.data.map((v) => {
      let h = v;
      for (let step = 0; step < 3; step++) h = (h < 0 ? 0.3 * h : h) - v;
      return h + v;
    });
    expectClose(G.evaluate([graph.outputs[0]!.value], { x })[0]!.data, wanted, 1e-7);
    const older = { ...leaky, opsetImport: [{ domain: '', version: Long.fromNumber(15) }] };
    expect(refusalOf(file(calls, [older, repeat])).message).toMatch(
      /local function of operator set 15, called in a graph of set 17; export the model with one set/,
    );
  });

  it('a result that is an operand', async () => {
    const swap = define('Swap', ['a', 'b'], ['b', 'a'], []);
    const nodes = [node('Neg', ['x'], ['n']), node('Swap', ['x', 'n'], ['y', 'z'], [], 'own')];
    const graph = graphOf(file(nodes, [swap], ['y', 'z']));
    const out = await run(G.encode(graph), feeds);
    expectClose(
      out.y!.data,
      Array.from(feeds.x.data, (v) => -v),
      0,
    );
    expectClose(out.z!.data, feeds.x.data, 0);
  });

  it('a function’s own operator set', () => {
    // Softmax meant all axes from axis 1 on before opset 13.
    const old = define('Old', ['a'], ['b'], [node('Softmax', ['a'], ['b'])], [], 11);
    const bytes = modelOf(
      {
        node: [node('Old', ['x'], ['y'], [], 'own')],
        input: [valueInfo('x', 'float32', [2, 2, 2])],
        output: [valueInfo('y', 'float32', [2, 2, 2])],
      },
      17,
      [old],
    );
    const data = Float64Array.from(wave([2, 2, 2], 1));
    const [y] = G.evaluate([graphOf(bytes).outputs[0]!.value], { x: { shape: [2, 2, 2], data } });
    const sums = [0, 4].map((start) => y!.data.slice(start, start + 4).reduce((a, b) => a + b));
    expectClose(sums, [1, 1], 1e-14);
  });
});

/** A model's bytes with fields that the parser's schema lacks written at the end of the first function and first node. */
const withField = (
  bytes: Uint8Array,
  message: 'node' | 'function' | 'model',
  number: number,
  value: Uint8Array,
): Uint8Array => {
  const model = onnx.ModelProto.decode(bytes);
  const extended = (encoded: Uint8Array): Uint8Array => {
    const writer = protobuf.Writer.create();
    writer.uint32((number << 3) | 2).bytes(value);
    return Uint8Array.from([...encoded, ...writer.finish()]);
  };
  const nested = (field: number, payload: Uint8Array): Uint8Array =>
    protobuf.Writer.create()
      .uint32((field << 3) | 2)
      .bytes(payload)
      .finish();
  if (message === 'model') return extended(bytes);
  if (message === 'function') {
    const [first, ...rest] = model.functions;
    const plain = onnx.ModelProto.encode({ ...model, functions: [] }).finish();
    return Uint8Array.from([
      ...plain,
      ...nested(25, extended(onnx.FunctionProto.encode(first!).finish())),
      ...rest.flatMap((f) => [...nested(25, onnx.FunctionProto.encode(f).finish())]),
    ]);
  }
  const [first, ...rest] = model.graph!.node!;
  const graph = onnx.GraphProto.encode({ ...model.graph, node: [] }).finish();
  const nodes = [
    extended(onnx.NodeProto.encode(first!).finish()),
    ...rest.map((n) => onnx.NodeProto.encode(n).finish()),
  ];
  const plain = onnx.ModelProto.encode({ ...model, graph: null }).finish();
  return Uint8Array.from([
    ...plain,
    ...nested(7, Uint8Array.from([...graph, ...nodes.flatMap((n) => [...nested(1, n)])])),
  ]);
};

describe('fields newer than the parser', () => {
  const bytes = file([node('Leaky', ['x'], ['y'], [], 'own')], [leaky]);
  const text = (s: string): Uint8Array => new TextEncoder().encode(s);
  const own = (b: Uint8Array): G.Expr => graphOf(b).outputs[0]!.value;

  it('default values of a function’s attributes are used', () => {
    const slope = onnx.AttributeProto.encode(encodeAttribute('slope', { float: 0.25 })).finish();
    const [y] = G.evaluate([own(withField(bytes, 'function', 11, slope))], {
      x: { shape: [1, 3], data: Float64Array.of(-1, 0, 2) },
    });
    expectClose(y!.data, [-0.25, 0, 2], 0);
  });
  it.each([
    ['node', 9],
    ['node', 10],
    ['function', 12],
    ['function', 14],
    ['model', 26],
  ] as const)('an annotation (%s, field %i) changes nothing', (message, number) => {
    expect(own(withField(bytes, message, number, text('')))).toBe(own(bytes));
  });
  it.each([
    ['node', 8],
    ['function', 13],
  ] as const)('an overload (%s, field %i) is refused', (message, number) => {
    expect(refusalOf(withField(bytes, message, number, text('other'))).message).toMatch(
      /overload "other".* not supported/,
    );
    expect(own(withField(bytes, message, number, text('')))).toBe(own(bytes));
  });
  it.each(['node', 'function', 'model'] as const)('an unknown field of a %s is refused', (message) => {
    expect(refusalOf(withField(bytes, message, 77, text('?'))).message).toMatch(/has field 77, which is newer/);
  });
});

describe('local functions that are refused', () => {
  it('one that calls itself, by another', () => {
    const a = define('A', ['a'], ['b'], [node('B', ['a'], ['b'], [], 'own')]);
    const b = define('B', ['a'], ['b'], [node('A', ['a'], ['b'], [], 'own')]);
    expect(refusalOf(file([node('A', ['x'], ['y'], [], 'own')], [a, b])).message).toMatch(
      /the function A calls itself: own\.A → own\.B → own\.A/,
    );
  });
  it('a call with more operands than the function has', () => {
    expect(refusalOf(file([node('Leaky', ['x', 'x'], ['y'], [], 'own')], [leaky])).message).toMatch(
      /gives 2 operands .* the function Leaky has 1 and 1/,
    );
  });
  it('ones that double and double again', () => {
    const doubling = Array.from({ length: 40 }, (_, i) =>
      define(
        `F${i}`,
        ['a'],
        ['b'],
        i === 0
          ? [node('Neg', ['a'], ['b'])]
          : [node(`F${i - 1}`, ['a'], ['t'], [], 'own'), node(`F${i - 1}`, ['t'], ['b'], [], 'own')],
      ),
    );
    expect(refusalOf(file([node('F39', ['x'], ['y'], [], 'own')], doubling)).message).toMatch(
      /write out more than 200000 nodes/,
    );
  });
  it('a chain of calls deeper than any model’s', () => {
    const chain = Array.from({ length: 20000 }, (_, i) =>
      define(`F${i}`, ['a'], ['b'], [i === 0 ? node('Neg', ['a'], ['b']) : node(`F${i - 1}`, ['a'], ['b'], [], 'own')]),
    );
    expect(refusalOf(file([node('F19999', ['x'], ['y'], [], 'own')], chain)).message).toMatch(/more than 100 deep/);
  });
  it('an unsupported operator inside one, by the way to it', () => {
    const outer = define('Outer', ['a'], ['b'], [{ ...node('Frobnicate', ['a'], ['b']), name: 'inner' }]);
    const error = refusalOf(file([{ ...node('Outer', ['x'], ['y'], [], 'own'), name: 'call' }], [outer]));
    expect(error._tag === 'UnsupportedOperators' && error.nodes).toEqual([
      { name: 'call#1/inner', opType: 'Frobnicate', onPath: true },
    ]);
  });
});
