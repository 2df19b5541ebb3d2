import type { onnx as Onnx } from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { expectAdjoint, expectDerivatives } from './laws.js';
import {
  type Attribute,
  asValues,
  encodeAttribute,
  expectImported,
  graphOf,
  modelOf,
  refusalOf,
  storedTensor,
  valueInfo,
  wave,
} from './oneNode.js';

type Attributes = Readonly<Record<string, Attribute>>;

const node = (
  opType: string,
  input: readonly string[],
  output: string,
  attributes: Attributes = {},
): Onnx.INodeProto => ({
  opType,
  name: `${opType} of ${output}`,
  input: [...input],
  output: [output],
  attribute: Object.entries(attributes).map(([name, value]) => encodeAttribute(name, value)),
});

const integers = (name: string, value: number | readonly number[], dtype: 'int64' | 'int32' = 'int64') =>
  storedTensor(name, typeof value === 'number' ? G.tensor([value], [], dtype) : G.tensor(value, [value.length], dtype));

const SHAPE = [2, 5, 3];
const feeds = { x: G.tensor(wave(SHAPE, 1), SHAPE, 'float32') };

interface File {
  readonly nodes: readonly Onnx.INodeProto[];
  readonly stored?: readonly Onnx.ITensorProto[];
  readonly inputs?: readonly Onnx.IValueInfoProto[];
  readonly outputs?: Readonly<Record<string, G.DType>>;
  readonly opset?: number;
  /** The first axis of x is the symbol N. */
  readonly batch?: boolean;
}

const fileOf = ({ nodes, stored = [], inputs = [], outputs = { out: 'float32' }, opset = 20, batch }: File) =>
  modelOf(
    {
      node: [...nodes],
      input: [valueInfo('x', 'float32', batch ? ['N', 5, 3] : SHAPE), ...inputs],
      initializer: [...stored],
      output: Object.entries(outputs).map(([name, dtype]) => valueInfo(name, dtype)),
    },
    opset,
  );

/** x split and one part of it, by name. */
const splitAndPick = (
  split: number | readonly number[] | undefined,
  attributes: Attributes,
  position: number,
  more: Partial<File> = {},
): Uint8Array =>
  fileOf({
    nodes: [
      node('SplitToSequence', split === undefined ? ['x'] : ['x', 'split'], 'parts', attributes),
      node('SequenceAt', ['parts', 'position'], 'out'),
    ],
    stored: [...(split === undefined ? [] : [integers('split', split)]), integers('position', position)],
    ...more,
  });

describe('a part of a split computes what its file does', () => {
  it.each([
    ['of a size that divides the axis', 1, { axis: 1 }, 4],
    ['of a size that does not', 2, { axis: 1 }, 1],
    ['the shorter last', 2, { axis: 1 }, 2],
    ['the last, from the end', 2, { axis: 1 }, -1],
    ['the first, from the end', 2, { axis: 1 }, -3],
    ['of a size beyond the axis', 9, { axis: 1 }, 0],
    ['of given sizes', [1, 3, 1], { axis: 1 }, 1],
    ['of given sizes along a negative axis', [2, 1], { axis: -1 }, -1],
    ['of size 0', [0, 2], {}, 0],
    ['of the default axis', 1, {}, 1],
    ['of one element each', undefined, { axis: 1 }, 3],
    ['of one element each, without the axis', undefined, { axis: 1, keepdims: 0 }, 3],
    ['of one element each by a scalar, without the axis', 1, { axis: 1, keepdims: 0 }, 3],
    ['of a vector, for which keepdims does not count', [2, 3], { axis: 1, keepdims: 0 }, 0],
  ] as readonly (readonly [string, number | readonly number[] | undefined, Attributes, number])[])(
    '%s',
    async (_, split, attributes, position) => {
      await expectImported(splitAndPick(split, attributes, position), feeds);
    },
  );
  it('of a size above 1, for which keepdims does not count and ONNX Runtime fails', () => {
    const graph = graphOf(splitAndPick(2, { axis: 1, keepdims: 0 }, 0));
    expect(graph.outputs[0]!.value.shape).toEqual([2, 2, 3]);
  });
  it('with a symbolic first axis, and at opset 11', async () => {
    const graph = await expectImported(splitAndPick([2, 3], { axis: 1 }, 1, { batch: true, opset: 11 }), feeds);
    expect(graph.outputs[0]!.value.shape).toEqual(['N', 3, 3]);
  });
  it('with a split and a position of int32', async () => {
    const stored = [integers('split', [4, 1], 'int32'), integers('position', -2, 'int32')];
    await expectImported(splitAndPick([], { axis: 1 }, 0, { stored }), feeds);
  });
  it('of more parts than a shape has axes', async () => {
    const length = 100;
    const bytes = modelOf(
      {
        node: [node('SplitToSequence', ['x', 'split'], 'parts'), node('SequenceAt', ['parts', 'position'], 'out')],
        input: [valueInfo('x', 'float32', [length])],
        initializer: [integers('split', new Array<number>(length).fill(1)), integers('position', 70)],
        output: [valueInfo('out', 'float32')],
      },
      20,
    );
    await expectImported(bytes, { x: G.tensor(wave([length], 1), [length], 'float32') });
  });
  it('has its derivatives, which difference quotients confirm', () => {
    const bytes = fileOf({
      nodes: [
        node('SplitToSequence', ['x', 'split'], 'parts', { axis: 1 }),
        node('SequenceAt', ['parts', 'first'], 'a'),
        node('SequenceAt', ['parts', 'second'], 'b'),
        node('Mul', ['a', 'b'], 'ab'),
        node('Sin', ['ab'], 'out'),
      ],
      stored: [integers('split', [2, 1, 2]), integers('first', 0), integers('second', -1)],
    });
    const graph = graphOf(bytes, { dtype: 'float64' });
    expectDerivatives(graph.outputs[0]!.value, graph.inputs, asValues(feeds));
    expectAdjoint(graph.outputs[0]!.value, graph.inputs, asValues(feeds));
  });
});

