/** Damaged and hostile files: decode gives a Left with a one-line message, in bounded time and memory, and never throws. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import Long from 'long';
import onnxProto, { type onnx as Onnx } from 'onnx-proto';
import { afterAll, describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { importersByDomain } from '../src/onnx/importers/domains.js';

const { onnx } = onnxProto;
const { AttributeType } = onnx.AttributeProto;
const { DataType } = onnx.TensorProto;

const golden = (name: string): Uint8Array =>
  new Uint8Array(
    readFileSync(fileURLToPath(new URL(`../../../test-fixtures/golden/${name}/model.onnx`, import.meta.url))),
  );

const perceptron = golden('mlp-tanh');
const convolutional = golden('vgg-tiny');

type Outcome = 'graph' | G.DecodeError['_tag'];

/** Decodes and holds the result to the contract; a graph must also encode, or refuse with a GraphError. */
const outcomeOf = (bytes: Uint8Array): Outcome => {
  const result = G.decode(bytes);
  if (E.isLeft(result)) {
    expect(result.left.message).toMatch(/^\S.{8,}$/s);
    return result.left._tag;
  }
  try {
    G.encode(result.right);
  } catch (cause) {
    if (!(cause instanceof G.GraphError)) throw cause;
  }
  return 'graph';
};

const tally = (files: Iterable<Uint8Array>): ReadonlyMap<Outcome, number> => {
  const counts = new Map<Outcome, number>();
  for (const bytes of files) {
    const outcome = outcomeOf(bytes);
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
  return counts;
};

const sum = (counts: ReadonlyMap<Outcome, number>): number => [...counts.values()].reduce((a, b) => a + b, 0);

function* truncations(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let length = 0; length < bytes.length; length++) yield bytes.slice(0, length);
}

/** Every third bit, which meets each bit of a byte in turn. */
function* bitFlips(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let bit = 0; bit < bytes.length * 8; bit += 3) {
    const damaged = bytes.slice();
    damaged[bit >> 3]! ^= 1 << (bit & 7);
    yield damaged;
  }
}

// The peak of resident memory only grows, so a large allocation shows however soon it is collected.
const peakBefore = process.resourceUsage().maxRSS;
afterAll(() => {
  expect((process.resourceUsage().maxRSS - peakBefore) / 1024).toBeLessThan(512);
});

describe('damaged bytes', () => {
  it('every truncation of a perceptron and of a convolution net', () => {
    for (const bytes of [perceptron, convolutional]) {
      const counts = tally(truncations(bytes));
      expect(sum(counts)).toBe(bytes.length);
      // Whatever is cut off, the graph's outputs or the operator set are gone with it: no prefix is taken for a model.
      expect(counts.get('graph')).toBeUndefined();
    }
  });

  it('single flipped bits of a perceptron', { timeout: 60_000 }, () => {
    const counts = tally(bitFlips(perceptron));
    expect(sum(counts)).toBe(Math.ceil((perceptron.length * 8) / 3));
    expect(counts.get('NotOnnx')).toBeGreaterThan(100);
    expect(counts.get('UndefinedValue')).toBeGreaterThan(100);
    expect(counts.get('UnsupportedOperators')).toBeGreaterThan(100);
    expect(counts.get('InvalidTensor')).toBeGreaterThan(10);
  });

  it('bytes overwritten, inserted and removed at random in a convolution net', () => {
    const edit = fc.record({
      at: fc.nat({ max: convolutional.length - 1 }),
      remove: fc.nat({ max: 40 }),
      insert: fc.uint8Array({ maxLength: 40 }),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), (edits) => {
        const damaged = edits.reduce(
          (bytes, { at, remove, insert }) =>
            Uint8Array.of(...bytes.slice(0, at), ...insert, ...bytes.slice(at + remove)),
          convolutional,
        );
        outcomeOf(damaged);
      }),
      { numRuns: 300 },
    );
  });

  it('bytes that were never a model', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(outcomeOf(bytes)).not.toBe('graph');
      }),
      { numRuns: 2000 },
    );
  });
});

const long = (value: string | number): Long => Long.fromString(String(value));

const ints = (name: string, values: readonly (string | number)[]): Onnx.IAttributeProto => ({
  name,
  type: AttributeType.INTS,
  ints: values.map(long),
});

