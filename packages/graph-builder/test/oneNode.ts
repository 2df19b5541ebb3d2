/** Files of one node, written without the code under test, and the check that importing one changes nothing. */

import * as E from 'fp-ts/lib/Either.js';
import Long from 'long';
import onnxProto, { type onnx as Onnx } from 'onnx-proto';
import { expect } from 'vitest';
import * as G from '../src/index.js';
import { onnxTypeOf } from '../src/onnx/types.js';
import { run } from './runtime.js';

const { onnx } = onnxProto;

export interface Operand {
  readonly shape: readonly number[];
  /** Default: irregular numbers between −1.1 and 1.1. */
  readonly data?: readonly number[];
  readonly dtype?: G.DType;
  /** An initializer of the file, rather than an input. */
  readonly stored?: boolean;
  /** The first axis is the symbol N in the file. */
  readonly batch?: boolean;
}

/** Operands of irregular numbers: of a batch, and of fixed shape. */
export const batch = (...shape: number[]): Operand => ({ shape, batch: true });
export const fixed = (...shape: number[]): Operand => ({ shape });

/** A floating-point attribute. */
export const float = (value: number) => ({ float: value });

/** An int64 operand. */
export const ints = (data: readonly number[], shape: readonly number[] = [data.length]): Operand => ({
  shape,
  data,
  dtype: 'int64',
});

/** An int64 vector in the file: a shape, axes, lengths. */
export const storedInts = (...data: number[]): Operand => ({ ...ints(data), stored: true });

/** An attribute: integers as numbers, floating-point ones wrapped. */
export type Attribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly strings: readonly string[] };