describe('sequences', () => {
  it.each([
    ['joined along an axis of their own', { axis: 1 }],
    ['joined along a negative axis', { axis: -1 }],
    ['joined along a new axis', { axis: 1, new_axis: 1 }],
    ['joined along a new last axis', { axis: -1, new_axis: 1 }],
  ] as const)('made of tensors, %s', async (_, attributes) => {
    await expectImported(
      fileOf({
        nodes: [
          node('Sin', ['x'], 'y'),
          node('SequenceConstruct', ['x', 'y', 'x'], 'list'),
          node('ConcatFromSequence', ['list'], 'out', attributes),
        ],
      }),
      feeds,
    );
  });
  it.each([
    ['put at the end', 'SequenceInsert', [], 2],
    ['put before the first', 'SequenceInsert', [0], 0],
    ['put before the last', 'SequenceInsert', [-1], 1],
    ['put behind the last', 'SequenceInsert', [2], 2],
    ['taken from the end', 'SequenceErase', [], 0],
    ['taken from the start', 'SequenceErase', [0], 0],
    ['taken from before the end', 'SequenceErase', [-2], 0],
  ] as const)('grow and shrink by an element %s', async (_, type, at, picked) => {
    const place = at.length > 0 ? ['at'] : [];
    await expectImported(
      fileOf({
        nodes: [
          node('Sin', ['x'], 'y'),
          node('Cos', ['x'], 'z'),
          node('SequenceConstruct', ['x', 'y'], 'list'),
          node(type, type === 'SequenceInsert' ? ['list', 'z', ...place] : ['list', ...place], 'changed'),
          node('SequenceAt', ['changed', 'picked'], 'out'),
        ],
        stored: [integers('picked', picked), ...at.map((position) => integers('at', position))],
      }),
      feeds,
    );
  });
  it('begin empty', async () => {
    await expectImported(
      fileOf({
        nodes: [
          node('SequenceEmpty', [], 'none'),
          node('SequenceInsert', ['none', 'x'], 'list'),
          node('ConcatFromSequence', ['list'], 'out', { axis: 1 }),
        ],
      }),
      feeds,
    );
  });
  it('have a length', async () => {
    await expectImported(
      fileOf({
        nodes: [
          node('SplitToSequence', ['x', 'split'], 'parts', { axis: 1 }),
          node('SequenceLength', ['parts'], 'out'),
        ],
        stored: [integers('split', 2)],
        outputs: { out: 'int64' },
      }),
      feeds,
    );
  });
  it('of dimensions keep what these are known to be', () => {
    const graph = graphOf(
      fileOf({
        batch: true,
        nodes: [
          node('Shape', ['x'], 'shape'),
          node('SplitToSequence', ['shape', 'one'], 'sizes'),
          node('SequenceAt', ['sizes', 'zero'], 'rows'),
          node('Concat', ['rows', 'rest'], 'target', { axis: 0 }),
          node('Reshape', ['x', 'target'], 'out'),
        ],
        stored: [integers('one', 1), integers('zero', 0), integers('rest', [15])],
      }),
    );
    expect(graph.outputs[0]!.value.shape).toEqual(['N', 15]);
  });
});