const int = (name: string, value: string | number): Onnx.IAttributeProto => ({
  name,
  type: AttributeType.INT,
  i: long(value),
});

const vector = (name: string, values: readonly (string | number)[]): Onnx.ITensorProto => ({
  name,
  dataType: DataType.INT64,
  dims: [long(values.length)],
  int64Data: values.map(long),
});

const floats = (name: string, shape: readonly (string | number)[], data: readonly number[]): Onnx.ITensorProto => ({
  name,
  dataType: DataType.FLOAT,
  dims: shape.map(long),
  floatData: [...data],
});

const valueInfo = (name: string, shape: readonly (string | number)[]): Onnx.IValueInfoProto => ({
  name,
  type: {
    tensorType: {
      elemType: DataType.FLOAT,
      shape: { dim: shape.map((d) => (/^-?\d+$/.test(String(d)) ? { dimValue: long(d) } : { dimParam: String(d) })) },
    },
  },
});

interface File {
  readonly nodes: readonly Onnx.INodeProto[];
  readonly input?: readonly (string | number)[];
  readonly initializers?: readonly Onnx.ITensorProto[];
  readonly more?: readonly Onnx.IValueInfoProto[];
  readonly outputs?: readonly string[];
  readonly opset?: number;
}

/** A model that reads x and gives y, written without the code under test. */
const file = ({
  nodes,
  input = ['N', 3],
  initializers = [],
  more = [],
  outputs = ['y'],
  opset = 17,
}: File): Uint8Array =>
  onnx.ModelProto.encode(
    onnx.ModelProto.create({
      irVersion: long(8),
      opsetImport: [{ domain: '', version: long(opset) }],
      graph: {
        name: 'hostile',
        node: nodes.map((n) => ({ name: `${n.opType} ${n.output?.[0]}`, ...n })),
        input: [valueInfo('x', input), ...more],
        initializer: [...initializers],
        output: outputs.map((name) => valueInfo(name, ['N'])),
      },
    }),
  ).finish();

const node = (
  opType: string,
  input: readonly string[],
  output: readonly string[] = ['y'],
  attribute: readonly Onnx.IAttributeProto[] = [],
): Onnx.INodeProto => ({ opType, input: [...input], output: [...output], attribute: [...attribute] });

const HUGE = '4611686018427387904'; // 2⁶²
const MINUS = '-9223372036854775808'; // −2⁶³

const left = (bytes: Uint8Array): G.DecodeError => {
  const result = G.decode(bytes);
  if (E.isRight(result)) throw new Error('it was taken for a model');
  return result.left;
};

describe('graphs that contradict themselves', () => {
  it.each<[string, File, G.DecodeError['_tag'], RegExp]>([
    [
      'a cycle of two nodes',
      { nodes: [node('Tanh', ['b'], ['a']), node('Exp', ['a'], ['b']), node('Add', ['x', 'b'])] },
      'UndefinedValue',
      /"b".*cycles/,
    ],
    ['a node that reads itself', { nodes: [node('Add', ['x', 'y'])] }, 'UndefinedValue', /"y"/],
    ['nodes out of order', { nodes: [node('Exp', ['a']), node('Tanh', ['x'], ['a'])] }, 'UndefinedValue', /"a"/],
    ['two nodes with one output', { nodes: [node('Tanh', ['x']), node('Exp', ['x'])] }, 'DuplicateName', /"y"/],
    [
      'a node that writes the input',
      { nodes: [node('Tanh', ['x'], ['x']), node('Exp', ['x'])] },
      'DuplicateName',
      /"x"/,
    ],
    ['two inputs of one name', { nodes: [node('Tanh', ['x'])], more: [valueInfo('x', [1])] }, 'DuplicateName', /"x"/],
    [
      'two initializers of one name',
      { nodes: [node('Mul', ['x', 'w'])], initializers: [floats('w', [1], [1]), floats('w', [1], [2])] },
      'DuplicateName',
      /"w"/,
    ],
    [
      'an initializer that a node writes again',
      { nodes: [node('Tanh', ['x'], ['w']), node('Mul', ['x', 'w'])], initializers: [floats('w', [1], [1])] },
      'DuplicateName',
      /"w"/,
    ],
    [
      'an output that nothing defines',
      { nodes: [node('Tanh', ['x'], ['z'])] },
      'UndefinedValue',
      /"y".*the outputs are/,
    ],
    ['a node without operands', { nodes: [node('Tanh', [])] }, 'InvalidNode', /lacks operand 0/],
    [
      'an unknown operator off the path and one on it',
      { nodes: [node('Quux', ['x'], ['z']), node('Frob', ['x'])] },
      'UnsupportedOperators',
      /2 unsupported nodes.*not on the path/,
    ],
  ])('%s', (_, contents, tag, message) => {
    const error = left(file(contents));
    expect(error._tag).toBe(tag);
    expect(error.message).toMatch(message);
  });

  it('a list of outputs that repeats a name', () => {
    expect(left(file({ nodes: [node('Tanh', ['x'])], outputs: ['y', 'y'] })).message).toMatch(/"y"/);
  });
});

