import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { expectImported, feedsOf, fileOf, graphOf, label, type OneNode, type Operand, refusalOf } from './oneNode.js';

const scalar = (value: number, dtype: G.DType = 'int64'): Operand => ({
  shape: [],
  data: [value],
  dtype,
  stored: true,
});

const windows = ['HannWindow', 'HammingWindow', 'BlackmanWindow'].flatMap((type) =>
  [
    [10, 1, 1],
    [10, 0, 1],
    [7, 1, 11],
    [7, 0, 11],
    [1, 1, 1],
    [2, 0, 1],
  ].map(
    ([size, periodic, output_datatype]): OneNode => ({
      type,
      operands: [scalar(size!)],
      attributes: { periodic: periodic!, output_datatype: output_datatype! },
      outputs: [output_datatype === 11 ? 'float64' : 'float32'],
      opset: 17,
    }),
  ),
);

const mel = (numbers: readonly [number, number, number, number, number]): OneNode => ({
  type: 'MelWeightMatrix',
  operands: numbers.map((v, i) => scalar(v, i < 3 ? 'int64' : 'float32')),
  opset: 17,
});

const bands = [mel([8, 16, 8192, 0, 4096]), mel([20, 400, 16000, 20, 8000]), mel([40, 64, 16000, 0, 7600])];

describe('a node imported, and written again, computes what its file does', () => {
  it.each([...windows, ...bands].map((node) => [label(node), node] as const))('%s', async (_, node) => {
    await expectImported(fileOf(node), feedsOf(node), 1e-6);
  });
});

describe('a window', () => {
  it('of one element that is not a period is 1', () => {
    const node: OneNode = { type: 'HannWindow', operands: [scalar(1)], attributes: { periodic: 0 }, opset: 17 };
    const [y] = G.evaluate([graphOf(fileOf(node)).outputs[0]!.value], {});
    expect([...y!.data]).toEqual([1]);
  });
});

describe('a file is refused that', () => {
  it.each([
    [
      'has bands beyond the spectrum',
      mel([8, 16, 8192, 0, 8192]),
      /has bands from 0 to 8192 Hz; they must lie between 0 and half of the sample rate, 4096 Hz/,
    ],
    [
      'computes the size of its window',
      { type: 'HannWindow', operands: [{ shape: [], data: [4], dtype: 'int64' }], opset: 17 },
      /needs operand 0 \("in0"\) to be known when the file is read/,
    ],
  ] as readonly (readonly [string, OneNode, RegExp])[])('%s', (_, node, message) => {
    expect(refusalOf(fileOf(node)).message).toMatch(message);
  });
});