describe('a sequence is refused', () => {
  const asInput = (name: string, shape: readonly number[]) => ({ inputs: [valueInfo(name, 'int64', shape)] });
  const refusals: readonly (readonly [string, Uint8Array, RegExp])[] = [
    [
      'where its split is computed from data',
      splitAndPick([1, 4], { axis: 1 }, 0, { stored: [integers('position', 0)], ...asInput('split', [2]) }),
      /"SplitToSequence of parts".*operand 1 \("split"\) to be known.*optimize=True/,
    ],
    [
      'where its split size is computed from data',
      splitAndPick(2, { axis: 1 }, 0, { stored: [integers('position', 0)], ...asInput('split', []) }),
      /operand 1 \("split"\) to be known.*optimize=True/,
    ],
    [
      'where the position is computed from data',
      splitAndPick([1, 4], { axis: 1 }, 0, { stored: [integers('split', [1, 4])], ...asInput('position', []) }),
      /"SequenceAt of out".*operand 1 \("position"\) to be known.*optimize=True/,
    ],
    [
      'where an axis of unknown length is split evenly',
      splitAndPick(2, {}, 0, { batch: true }),
      /splits axis 0 of length N into parts of 2, and the number of parts must be known/,
    ],
    ['where the parts are not the whole', splitAndPick([2, 2], { axis: 1 }, 0), /axis 1 of length 5 into parts of 4/],
    ['where a size is negative', splitAndPick([7, -2], { axis: 1 }, 0), /size \[2, 7, 3\] leave/],
    ['where parts have size 0', splitAndPick(0, { axis: 1 }, 0), /splits 5 elements into parts of 0/],
    ['where the axis is none of x', splitAndPick(2, { axis: 3 }, 0), /axis 3 is outside a tensor of rank 3/],
    ['at a position behind its end', splitAndPick(2, { axis: 1 }, 3), /picks element 3 of a sequence of 3/],
    ['at a position before its start', splitAndPick(2, { axis: 1 }, -4), /picks element -4 of a sequence of 3/],
    ...(
      [
        [
          'where it has no such place to insert at',
          'SequenceInsert',
          ['x', 'x'],
          3,
          /inserts before element 3 of a sequence of 2/,
        ],
        ['where it has no such element to erase', 'SequenceErase', [], 2, /erases element 2 of a sequence of 2/],
      ] as const
    ).map(
      ([what, type, operand, at, message]) =>
        [
          what,
          fileOf({
            nodes: [
              node('SequenceConstruct', ['x', 'x'], 'list'),
              node(type, ['list', ...operand.slice(1), 'at'], 'changed'),
              node('SequenceAt', ['changed', 'at'], 'out'),
            ],
            stored: [integers('at', at)],
          }),
          message,
        ] as const,
    ),
    [
      'where it is empty and an element is erased',
      fileOf({
        nodes: [
          node('SequenceEmpty', [], 'none'),
          node('SequenceErase', ['none'], 'list'),
          node('SequenceLength', ['list'], 'out'),
        ],
      }),
      /erases an element of an empty sequence/,
    ],
    [
      'as the output of a graph',
      fileOf({ nodes: [node('SequenceConstruct', ['x', 'x'], 'out')] }),
      /output "out" is a sequence of 2 tensors/,
    ],
    [
      'as an operand of what takes tensors',
      fileOf({ nodes: [node('SequenceConstruct', ['x'], 'list'), node('Sin', ['list'], 'out')] }),
      /needs a tensor as operand 0, but "list" is a sequence/,
    ],
    [
      'where a tensor takes its place',
      fileOf({ nodes: [node('ConcatFromSequence', ['x'], 'out', { axis: 0 })] }),
      /needs a sequence as operand 0, but "x" is a tensor/,
    ],
    ['where it is left out', fileOf({ nodes: [node('SequenceLength', [''], 'out')] }), /lacks operand 0/],
  ];
  it.each(refusals)('%s', (_, bytes, message) => {
    expect(refusalOf(bytes).message).toMatch(message);
  });
});