describe('absurd sizes', () => {
  const tensors: readonly (readonly [string, Onnx.ITensorProto])[] = [
    ['2⁶² elements', floats('w', [HUGE], [1])],
    ['a product beyond 2⁶³', floats('w', ['2147483647', '2147483647', '2147483647'], [1])],
    ['2³¹ elements and none given', floats('w', ['2147483648'], [])],
    ['a negative dimension', floats('w', [-3], [1])],
    ['the most negative dimension', floats('w', [MINUS], [1])],
    ['fewer elements than the shape', floats('w', [3], [1])],
    ['raw bytes that are no whole elements', { ...floats('w', [3], []), rawData: new Uint8Array(11) }],
    ['an unknown element type', { ...floats('w', [1], [1]), dataType: 99 }],
    [
      'data in a file that is not there',
      {
        name: 'w',
        dataType: DataType.FLOAT,
        dims: [long('2147483648')],
        dataLocation: 1,
        externalData: [
          { key: 'location', value: 'weights.bin' },
          { key: 'offset', value: '0' },
          { key: 'length', value: '8589934592' },
        ],
      },
    ],
  ];
  it.each(tensors)('an initializer with %s', (_, initializer) => {
    const result = G.decode(file({ nodes: [node('Mul', ['x', 'w'])], initializers: [initializer] }));
    const tag = initializer.externalData ? 'MissingExternalData' : 'InvalidTensor';
    expect(E.isLeft(result) && result.left).toMatchObject({ _tag: tag, tensor: 'w' });
  });
  it.each(tensors)('a Constant node with %s', (_, value) => {
    const attribute = [{ name: 'value', type: AttributeType.TENSOR, t: value }];
    expect(outcomeOf(file({ nodes: [node('Constant', [], ['w'], attribute), node('Mul', ['x', 'w'])] }))).not.toBe(
      'graph',
    );
  });

  /** Operators whose result is far larger than what the file holds; whether refused or kept symbolic, nothing may be allocated. */
  const growing: readonly (readonly [string, File])[] = [
    ['an input of 2⁶² rows', { input: [HUGE, 3], nodes: [node('Tanh', ['x'])] }],
    ['an input of −5 rows', { input: [-5, 3], nodes: [node('Tanh', ['x'])] }],
    [
      'Expand of a constant',
      {
        nodes: [node('Expand', ['w', 's'], ['e']), node('ReduceSum', ['e'], ['r']), node('Mul', ['x', 'r'])],
        initializers: [floats('w', [], [1]), vector('s', ['1099511627776'])],
      },
    ],
    [
      'Expand of a constant vector',
      {
        nodes: [
          node('Expand', ['w', 's'], ['e']),
          node('ReduceSum', ['e'], ['r'], [int('keepdims', 0)]),
          node('Mul', ['x', 'r']),
        ],
        initializers: [floats('w', [2], [1, 2]), vector('s', ['34359738368', 2])],
      },
    ],
    [
      'Expand of an integer',
      {
        nodes: [node('Expand', ['w', 's'], ['e']), node('Cast', ['e'], ['y'], [int('to', 1)])],
        initializers: [vector('w', [3]), vector('s', ['1099511627776'])],
      },
    ],
    [
      'LRN over 2⁴⁰ channels',
      { input: ['N', 3, 5], nodes: [node('LRN', ['x'], ['y'], [int('size', '1099511627776')])] },
    ],
    [
      'LRN over 2³¹ of 2⁴⁰ channels',
      { input: ['N', 2 ** 40, 5], nodes: [node('LRN', ['x'], ['y'], [int('size', 2 ** 31)])] },
    ],
    [
      'GridSample of 2⁴⁰ columns',
      {
        input: ['N', 1, 2, 2 ** 40],
        nodes: [node('GridSample', ['x', 'g'])],
        more: [valueInfo('g', ['N', 1, 1, 2])],
        opset: 20,
      },
    ],
    ...(['output_height', 'output_width', 'sampling_ratio'] as const).map((name): readonly [string, File] => [
      `RoiAlign with ${name} 2⁴⁰`,
      {
        input: ['N', 1, 5, 5],
        nodes: [
          node(
            'RoiAlign',
            ['x', 'r', 'i'],
            ['y'],
            ['output_height', 'output_width', 'sampling_ratio'].map((each) =>
              int(each, each === name ? '1099511627776' : 1),
            ),
          ),
        ],
        initializers: [floats('r', [1, 4], [0, 0, 2, 2]), vector('i', [0])],
      },
    ]),
    [
      'AffineGrid of 2⁴⁰ columns',
      {
        input: ['N', 2, 3],
        nodes: [node('AffineGrid', ['x', 's'])],
        initializers: [vector('s', [1, 1, 1, '1099511627776'])],
        opset: 20,
      },
    ],
    [
      'ConstantOfShape',
      {
        nodes: [
          node('ConstantOfShape', ['s'], ['e']),
          node('ReduceSum', ['e'], ['r'], [int('keepdims', 0)]),
          node('Mul', ['x', 'r']),
        ],
        initializers: [vector('s', [HUGE])],
      },
    ],
    [
      'Tile of a constant',
      {
        nodes: [
          node('Tile', ['w', 's'], ['e']),
          node('ReduceSum', ['e'], ['r'], [int('keepdims', 0)]),
          node('Mul', ['x', 'r']),
        ],
        initializers: [floats('w', [2], [1, 2]), vector('s', ['1099511627776'])],
      },
    ],
    [
      'Range',
      {
        nodes: [
          node('Range', ['a', 'b', 'c'], ['e']),
          node('ReduceSum', ['e'], ['r'], [int('keepdims', 0)]),
          node('Cast', ['r'], ['f'], [int('to', 1)]),
          node('Mul', ['x', 'f']),
        ],
        initializers: [0, HUGE, 1].map((v, i) => ({ ...vector('abc'[i]!, [v]), dims: [] })),
      },
    ],
    [
      'Range with step 0',
      {
        nodes: [
          node('Range', ['a', 'b', 'c'], ['e']),
          node('Cast', ['e'], ['f'], [int('to', 1)]),
          node('Mul', ['x', 'f']),
        ],
        initializers: [0, 9, 0].map((v, i) => ({ ...vector('abc'[i]!, [v]), dims: [] })),
      },
    ],
    [
      'Pad of a constant',
      {
        nodes: [
          node('Pad', ['w', 'p'], ['e']),
          node('ReduceSum', ['e'], ['r'], [int('keepdims', 0)]),
          node('Mul', ['x', 'r']),
        ],
        initializers: [floats('w', [2], [1, 2]), vector('p', ['1099511627776', 0])],
      },
    ],
    [
      'Pad by −2⁶³',
      {
        nodes: [node('Pad', ['w', 'p'], ['e']), node('Mul', ['x', 'e'])],
        initializers: [floats('w', [2], [1, 2]), vector('p', [MINUS, 0])],
      },
    ],
    [
      'OneHot of 2⁴⁰ classes',
      {
        nodes: [
          node('OneHot', ['i', 'd', 'v'], ['e']),
          node('ReduceSum', ['e'], ['r'], [int('keepdims', 0)]),
          node('Mul', ['x', 'r']),
        ],
        initializers: [vector('i', [0, 1]), { ...vector('d', ['1099511627776']), dims: [] }, floats('v', [2], [0, 1])],
      },
    ],
    [
      'Reshape to more than there is',
      { nodes: [node('Reshape', ['x', 's'])], initializers: [vector('s', [HUGE, HUGE])] },
    ],
    ['Reshape to two unknown lengths', { nodes: [node('Reshape', ['x', 's'])], initializers: [vector('s', [-1, -1])] }],
    ['Reshape to −7', { nodes: [node('Reshape', ['x', 's'])], initializers: [vector('s', [-7])] }],
    ['a permutation with one axis twice', { nodes: [node('Transpose', ['x'], ['y'], [ints('perm', [0, 0])])] }],
    ['a permutation beyond the rank', { nodes: [node('Transpose', ['x'], ['y'], [ints('perm', [HUGE, 0])])] }],
    ['an axis of 2⁶²', { nodes: [node('Softmax', ['x'], ['y'], [int('axis', HUGE)])] }],
    ['Concat on axis −2⁶³', { nodes: [node('Concat', ['x', 'x'], ['y'], [int('axis', MINUS)])] }],
    ['Flatten on axis 2⁶²', { nodes: [node('Flatten', ['x'], ['y'], [int('axis', HUGE)])] }],
    ['Unsqueeze of axis 2⁶²', { nodes: [node('Unsqueeze', ['x', 'a'])], initializers: [vector('a', [HUGE])] }],
    ['Unsqueeze of one axis twice', { nodes: [node('Unsqueeze', ['x', 'a'])], initializers: [vector('a', [1, 1])] }],
    [
      'Gather beyond the axis',
      {
        nodes: [node('Gather', ['w', 'i'], ['g']), node('Mul', ['x', 'g'])],
        initializers: [floats('w', [3], [1, 2, 3]), vector('i', [HUGE])],
      },
    ],
    [
      'Slice with a step of 0',
      {
        nodes: [node('Slice', ['x', 's', 'e', 'a', 'p'])],
        initializers: [vector('s', [0]), vector('e', [2]), vector('a', [1]), vector('p', [0])],
      },
    ],
    [
      'Slice with a step of −2⁶³',
      {
        nodes: [node('Slice', ['x', 's', 'e', 'a', 'p'])],
        initializers: [vector('s', [HUGE]), vector('e', [MINUS]), vector('a', [1]), vector('p', [MINUS])],
      },
    ],
    [
      'Split into 2⁶² parts',
      { nodes: [node('Split', ['x'], ['y', 'z'], [int('axis', 1), int('num_outputs', HUGE)])], opset: 18 },
    ],
    [
      'Split into parts that do not add up',
      { nodes: [node('Split', ['x', 's'], ['y', 'z'], [int('axis', 1)])], initializers: [vector('s', [HUGE, 1])] },
    ],
    ...(['Conv', 'ConvTranspose'] as const).flatMap((type) =>
      (['kernel_shape', 'strides', 'pads', 'dilations'] as const).flatMap((name) =>
        [[HUGE, HUGE], [0, 0], [-1, -1], [MINUS], []].map((values): readonly [string, File] => [
          `${type} with ${name} [${values.join(', ')}]`,
          {
            input: ['N', 1, 5, 5],
            nodes: [node(type, ['x', 'w'], ['y'], [ints(name, name === 'pads' ? [...values, ...values] : values)])],
            initializers: [floats('w', [1, 1, 2, 2], [1, 2, 3, 4])],
          },
        ]),
      ),
    ),
    ...(['MaxPool', 'AveragePool'] as const).flatMap((type) =>
      [[HUGE, HUGE], [0, 0], [-1, -1], [MINUS], []].map((values): readonly [string, File] => [
        `${type} over [${values.join(', ')}]`,
        { input: ['N', 1, 5, 5], nodes: [node(type, ['x'], ['y'], [ints('kernel_shape', values)])] },
      ]),
    ),
    [
      'Conv in 2⁶² groups',
      {
        input: ['N', 1, 5, 5],
        nodes: [node('Conv', ['x', 'w'], ['y'], [int('group', HUGE)])],
        initializers: [floats('w', [1, 1, 2, 2], [1, 2, 3, 4])],
      },
    ],
    [
      'Conv in no group',
      {
        input: ['N', 1, 5, 5],
        nodes: [node('Conv', ['x', 'w'], ['y'], [int('group', 0)])],
        initializers: [floats('w', [1, 1, 2, 2], [1, 2, 3, 4])],
      },
    ],
  ];
  it.each(growing)('%s', (_, contents) => {
    outcomeOf(file(contents));
  });

  it('pooling whose padding is as long as its window, over lengths that no memory holds', () => {
    const window = [ints('kernel_shape', [2 ** 40]), ints('pads', [2 ** 39, 2 ** 39])];
    for (const type of ['MaxPool', 'AveragePool']) {
      expect(outcomeOf(file({ input: ['N', 1, 6], nodes: [node(type, ['x'], ['y'], window)] }))).toBe('InvalidNode');
      const long = { input: ['N', 1, 2 ** 40], nodes: [node(type, ['x'], ['y'], [ints('kernel_shape', [2])])] };
      expect(outcomeOf(file(long))).toBe('InvalidNode');
    }
  });

  it('a slice that steps along 2⁴⁰ elements', () => {
    const bounds = [vector('s', [0]), vector('e', [2 ** 40]), vector('a', [0]), vector('p', [2])];
    const contents = { input: [2 ** 40], nodes: [node('Slice', ['x', 's', 'e', 'a', 'p'])], initializers: bounds };
    expect(outcomeOf(file(contents))).toBe('InvalidNode');
  });

  it('operator set 2⁶² and operator set 0', () => {
    for (const opset of [Number(HUGE), 0, -1]) outcomeOf(file({ nodes: [node('Softmax', ['x'])], opset }));
  });

  it('a chain of 20 000 nodes', () => {
    const depth = 20_000;
    const chain = Array.from({ length: depth }, (_, i) =>
      node('Tanh', [i === 0 ? 'x' : `t${i - 1}`], [i === depth - 1 ? 'y' : `t${i}`]),
    );
    expect(outcomeOf(file({ nodes: chain }))).toBe('graph');
  });

  it('a graph of 60 nodes that doubles its paths at each', () => {
    const doubling = Array.from({ length: 60 }, (_, i) =>
      node('Add', [i === 0 ? 'x' : `t${i - 1}`, i === 0 ? 'x' : `t${i - 1}`], [i === 59 ? 'y' : `t${i}`]),
    );
    expect(outcomeOf(file({ nodes: doubling }))).toBe('graph');
  });

  it('a tensor joined to itself 60 times', () => {
    const joined = Array.from({ length: 60 }, (_, i) => {
      const from = i === 0 ? 'x' : `t${i - 1}`;
      return node('Concat', [from, from], [i === 59 ? 'y' : `t${i}`], [int('axis', 1)]);
    });
    expect(outcomeOf(file({ nodes: joined }))).toBe('InvalidNode');
    const fewer = joined.slice(0, 40);
    expect(outcomeOf(file({ nodes: fewer, outputs: ['t39'] }))).toBe('graph');
    expect(outcomeOf(file({ nodes: joined.slice(0, 40), input: ['N', 'M'], outputs: ['t39'] }))).toBe('graph');
    expect(outcomeOf(file({ nodes: joined, input: ['N', 'M'] }))).toBe('InvalidNode');
  });

  it('integers that double their paths at each of 60 nodes', () => {
    const doubling = Array.from({ length: 60 }, (_, i) =>
      node('Add', [i === 0 ? 'k' : `t${i - 1}`, i === 0 ? 'k' : `t${i - 1}`], [`t${i}`]),
    );
    const nodes = [
      node('Cast', ['x'], ['k'], [int('to', 7)]),
      ...doubling,
      node('Cast', ['t59'], ['y'], [int('to', 1)]),
    ];
    expect(outcomeOf(file({ input: [2], nodes }))).toBe('graph');
  });

  it('graphs in graphs, 1000 deep', () => {
    const leaf: Onnx.IGraphProto = { node: [node('Tanh', ['x'], ['z'])], output: [{ name: 'z' }] };
    const branches = (g: Onnx.IGraphProto): readonly Onnx.IAttributeProto[] =>
      ['then_branch', 'else_branch'].map((name, i) => ({ name, type: AttributeType.GRAPH, g: i === 0 ? g : leaf }));
    const nested = (depth: number): File => {
      let inner = leaf;
      for (let i = 1; i < depth; i++)
        inner = { node: [node('If', ['yes'], [`d${i}`], branches(inner))], output: [{ name: `d${i}` }] };
      const yes = { name: 'yes', dataType: DataType.BOOL, dims: [], int32Data: [1] };
      return { nodes: [node('If', ['yes'], ['y'], branches(inner))], initializers: [yes] };
    };
    expect(outcomeOf(file(nested(64)))).toBe('graph');
    for (const depth of [65, 1000]) expect(left(file(nested(depth))).message).toMatch(/more than 64 deep/);
  });

  it('a shape computation that doubles its paths at each of 40 nodes', () => {
    const doubling = Array.from({ length: 40 }, (_, i) =>
      node('Mul', [i === 0 ? 's' : `t${i - 1}`, i === 0 ? 's' : `t${i - 1}`], [`t${i}`]),
    );
    outcomeOf(file({ nodes: [node('Shape', ['x'], ['s']), ...doubling, node('Reshape', ['x', 't39'])] }));
  });
});

