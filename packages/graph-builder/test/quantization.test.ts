/** QuantizeLinear, DequantizeLinear and DynamicQuantizeLinear. */

import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { fileWith, node } from './graphs.js';
import { expectAdjoint, expectDerivatives } from './laws.js';
import {
  type Attribute,
  asValues,
  expectImported,
  feedsOf,
  fileOf,
  graphOf,
  label,
  type OneNode,
  type Operand,
  refusalOf,
  wave,
} from './oneNode.js';
import { run } from './runtime.js';

const SHAPE = [3, 4, 2];
/** Ties, numbers beyond every type, and what lies between. */
const TIES = [
  0.25, 0.75, 1.25, -0.25, -0.75, -1.25, 1e6, -1e6, 3.1, -3.1, 63.7, 64.1, -64.3, 0, -0, 16384.2, 127.4, 0.1,
];
const x: Operand = { shape: SHAPE, data: [...TIES, ...wave([6], 1)] };
const integers = (dtype: G.DType, shape = SHAPE): Operand => ({
  shape,
  dtype,
  data: wave(shape, 2).map((v) => Math.round(Math.abs(v) * 100) * (dtype.startsWith('u') ? 1 : Math.sign(v))),
});
const scale = (shape: readonly number[], stored = true): Operand => ({
  shape,
  data: Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => 0.1 * (i + 1)),
  stored,
});
const zero = (dtype: G.DType, shape: readonly number[] = []): Operand => ({
  shape,
  dtype,
  data: Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i + 1),
  stored: true,
});

const checked = (cases: readonly OneNode[]): void => {
  it.each(cases.map((one) => [label(one), one] as const))('%s', async (_, one) => {
    await expectImported(fileOf(one), feedsOf(one));
  });
};

const quantize = (
  operands: OneNode['operands'],
  dtype: G.DType,
  opset: number,
  attributes: Readonly<Record<string, Attribute>> = {},
): OneNode => ({ type: 'QuantizeLinear', operands: [x, ...operands], outputs: [dtype], opset, attributes });

describe('QuantizeLinear', () => {
  const half: Operand = { shape: [], data: [0.5], stored: true };
  checked([
    quantize([half], 'uint8', 10),
    quantize([half, zero('int8')], 'int8', 10),
    quantize([scale([]), zero('uint8')], 'uint8', 13),
    quantize([scale([4]), zero('int8', [4])], 'int8', 13),
    quantize([scale([2]), zero('uint8', [2])], 'uint8', 13, { axis: -1 }),
    quantize([scale([3])], 'uint8', 19, { axis: 0 }),
    quantize([half, zero('int16')], 'int16', 21),
    quantize([half, zero('uint16')], 'uint16', 21),
    quantize([half], 'int8', 21, { output_dtype: 3 }),
    quantize([half], 'uint8', 23, { output_dtype: 2, precision: 1 }),
    quantize([scale([3, 2, 2]), zero('int8', [3, 2, 2])], 'int8', 21, { axis: 1, block_size: 2 }),
    quantize([scale([3, 2, 2])], 'uint8', 21, { axis: 1, block_size: 3 }),
    quantize([{ ...half, stored: false }], 'uint8', 25),
    { ...quantize([scale([4])], 'uint8', 13), operands: [{ ...x, batch: true }, scale([4])] },
  ]);

  it('divides once: a quotient by 0.1 or 0.3 that is a half goes where the runtime says', async () => {
    for (const step of [0.1, 0.3, 0.7]) {
      const data = Array.from({ length: 400 }, (_, i) => Math.fround(Math.fround(step) * (i / 2 - 100)));
      const one: OneNode = {
        type: 'QuantizeLinear',
        operands: [{ shape: [400], data }, { shape: [], data: [step], stored: true }, zero('int16')],
        outputs: ['int16'],
        opset: 21,
      };
      await expectImported(fileOf(one), feedsOf(one), 0);
    }
  });

  it('takes integers of 32 bits, for which ONNX Runtime has no kernel', () => {
    const data = [1, 2, 3, 5, -9, 1000];
    const graph = graphOf(
      fileOf({
        ...quantize([half], 'uint8', 13),
        operands: [
          { shape: [6], dtype: 'int32', data },
          { ...half, data: [2] },
        ],
      }),
    );
    const [value] = G.evaluate([graph.outputs[0]!.value], { in0: { shape: [6], data: Float64Array.from(data) } });
    expect([...value!.data]).toEqual([0, 1, 2, 2, 0, 255]);
  });

  it('is piecewise constant: its derivative is zero to the operand and to the scale', () => {
    const graph = graphOf(
      fileWith({
        inputs: { x: ['float32', SHAPE], s: ['float32', []] },
        nodes: [node('QuantizeLinear', ['x', 's'], 'q'), node('DequantizeLinear', ['q', 's'], 'out')],
        outputs: { out: 'float32' },
      }),
      { dtype: 'float64' },
    );
    const [input, step] = graph.inputs as [G.Input, G.Input];
    const at = {
      x: { shape: SHAPE, data: Float64Array.from(wave(SHAPE, 1)) },
      s: { shape: [], data: Float64Array.of(0.3) },
    };
    const [toInput, toStep, out] = G.evaluate(
      [...G.grad(G.reduceSum(graph.outputs[0]!.value), [input, step]), graph.outputs[0]!.value],
      at,
    );
    expect([...toInput!.data]).toEqual(new Array(24).fill(0));
    // What is left is dequantisation's, which is linear in the scale.
    const sum = out!.data.reduce((a, b) => a + b, 0);
    expect(sum).toBeGreaterThan(0);
    expect(toStep!.data[0]).toBeCloseTo(sum / 0.3, 12);
  });
});

