/** Lengths that a file names for each input by itself are one where its operators need them to be. */

import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { fileWith, type GraphOf, graphProto, node } from './graphs.js';
import { asValues, expectImported, graphOf, refusalOf, wave } from './oneNode.js';

const ints = (...entries: number[]): G.Tensor => G.tensor(entries, [entries.length], 'int64');
const floats = (seed: number, ...shape: number[]): G.Tensor => G.tensor(wave(shape, seed), shape, 'float32');
const labels = (...entries: number[]): G.Tensor => G.tensor(entries, [entries.length], 'int64');

interface Row {
  readonly graph: GraphOf;
  readonly feeds: Readonly<Record<string, G.Tensor>>;
  /** The shapes of the inputs as they are read. */
  readonly shapes: readonly (readonly G.Dim[])[];
}

const y = { y: 'float32' } as const;
/** One operator on a [A, 3] and b [B, 3]. */
const rowwise = (nodes: GraphOf['nodes'], stored: GraphOf['stored'] = {}): Row => ({
  graph: { inputs: { a: ['float32', ['A', 3]], b: ['float32', ['B', 3]] }, nodes, outputs: y, stored },
  feeds: { a: floats(1, 5, 3), b: floats(2, 5, 3) },
  shapes: [
    ['A', 3],
    ['A', 3],
  ],
});

const branch = (name: string) =>
  graphProto({ nodes: [node('Identity', [name], `${name} of`)], outputs: { [`${name} of`]: 'float32' } });

const rows: Readonly<Record<string, Row>> = {
  Add: rowwise([node('Add', ['a', 'b'], 'y')]),
  'Add, the later input first': rowwise([node('Add', ['b', 'a'], 'y')]),
  Concat: rowwise([node('Concat', ['a', 'b'], 'y', { axis: 1 })]),
  Expand: rowwise([node('Shape', ['b'], 'shape'), node('Expand', ['a', 'shape'], 'c'), node('Add', ['c', 'b'], 'y')]),
  Einsum: rowwise([node('Einsum', ['a', 'b'], 'y', { equation: 'ni,nj->ij' })]),
  'MatMul, its inner axis': rowwise([node('Transpose', ['a'], 't', { perm: [1, 0] }), node('MatMul', ['t', 'b'], 'y')]),
  'Add, flattened': rowwise(
    [node('Reshape', ['a', 'all'], 'c'), node('Reshape', ['b', 'all'], 'd'), node('Sub', ['c', 'd'], 'y')],
    { all: ints(-1) },
  ),
  'Reshape to the other’s length': rowwise(
    [
      node('Shape', ['b'], 'shape'),
      node('Gather', ['shape', 'zero'], 'B'),
      node('Concat', ['B', 'rest'], 'target', { axis: 0 }),
      node('Reshape', ['a', 'target'], 'y'),
    ],
    { zero: ints(0), rest: ints(-1, 1) },
  ),
  'If, by data': rowwise(
    [
      node('ReduceSum', ['a'], 'sum', { keepdims: 0 }),
      node('Less', ['sum', 'bound'], 'low'),
      node('If', ['low'], 'y', { then_branch: branch('a'), else_branch: branch('b') }),
    ],
    { bound: G.tensor([0.5], [], 'float32') },
  ),
  'attention: two lengths, one for each of two axes': {
    graph: {
      inputs: {
        q: ['float32', ['A', 'S', 2]],
        k: ['float32', ['B', 'T', 2]],
        v: ['float32', ['C', 'U', 2]],
      },
      nodes: [
        node('Transpose', ['k'], 'kt', { perm: [0, 2, 1] }),
        node('MatMul', ['q', 'kt'], 's'),
        node('Softmax', ['s'], 'p'),
        node('MatMul', ['p', 'v'], 'y'),
      ],
      outputs: y,
    },
    feeds: { q: floats(1, 3, 4, 2), k: floats(2, 3, 5, 2), v: floats(3, 3, 5, 2) },
    shapes: [
      ['A', 'S', 2],
      ['A', 'T', 2],
      ['A', 'T', 2],
    ],
  },
  'halves of two heights': {
    graph: {
      inputs: { a: ['float32', ['N', 'H', 2]], b: ['float32', ['M', 'G', 2]] },
      nodes: [
        node('Slice', ['a', 'start', 'end', 'axis', 'step'], 'c'),
        node('Slice', ['b', 'start', 'end', 'axis', 'step'], 'd'),
        node('Add', ['c', 'd'], 'y'),
      ],
      outputs: y,
      stored: { start: ints(0), end: ints(2 ** 62), axis: ints(1), step: ints(2) },
    },
    feeds: { a: floats(1, 2, 5, 2), b: floats(2, 2, 5, 2) },
    shapes: [
      ['N', 'H', 2],
      ['N', 'H', 2],
    ],
  },
  'labels of logits': {
    graph: {
      inputs: { x: ['float32', ['A', 4]], labels: ['int64', ['B']] },
      nodes: [node('SoftmaxCrossEntropyLoss', ['x', 'labels'], 'y')],
      outputs: y,
    },
    feeds: { x: floats(1, 3, 4), labels: labels(1, 0, 3) },
    shapes: [['A', 4], ['A']],
  },
  GatherElements: {
    graph: {
      inputs: { x: ['float32', ['A', 4]], at: ['int64', ['B', 1]] },
      nodes: [node('GatherElements', ['x', 'at'], 'y', { axis: 1 })],
      outputs: y,
    },
    feeds: { x: floats(1, 3, 4), at: G.tensor([1, 0, 3], [3, 1], 'int64') },
    shapes: [
      ['A', 4],
      ['A', 1],
    ],
  },
  'lengths that the file does not name': {
    graph: {
      inputs: { a: ['float32', ['', 3]], b: ['float32', [-1, 3]], c: ['float32', ['B', 3]] },
      nodes: [node('Add', ['b', 'c'], 'd'), node('Add', ['a', 'd'], 'y')],
      outputs: y,
    },
    feeds: { a: floats(1, 2, 3), b: floats(2, 2, 3), c: floats(3, 2, 3) },
    shapes: [
      ['a_0', 3],
      ['a_0', 3],
      ['a_0', 3],
    ],
  },
};

