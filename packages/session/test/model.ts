/** Tiny ONNX models, built directly, and the values of results. */

import type { DType, Tensor } from '@hograd/graph-builder';
import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import onnxProto from 'onnx-proto';
import { oneLine } from '../src/runtimeMessage.js';

const { onnx } = onnxProto;

const ELEM_TYPE: { readonly [D in DType]: number } & { readonly string: number; readonly float16: number } = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
};

/** `['x', 'float32', ['N', 3]]`; no shape is a shape that the model does not declare, null a dimension without a name. */
export type PortSpec = readonly [
  name: string,
  type: keyof typeof ELEM_TYPE,
  shape?: readonly (number | string | null)[],
];

/** `['MatMul', ['x', 'w'], ['y']]`, attributes of integers last; the node's name is its operator's, numbered where it comes again. */
export type NodeSpec = readonly [
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes?: Readonly<Record<string, readonly number[]>>,
];

export interface ModelSpec {
  readonly inputs: readonly PortSpec[];
  readonly outputs: readonly PortSpec[];
  readonly nodes: readonly NodeSpec[];
  readonly constants?: Readonly<Record<string, number | readonly number[]>>;
  readonly opset?: number;
  readonly ir?: number;
}

/** The type of an attribute that is a list of integers. */
const INTS = 7;

const dimension = (dim: number | string | null) => {
  if (dim === null) return {};
  return typeof dim === 'string' ? { dimParam: dim } : { dimValue: dim };
};

const port = ([name, type, shape]: PortSpec) => ({
  name,
  type: { tensorType: { elemType: ELEM_TYPE[type], ...(shape && { shape: { dim: shape.map(dimension) } }) } },
});

/** The bytes of an ONNX file. `constants` are float64 initializers, scalars or vectors. */
export const model = ({ inputs, outputs, nodes, constants = {}, opset = 17, ir = 8 }: ModelSpec): Uint8Array =>
  onnx.ModelProto.encode({
    irVersion: ir,
    producerName: 'hograd',
    opsetImport: [{ domain: '', version: opset }],
    graph: {
      name: 'test',
      node: nodes.map(([opType, input, output, attributes = {}], i) => ({
        opType,
        name: nodes.findIndex(([op]) => op === opType) === i ? opType : `${opType}${i}`,
        input: [...input],
        output: [...output],
        attribute: Object.entries(attributes).map(([name, ints]) => ({ name, type: INTS, ints: [...ints] })),
      })),
      input: inputs.map(port),
      output: outputs.map(port),
      initializer: Object.entries(constants).map(([name, value]) => ({
        name,
        dims: typeof value === 'number' ? [] : [value.length],
        dataType: 11,
        doubleData: typeof value === 'number' ? [value] : [...value],
      })),
    },
  } as never).finish();

/** y = tanh(x·w), the batch N symbolic. */
export const tanhProduct = (type: 'float32' | 'float64' = 'float32'): Uint8Array =>
  model({
    inputs: [
      ['x', type, ['N', 3]],
      ['w', type, [3, 2]],
    ],
    outputs: [['y', type, ['N', 2]]],
    nodes: [
      ['MatMul', ['x', 'w'], ['z']],
      ['Tanh', ['z'], ['y']],
    ],
  });

/** y = x of one element type. */
export const identity = (type: PortSpec[1], shape?: PortSpec[2]): Uint8Array =>
  model({ inputs: [['x', type, shape]], outputs: [['y', type, shape]], nodes: [['Identity', ['x'], ['y']]] });

export const float32 = (data: readonly number[], shape: readonly number[]): Tensor<'float32'> => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from(data),
});

export const float64 = (data: readonly number[], shape: readonly number[]): Tensor<'float64'> => ({
  dtype: 'float64',
  shape,
  data: Float64Array.from(data),
});

/** Feeds of tanhProduct. */
export const feeds = { x: float32([1, 2, 3, 4, 5, 6], [2, 3]), w: float32([0.1, 0.2, 0.3, -0.1, -0.2, -0.3], [3, 2]) };

/** The value of a Right; the test fails with the error's message otherwise. */
export const get = async <E extends { readonly message: string }, A>(task: TaskEither<E, A>): Promise<A> => {
  const result = await task();
  if (E.isLeft(result)) throw new Error(result.left.message);
  return result.right;
};

/** The error of a Left; the test fails otherwise. */
export const refusal = async <E extends { readonly message: string }, A>(task: TaskEither<E, A>): Promise<E> => {
  const result = await task();
  if (E.isLeft(result)) {
    if (result.left.message !== oneLine(result.left.message))
      throw new Error(`not one plain line: ${result.left.message}`);
    return result.left;
  }
  throw new Error('expected a refusal');
};