const dequantize = (
  operands: OneNode['operands'],
  opset: number,
  attributes: Readonly<Record<string, Attribute>> = {},
): OneNode => ({ type: 'DequantizeLinear', operands, opset, attributes });

describe('DequantizeLinear', () => {
  checked([
    dequantize([integers('uint8'), scale([])], 10),
    dequantize([integers('int8'), scale([]), zero('int8')], 10),
    dequantize([integers('int32'), scale([])], 13),
    dequantize([integers('int8'), scale([4]), zero('int8', [4])], 13),
    dequantize([integers('uint8'), scale([2]), zero('uint8', [2])], 19, { axis: -1 }),
    dequantize([integers('int16'), scale([3]), zero('int16', [3])], 21, { axis: 0 }),
    dequantize([integers('uint16'), scale([1]), zero('uint16', [1])], 21),
    dequantize([integers('int8'), scale([3, 2, 2]), zero('int8', [3, 2, 2])], 21, { axis: 1, block_size: 2 }),
    dequantize([integers('uint8'), scale([3, 2, 2])], 21, { axis: 1, block_size: 3 }),
    dequantize([integers('int8'), scale([3, 4, 1])], 25, { axis: 2, block_size: 2, output_dtype: 1 }),
    dequantize([{ ...integers('int8'), batch: true }, scale([4])], 13),
  ]);

  it('has its derivative to a scale that is no constant', () => {
    const bytes = fileOf(dequantize([{ ...integers('int8'), stored: true }, scale([4], false), zero('int8', [4])], 13));
    const graph = graphOf(bytes, { dtype: 'float64' });
    const y = G.sin(G.mul(graph.outputs[0]!.value, 0.01));
    const at = asValues({ in1: G.tensor(wave([4], 5), [4], 'float64') });
    expectDerivatives(y, graph.inputs, at);
    expectAdjoint(y, graph.inputs, at);
  });

  it('keeps stored integers as constants of their type, and scales are no parameters', async () => {
    const shape = [80, 64];
    const one = dequantize([{ ...integers('int8', shape), stored: true }, scale([64])], 13);
    const graph = graphOf(fileOf(one));
    expect(graph.inputs).toEqual([]);
    const bytes = G.encode(graph);
    expect(bytes.length).toBeGreaterThan(80 * 64);
    expect(bytes.length).toBeLessThan(2 * 80 * 64);
    await expectImported(fileOf(one), {});
  });
});

describe('DynamicQuantizeLinear', () => {
  const of = (data: readonly number[]): OneNode => ({
    type: 'DynamicQuantizeLinear',
    operands: [{ shape: [data.length], data }],
    outputs: ['uint8', 'float32', 'uint8'],
    opset: 11,
  });
  checked([of(wave([12], 1)), of([1, 2.1, 3.3, 8.9]), of([-5, -2.2, -1]), of([0, 0, 0])]);

  it('divides by 255, which decides halves in single precision', async () => {
    for (const top of [2, 3.4, 7, 10.2, 26]) {
      const bytes = fileOf(of([0, top / 2, top]));
      const at = feedsOf(of([0, top / 2, top]));
      const [own, again] = [await run(bytes, at), await run(G.encode(graphOf(bytes)), at)];
      for (const name of ['out0', 'out1', 'out2']) expect(again[name]!.data).toEqual(own[name]!.data);
    }
  });
});

describe('is refused', () => {
  const refusals: readonly (readonly [string, OneNode, RegExp])[] = [
    [
      'a type of 8-bit floats',
      quantize([scale([])], 'uint8', 21, { output_dtype: 17 }),
      /quantises to element type 17, which is not supported; int8, uint8, int16 and uint16 are/,
    ],
    [
      'a type of 32 bits',
      quantize([scale([]), zero('int32')], 'int32', 21),
      /quantises to int32, which is not supported/,
    ],
    [
      'scales that fit no axis',
      quantize([scale([3])], 'uint8', 13),
      /scales or zero points of shape \[3\] for \[3, 4, 2\]/,
    ],
    [
      'blocks that do not cover the axis',
      dequantize([integers('int8'), scale([3, 3, 2])], 21, { axis: 1, block_size: 2 }),
      /has 3 blocks of 2 along axis 1, whose length is 4/,
    ],
    ['an axis that is none', quantize([scale([4])], 'uint8', 13, { axis: 3 }), /axis 3 is outside/],
    [
      'an unknown result',
      dequantize([integers('int8'), scale([])], 23, { output_dtype: 17 }),
      /gives element type 17, which is not supported/,
    ],
  ];
  it.each(refusals)('%s', (_, one, message) => {
    expect(refusalOf(fileOf(one)).message).toMatch(message);
  });
});
