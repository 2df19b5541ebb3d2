import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { dft } from '../src/spectrum/dft.js';
import { stft } from '../src/spectrum/stft.js';
import { expectAdjoint, expectDerivatives } from './laws.js';
import {
  asValues,
  expectClose,
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

const scalar = (value: number, dtype: G.DType = 'int64'): Operand => ({
  shape: [],
  data: [value],
  dtype,
  stored: true,
});

interface Options {
  readonly length?: number;
  readonly axis?: number;
  readonly inverse?: number;
  readonly onesided?: number;
}

/** By operand from operand set 20 on, by attribute before. */
const transform = (shape: readonly number[], opset: number, { length, axis, ...flags }: Options = {}): OneNode => ({
  type: 'DFT',
  operands: [
    { shape, batch: shape.length > 2 },
    length === undefined ? undefined : scalar(length),
    ...(opset >= 20 && axis !== undefined ? [scalar(axis)] : []),
  ],
  attributes: { ...flags, ...(opset < 20 && axis !== undefined && { axis }) },
  opset,
});

const transforms: readonly OneNode[] = [
  ...[17, 20].flatMap((opset) => [
    ...[1, 2].flatMap((parts) => [
      transform([2, 6, parts], opset),
      transform([2, 7, parts], opset, { inverse: 1 }),
      transform([2, 5, parts], opset, { length: 8 }),
      transform([2, 9, parts], opset, { length: 6, inverse: 1 }),
      transform([2, 5, 4, parts], opset, { axis: 1 }),
      transform([2, 5, 4, parts], opset, { axis: -2, inverse: 1 }),
      transform([2, 1, parts], opset),
      ...(opset >= 20 ? [transform([6, parts], opset)] : []),
    ]),
    transform([2, 6, 1], opset, { onesided: 1 }),
    transform([2, 7, 1], opset, { onesided: 1 }),
    transform([2, 5, 3, 1], opset, { onesided: 1, axis: 1, length: 4 }),
  ]),
];

const frames = (parts: number, more: Partial<OneNode> & { window?: Operand; length?: number } = {}): OneNode => ({
  type: 'STFT',
  operands: [
    { shape: [2, 19, parts], batch: true },
    scalar(3),
    more.window,
    ...(more.length === undefined ? [] : [scalar(more.length)]),
  ],
  attributes: { onesided: Number(parts === 1) },
  opset: 17,
  ...(more.attributes && { attributes: more.attributes }),
});

const window: Operand = { shape: [8] };

const shortTime: readonly OneNode[] = [
  frames(1, { window }),
  frames(1, { window, length: 8 }),
  frames(1, { length: 7 }),
  frames(1, { window, attributes: { onesided: 0 } }),
  frames(1, { window: { ...window, stored: true }, attributes: {} }),
  frames(2, { length: 5 }),
];

describe('a node imported, and written again, computes what its file does', () => {
  it.each([...transforms, ...shortTime].map((node) => [label(node), node] as const))('%s', async (_, node) => {
    const graph = await expectImported(fileOf(node), feedsOf(node), 1e-5);
    if (node.operands[0]!.batch) expect(graph.outputs[0]!.value.shape[0]).toBe('N');
  });
});

/** Σ xᵢ exp(−2πi·ik / n) of complex numbers. */
const spectrumAt = (x: readonly (readonly [number, number])[], k: number): readonly [number, number] =>
  x.reduce<readonly [number, number]>(
    ([re, im], [a, b], i) => {
      const [c, s] = [Math.cos((2 * Math.PI * i * k) / x.length), Math.sin((2 * Math.PI * i * k) / x.length)];
      return [re + a * c + b * s, im + b * c - a * s];
    },
    [0, 0],
  );

describe('the transform', () => {
  it.each([1, 2, 3, 8, 9, 100])('of length %i is the sum of its definition', (length) => {
    const data = wave([length], 1);
    const x = G.input('x', [length, 1], 'float64');
    const [y] = G.evaluate([dft(x, 0, { length, inverse: false, onesided: false })], {
      x: { shape: [length, 1], data: Float64Array.from(data) },
    });
    expectClose(
      y!.data,
      data.flatMap((_, k) =>
        spectrumAt(
          data.map((v) => [v, 0] as const),
          k,
        ),
      ),
      1e-12,
    );
  });
  it.each([6, 7, 1, 2])('of one side, inverted, is the real signal of length %i', (length) => {
    const data = wave([3, length, 1], 2);
    const x = G.input('x', [3, length, 1], 'float64');
    const half = dft(x, 1, { length, inverse: false, onesided: true });
    const [back] = G.evaluate([dft(half, 1, { length, inverse: true, onesided: true })], {
      x: { shape: [3, length, 1], data: Float64Array.from(data) },
    });
    expectClose(back!.data, data, 1e-14);
  });
  it('of one side, inverted, is what the whole one is', () => {
    const node = transform([2, 4, 2], 20, { inverse: 1, onesided: 1 });
    const graph = graphOf(fileOf(node), { dtype: 'float64' });
    expect(graph.outputs[0]!.value.shape).toEqual(['N', 6, 1]);
    const at = asValues(feedsOf(node));
    const { data } = at.in0!;
    // The parts that a real signal's spectrum does not have at 0 and in the middle are not read.
    const whole = [0, 1].flatMap((b) =>
      [0, 1, 2, 3, 2, 1].flatMap((k, i) => {
        const [re, im] = [data[8 * b + 2 * k]!, k === 0 || k === 3 ? 0 : data[8 * b + 2 * k + 1]!];
        return i > 3 ? [re, -im] : [re, im];
      }),
    );
    const x = G.input('whole', [2, 6, 2], 'float64');
    const [half, full] = G.evaluate(
      [graph.outputs[0]!.value, dft(x, 1, { length: 6, inverse: true, onesided: false })],
      { ...at, whole: { shape: [2, 6, 2], data: Float64Array.from(whole) } },
    );
    const parts = Array.from({ length: 12 }, (_, i) => [full!.data[2 * i]!, full!.data[2 * i + 1]!]);
    expectClose(
      half!.data,
      parts.map(([re]) => re!),
      1e-14,
    );
    expectClose(
      parts.map(([, im]) => im!),
      new Array(12).fill(0),
      1e-15,
    );
  });
  it('has exact constants: a long wave of a whole number of periods has one frequency, and no other beyond rounding', () => {
    const length = 1024;
    const data = Float64Array.from({ length }, (_, i) => [1, 0, -1, 0][i % 4]!);
    const x = G.input('x', [length, 1], 'float64');
    const [y] = G.evaluate([dft(x, 0, { length, inverse: false, onesided: true })], {
      x: { shape: [length, 1], data },
    });
    const found = [...y!.data].flatMap((v, i) => (Math.abs(v) > 1e-11 ? [[i, v]] : []));
    expect(found).toEqual([[512, 512]]);
  });
});

describe('derivatives of', () => {
  it.each([
    ['DFT', transform([2, 5, 3, 2], 20, { axis: 1, length: 4 })],
    ['DFT, one side inverted', transform([2, 4, 2], 20, { inverse: 1, onesided: 1 })],
    ['STFT in the signal and the window', frames(1, { window })],
  ] as readonly (readonly [string, OneNode])[])('%s are confirmed by difference quotients', (_, node) => {
    const graph = graphOf(fileOf(node), { dtype: 'float64' });
    const xs = graph.inputs;
    const [y] = G.substitute([graph.outputs[0]!.value], new Map(xs.map((i) => [i, G.sin(i)])));
    expectDerivatives(y!, xs, asValues(feedsOf(node)), 1e-7);
    expectAdjoint(y!, xs, asValues(feedsOf(node)));
  });
});

describe('STFT', () => {
  it('does not take a stored window for a parameter', () => {
    const graph = graphOf(fileOf(frames(1, { window: { ...window, stored: true } })));
    expect(graph.inputs.map((i) => i.attributes.name)).toEqual(['in0']);
  });
  // ONNX Runtime multiplies the window with other elements of a complex signal than the standard says.
  it('of complex signals weighs both of their parts', () => {
    const node = frames(2, { window });
    const at = asValues(feedsOf(node));
    const [found] = G.evaluate([graphOf(fileOf(node), { dtype: 'float64' }).outputs[0]!.value], at);
    const wanted = [0, 1].flatMap((n) =>
      [0, 3, 6, 9].flatMap((start) => {
        const frame = [...at.in2!.data].map((w, i) => {
          const from = 2 * (19 * n + start + i);
          return [w * at.in0!.data[from]!, w * at.in0!.data[from + 1]!] as const;
        });
        return frame.flatMap((_, k) => spectrumAt(frame, k));
      }),
    );
    expect(found!.shape).toEqual([2, 4, 8, 2]);
    expectClose(found!.data, wanted, 1e-12);
  });
  it('counts the frames of signals of any length when it runs', () => {
    const node = frames(1, { window });
    const [, w] = graphOf(fileOf(node)).inputs;
    const x = G.input('in0', ['N', 'T', 1]);
    const free = stft(x, w, { length: 8, step: 3, onesided: true });
    expect(free.shape).toEqual(['N', 'floor((T + -8)/3) + 1', 5, 2]);
    const [found, wanted] = G.evaluate([free, graphOf(fileOf(node)).outputs[0]!.value], asValues(feedsOf(node)));
    expect(found!.shape).toEqual(wanted!.shape);
    expectClose(found!.data, wanted!.data, 0);
  });
});

describe('a file is refused that', () => {
  it.each([
    [
      'transforms the parts of complex numbers',
      transform([2, 6, 2], 20, { axis: -1 }),
      /transforms axis -1, which holds the parts of complex numbers/,
    ],
    [
      'transforms an axis of unknown length',
      transform([2, 6, 2], 17, { axis: 0 }),
      /transforms axis 0, whose length "N" is not a number; export the model with signals of static length/,
    ],
    [
      'asks for one side of complex signals',
      transform([2, 6, 2], 20, { onesided: 1 }),
      /one side of the spectrum of a complex signal, whose sides differ; set onesided to 0/,
    ],
    [
      'inverts one side of real numbers',
      transform([2, 6, 1], 20, { onesided: 1, inverse: 1 }),
      /inverts one side of a spectrum of real numbers; it needs complex ones/,
    ],
    [
      'has neither real nor complex numbers',
      transform([2, 6, 3], 20),
      /transforms float32\[N, 6, 3\]; it needs floating-point numbers, and a last axis of 1 or 2/,
    ],
    [
      'transforms too much at once',
      transform([1, 5000, 2], 20),
      /of length 5000 of float32\[N, 5000, 2\] needs a matrix of 10000 by 10000; at most 33554432 elements/,
    ],
    [
      'has a window of another length',
      frames(1, { window, length: 7 }),
      /has a window of 8 elements for frames of 7; they must agree/,
    ],
    [
      'cuts frames longer than its signals',
      frames(1, { length: 20 }),
      /cuts frames of 20 from signals of 19; they must not be longer/,
    ],
  ] as readonly (readonly [string, OneNode, RegExp])[])('%s', (_, node, message) => {
    expect(refusalOf(fileOf(node)).message).toMatch(message);
  });
});