describe('lengths that operators need to be one', () => {
  it.each(Object.entries(rows))('%s: are, and it computes what its file does', async (_, { graph, feeds, shapes }) => {
    const read = await expectImported(fileWith(graph), feeds);
    expect(read.inputs.map(({ shape }) => shape)).toEqual(shapes);
  });

  it('must be one in what is fed', () => {
    const { outputs } = graphOf(fileWith(rows.Add!.graph));
    const values = asValues({ a: floats(1, 5, 3), b: floats(2, 4, 3) });
    expect(() => G.evaluate([outputs[0]!.value], values)).toThrow(
      /input "b" is float32\[A, 3\], its value has shape \[4, 3\]/,
    );
  });
});

describe('lengths that are no inputs’', () => {
  it('stay apart where no operator joins them', () => {
    const { graph } = rowwise([
      node('ReduceMean', ['a'], 'p'),
      node('ReduceMean', ['b'], 'q'),
      node('Add', ['p', 'q'], 'y'),
    ]);
    expect(graphOf(fileWith(graph)).inputs.map(({ shape }) => shape[0])).toEqual(['A', 'B']);
  });

  it('are not taken for one: a number, and a number of elements that an operator counts', () => {
    const fixed = fileWith({
      inputs: { a: ['float32', ['A', 3]], b: ['float32', [4, 3]] },
      nodes: [node('Add', ['a', 'b'], 'y')],
      outputs: y,
    });
    expect(refusalOf(fixed).message).toMatch(
      /add: shapes \[A, 3\] and \[4, 3\] do not broadcast: A against 4 on axis 0; the file has 4 where "A" is free: .*export it with that length fixed to 4/,
    );
    const counted = fileWith({
      inputs: { a: ['float32', ['A']], b: ['float32', ['B']] },
      nodes: [
        node('NonZero', ['a'], 'places'),
        node('Reshape', ['places', 'all'], 'flat'),
        node('Gather', ['a', 'flat'], 'c'),
        node('Add', ['c', 'b'], 'y'),
      ],
      outputs: y,
      stored: { all: ints(-1) },
    });
    expect(refusalOf(counted).message).toMatch(/do not broadcast: places\.count against B on axis 0/);
  });
});