describe('every operator that is imported', () => {
  /** Operands of every kind, most of them wrong for most operators; '' is an operand left out. */
  const operands = ['', 'x', 'image', 'rows', 'scalar', 'vector', 'empty', 'axes', 'index', 'huge', 'text'];
  const initializers = [
    floats('scalar', [], [0.5]),
    floats('vector', [3], [1, -2, 3]),
    floats('empty', [0], []),
    vector('axes', [0, -1]),
    { ...vector('index', [1]), dims: [] },
    vector('huge', [HUGE, MINUS]),
  ];
  const attributeNames = ['axis', 'axes', 'perm', 'group', 'kernel_shape', 'strides', 'pads', 'keepdims', 'to', 'epsilon', 'mode', 'num_groups', 'equation', 'direction', 'value', 'blocksize', 'shape', 'split', 'num_outputs', 'reduction', 'alpha', 'stash_type', 'batch_dims', 'start', 'end', 'q_num_heads', 'kv_num_heads', 'num_heads', 'qkv_hidden_sizes', 'unidirectional', 'N', 'K', 'bits', 'block_size', 'transBatchA', 'activation', 'local_window_size', 'do_rotary', 'rotary_embedding_dim']; // biome-ignore format: one list
  const attribute = fc.oneof(
    fc
      .record({ name: fc.constantFrom(...attributeNames), i: fc.constantFrom(0, 1, 2, -1, 7, HUGE, MINUS) })
      .map(({ name, i }) => int(name, i)),
    fc
      .record({
        name: fc.constantFrom(...attributeNames),
        v: fc.array(fc.constantFrom(0, 1, 2, -1, HUGE, MINUS), { maxLength: 5 }),
      })
      .map(({ name, v }) => ints(name, v)),
    fc
      .record({
        name: fc.constantFrom(...attributeNames),
        s: fc.constantFrom('', 'ij,jk->ik', 'SAME_UPPER', 'constant', '->', '...', 'Clip'),
      })
      .map(
        ({ name, s }): Onnx.IAttributeProto => ({ name, type: AttributeType.STRING, s: new TextEncoder().encode(s) }),
      ),
    fc
      .record({
        name: fc.constantFrom(...attributeNames),
        f: fc.constantFrom(0, -1, Number.NaN, Number.POSITIVE_INFINITY),
      })
      .map(({ name, f }): Onnx.IAttributeProto => ({ name, type: AttributeType.FLOAT, f })),
    fc.constantFrom(...attributeNames).map((name): Onnx.IAttributeProto => ({ name })),
  );
  const operators = [...importersByDomain].flatMap(([domain, own]) => Object.keys(own).map((type) => [domain, type]));
  it.each(operators as [string, string][])('%s %s with operands and attributes at random', (domain, opType) => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...operands), { maxLength: 8 }),
        fc.uniqueArray(attribute, { maxLength: 4, selector: (a) => a.name }),
        fc.constantFrom(7, 11, 13, 18, 23),
        fc.integer({ min: 1, max: 3 }),
        (input, attributes, opset, outputs) => {
          outcomeOf(
            file({
              nodes: [{ ...node(opType, input, ['y', 'z', 'w'].slice(0, outputs), attributes), domain }],
              more: [valueInfo('image', ['N', 4, 5, 5]), valueInfo('rows', ['M', 3])],
              initializers,
              opset,
            }),
          );
        },
      ),
      { numRuns: 100 },
    );
  });
});
