/** Compress, NonZero and Unique, whose results' shapes depend on values, of known ones. */

import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { fileWith, node } from './graphs.js';
import { expectAdjoint, expectDerivatives } from './laws.js';
import {
  asValues,
  expectImported,
  feedsOf,
  fileOf,
  graphOf,
  label,
  type OneNode,
  type Operand,
  refusalOf,
} from './oneNode.js';

const x: Operand = { shape: [2, 3, 2] };
const where = (data: readonly number[]): Operand => ({ shape: [data.length], data, dtype: 'bool', stored: true });
const repeated: Operand = { shape: [2, 4], data: [3, 1, 1, 3, 2, -1, -1, 2], dtype: 'int64', stored: true };
const columns: Operand = { shape: [2, 3, 2], data: [1, 0, 1, 0, 0, 2, 5, 6, 5, 6, 7, 7], dtype: 'int64', stored: true };
const ALL = ['int64', 'int64', 'int64', 'int64'] as const;

describe('computes what its file does:', () => {
  const cases: readonly OneNode[] = [
    { type: 'Compress', operands: [x, where([0, 1, 1])], attributes: { axis: 1 } },
    { type: 'Compress', operands: [x, where([1])], attributes: { axis: -1 }, opset: 9 },
    { type: 'Compress', operands: [x, where([0, 1, 1, 0, 1, 0, 0, 1])] },
    { type: 'Compress', operands: [{ ...x, batch: true }, where([1, 0, 1])], attributes: { axis: 1 }, opset: 11 },
    { type: 'Compress', operands: [x, where([0, 0, 0])], attributes: { axis: 1 } },
    {
      type: 'NonZero',
      operands: [{ shape: [2, 3], data: [0, 1, -2, 0, 0, 5], dtype: 'int64', stored: true }],
      outputs: ['int64'],
    },
    { type: 'NonZero', operands: [where([0, 1, 1])], outputs: ['int64'], opset: 9 },
    { type: 'Unique', operands: [repeated], outputs: ALL },
    { type: 'Unique', operands: [{ shape: [5], data: [0.5, 2, -1, 0.5, 2], stored: true }] },
    { type: 'Unique', operands: [repeated], outputs: ALL, attributes: { sorted: 0 } },
    { type: 'Unique', operands: [repeated], outputs: ALL, attributes: { axis: 1 } },
    { type: 'Unique', operands: [columns], outputs: ALL, attributes: { axis: -2 } },
    { type: 'Unique', operands: [columns], outputs: ALL, attributes: { axis: 1, sorted: 0 } },
  ];
  it.each(cases.map((one) => [label(one), one] as const))('%s', async (_, one) => {
    await expectImported(fileOf(one), feedsOf(one));
  });
});

describe('NonZero', () => {
  it('of a filled shape is that of all its places', async () => {
    const bytes = fileWith({
      inputs: { x: ['float32', [3, 2]] },
      nodes: [
        node('Shape', ['x'], 'shape'),
        node('Expand', ['flag', 'shape'], 'ones'),
        node('NonZero', ['ones'], 'out'),
      ],
      outputs: { out: 'int64' },
      stored: { flag: G.tensor([1], [], 'bool') },
    });
    const graph = await expectImported(bytes, { x: G.tensor([1, 2, 3, 4, 5, 6], [3, 2], 'float32') });
    expect(graph.outputs[0]!.value.shape).toEqual([2, 6]);
  });
  it('of a scalar has no axis to index', () => {
    const graph = graphOf(
      fileOf({ type: 'NonZero', operands: [{ shape: [], data: [5], stored: true }], outputs: ['int64'] }),
    );
    expect(graph.outputs[0]!.value.shape).toEqual([0, 1]);
  });
});

describe('Compress', () => {
  it('has its derivatives, which difference quotients confirm', () => {
    const one: OneNode = { type: 'Compress', operands: [x, where([1, 0, 1])], attributes: { axis: 1 } };
    const graph = graphOf(fileOf(one), { dtype: 'float64' });
    const y = G.sin(graph.outputs[0]!.value);
    expectDerivatives(y, graph.inputs, asValues(feedsOf(one)));
    expectAdjoint(y, graph.inputs, asValues(feedsOf(one)));
  });
});

describe('is refused', () => {
  const refusals: readonly (readonly [string, OneNode, RegExp])[] = [
    [
      'data whose repetitions are asked for',
      { type: 'Unique', operands: [x] },
      /^node "node" \(Unique\) needs operand 0 \("in0"\) to be known when the file is read, but it is computed from data; .* or compute with a mask/,
    ],
    [
      'a fed condition longer than the axis',
      { type: 'Compress', operands: [x, { ...where([1, 0, 0, 1]), stored: false }], attributes: { axis: 1 } },
      /a condition of shape \[4\] for 3 elements/,
    ],
    [
      'the places of a scalar',
      { type: 'NonZero', operands: [{ shape: [] }], outputs: ['int64'] },
      /a scalar has no places/,
    ],
    [
      'a condition longer than the axis',
      { type: 'Compress', operands: [x, where([1, 0, 0, 1])], attributes: { axis: 1 } },
      /a condition of 4 entries for 3 elements/,
    ],
    [
      'an order with NaN in it',
      { type: 'Unique', operands: [{ shape: [2], data: [1, Number.NaN], stored: true }] },
      /has NaN among its elements/,
    ],
  ];
  it.each(refusals)('%s', (_, one, message) => {
    expect(refusalOf(fileOf(one)).message).toMatch(message);
  });
});