export interface OneNode {
  readonly type: string;
  /** Default: ONNX's own. */
  readonly domain?: string;
  /** In the node's order; undefined where one is left out. */
  readonly operands: readonly (Operand | undefined)[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Types of the outputs, undefined where one is left out (default: one of float32). */
  readonly outputs?: readonly (G.DType | undefined)[];
  readonly opset?: number;
}

const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Fixed, irregular numbers: no two alike. */
export const wave = (shape: readonly number[], seed: number): number[] =>
  Array.from({ length: size(shape) }, (_, i) => Math.sin(1.7 * i + seed) + 0.1 * Math.cos(0.37 * i * seed));

export const encodeAttribute = (name: string, value: Attribute): Onnx.IAttributeProto => {
  const { AttributeType } = onnx.AttributeProto;
  if (typeof value === 'string') return { name, type: AttributeType.STRING, s: new TextEncoder().encode(value) };
  if (typeof value === 'number') return { name, type: AttributeType.INT, i: Long.fromNumber(value) };
  if ('floats' in value) return { name, type: AttributeType.FLOATS, floats: [...value.floats] };
  if ('strings' in value)
    return { name, type: AttributeType.STRINGS, strings: value.strings.map((text) => new TextEncoder().encode(text)) };
  if ('float' in value) return { name, type: AttributeType.FLOAT, f: value.float };
  return { name, type: AttributeType.INTS, ints: value.map((v) => Long.fromNumber(v)) };
};

const tensorOf = (operand: Operand, i: number): G.Tensor =>
  G.tensor(operand.data ?? wave(operand.shape, i + 1), operand.shape, operand.dtype ?? 'float32');

/** The description of an input or output; without a shape where none is given. */
export const valueInfo = (name: string, dtype: G.DType, shape?: readonly G.Dim[]): Onnx.IValueInfoProto => ({
  name,
  type: {
    tensorType: {
      elemType: onnxTypeOf[dtype],
      ...(shape && {
        shape: { dim: shape.map((d) => (typeof d === 'string' ? { dimParam: d } : { dimValue: Long.fromNumber(d) })) },
      }),
    },
  },
});

export const storedTensor = (name: string, { dtype, shape, data }: G.Tensor): Onnx.ITensorProto => ({
  name,
  dataType: onnxTypeOf[dtype],
  dims: shape.map((d) => Long.fromNumber(d)),
  rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
});

/** A whole file around a graph. */
export const modelOf = (
  graph: Onnx.IGraphProto,
  opset: number,
  functions: readonly Onnx.IFunctionProto[] = [],
  domains: readonly string[] = functions.map((f) => f.domain!),
): Uint8Array =>
  onnx.ModelProto.encode(
    onnx.ModelProto.create({
      irVersion: Long.fromNumber(opset > 21 ? 10 : 8),
      opsetImport: [
        { domain: '', version: Long.fromNumber(opset) },
        ...[...new Set(domains)].map((domain) => ({ domain, version: Long.fromNumber(1) })),
      ],
      graph: { name: 'one', ...graph },
      functions: [...functions],
    }),
  ).finish();

export const fileOf = ({
  type,
  domain = '',
  operands,
  attributes = {},
  outputs = ['float32'],
  opset = 20,
}: OneNode): Uint8Array => {
  const given = operands.flatMap((o, i) => (o ? [{ name: `in${i}`, operand: o, value: tensorOf(o, i) }] : []));
  return modelOf(
    {
      node: [
        {
          opType: type,
          domain,
          name: 'node',
          input: operands.map((o, i) => (o ? `in${i}` : '')),
          output: outputs.map((o, i) => (o ? `out${i}` : '')),
          attribute: Object.entries(attributes).map(([name, value]) => encodeAttribute(name, value)),
        },
      ],
      input: given
        .filter(({ operand }) => !operand.stored)
        .map(({ name, operand, value }) =>
          valueInfo(name, value.dtype, operand.batch ? ['N', ...value.shape.slice(1)] : value.shape),
        ),
      initializer: given.filter(({ operand }) => operand.stored).map(({ name, value }) => storedTensor(name, value)),
      output: outputs.flatMap((o, i) => (o ? [valueInfo(`out${i}`, o)] : [])),
    },
    opset,
    [],
    domain === '' ? [] : [domain],
  );
};

export const feedsOf = ({ operands }: OneNode): Readonly<Record<string, G.Tensor>> =>
  Object.fromEntries(operands.flatMap((o, i) => (o ? [[`in${i}`, tensorOf(o, i)]] : [])));

export const graphOf = (bytes: Uint8Array, options?: G.DecodeOptions): G.Graph => {
  const result = G.decode(bytes, options);
  if (E.isLeft(result)) throw new Error(result.left.message);
  return result.right;
};

/** The message of the refusal; fails where the file is read. */
export const refusalOf = (bytes: Uint8Array, options?: G.DecodeOptions): G.DecodeError => {
  const result = G.decode(bytes, options);
  if (E.isRight(result)) throw new Error('the file was read');
  return result.left;
};

/** What the interpreter makes of tensors. */
export const asValues = (feeds: Readonly<Record<string, G.Tensor>>): Readonly<Record<string, G.Value>> =>
  Object.fromEntries(
    Object.entries(feeds).map(([name, t]) => [
      name,
      { shape: t.shape, data: Float64Array.from(t.data as ArrayLike<number | bigint>, Number) },
    ]),
  );

export const expectClose = (actual: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): void => {
  expect(actual.length).toBe(wanted.length);
  for (let i = 0; i < wanted.length; i++) {
    if (Number.isFinite(wanted[i]!))
      expect(Math.abs(actual[i]! - wanted[i]!) / Math.max(1, Math.abs(wanted[i]!)), `entry ${i}`).toBeLessThanOrEqual(
        tolerance,
      );
    else expect(actual[i]).toBe(wanted[i]);
  }
};

/** Runs the file itself, the imported graph in the interpreter, and the graph's own file; all outputs agree. */
export const expectImported = async (
  bytes: Uint8Array,
  feeds: Readonly<Record<string, G.Tensor>>,
  tolerance = 2e-6,
): Promise<G.Graph> => {
  const graph = graphOf(bytes);
  const [own, again] = [await run(bytes, feeds), await run(G.encode(graph, { keepInitializers: true }), feeds)];
  const interpreted = G.evaluate(
    graph.outputs.map((o) => o.value),
    asValues(feeds),
  );
  graph.outputs.forEach(({ name, value }, i) => {
    const expected = Array.from(own[name]!.data, Number);
    expect(interpreted[i]!.shape).toEqual(own[name]!.dims);
    expect(value.shape.length).toBe(own[name]!.dims.length);
    expectClose(interpreted[i]!.data, expected, tolerance);
    expect(again[name]!.dims).toEqual(own[name]!.dims);
    expectClose(Array.from(again[name]!.data, Number), expected, tolerance);
  });
  return graph;
};

/** A short name for a table of nodes. */
export const label = ({ type, operands, attributes = {}, opset = 20 }: OneNode): string =>
  `${type} of ${operands.map((o) => (o ? `[${o.shape}]` : '-')).join(' ')} ${JSON.stringify(attributes)} opset ${opset}`;
