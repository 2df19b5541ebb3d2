/** A node of a file, read for the function that turns it into expressions. */

import type { onnx as Onnx } from 'onnx-proto';
import { type Expr, isFloat } from '../expr.js';
import { constantValue } from '../ops/constant.js';
import type { DType, Tensor } from '../tensor.js';
import { castTensor } from '../transforms/rewrite.js';
import { DecodeFailure } from './errors.js';
import type { ExternalData } from './externalData.js';
import type { ImportNode, Subgraph } from './importer.js';
import { type PlacedNode, titleOf } from './localFunctions.js';
import { type Imported, isSequence } from './sequences.js';
import { dimsOf } from './shapeValues.js';
import { decodeTensor } from './tensorProto.js';
import { dtypeOfOnnx } from './types.js';

/** How a whole file is read. */
export interface Reading {
  /** Precision of every floating-point value; undefined leaves each as the file has it. */
  readonly precision: 'float32' | 'float64' | undefined;
  readonly externalData: ExternalData | undefined;
  /** Tensors of nodes' attributes that were read before: a node in a body is read once a step. */
  readonly tensors: WeakMap<Onnx.ITensorProto, Tensor>;
  /** The value of that name, for a node; fails where there is none yet. */
  readonly lookUp: (name: string, reader: string) => Imported;
  /** Stands before the names of inputs that nodes ask for, so that they differ from step to step of a loop. */
  readonly within: string;
  /** A graph that the node carries; `fail` ends the import in the node's name. */
  readonly graphInside: (graph: Onnx.IGraphProto, fail: (problem: string) => never) => Subgraph;
}

/** An element type of the file as the graph holds it: half precisions as float32, floating-point ones in the asked precision. */
export const heldType = (onnxType: number, precision: Reading['precision']): DType | undefined => {
  const dtype = onnxType === 10 || onnxType === 16 ? 'float32' : dtypeOfOnnx(onnxType);
  return dtype && precision && isFloat(dtype) ? precision : dtype;
};

/** A tensor of the file as the graph holds it. */
export const heldTensor = (proto: Onnx.ITensorProto, reading: Pick<Reading, 'precision' | 'externalData'>): Tensor => {
  const value = decodeTensor(proto, reading.externalData);
  return reading.precision && isFloat(value.dtype) ? castTensor(value, reading.precision) : value;
};

/** Everything that an importer may ask of a node. */
export const importNode = ({ node, opset }: PlacedNode, reading: Reading): ImportNode => {
  const { lookUp } = reading;
  const title = titleOf(node);
  const failNode: ImportNode['fail'] = (problem, unequal) => {
    const message = `node "${title}" (${node.opType}) ${problem}`;
    throw new DecodeFailure({ _tag: 'InvalidNode', node: title, message }, unequal);
  };
  const attributes = new Map((node.attribute ?? []).map((a) => [a.name ?? '', a]));
  const names = node.input ?? [];
  const given = names.map((name) => (name ? lookUp(name, title) : undefined));
  const absent = (i: number): never => failNode(`lacks operand ${i}`);
  const optional = (i: number): Expr | undefined => {
    const value = given[i];
    if (value === undefined || !isSequence(value)) return value;
    return failNode(`needs a tensor as operand ${i}, but "${names[i]}" is a sequence`);
  };
  const known = <T>(i: number, read: (expr: Expr) => T | undefined): T | undefined => {
    const operand = optional(i);
    if (operand === undefined) return undefined;
    return (
      read(operand) ??
      failNode(`needs operand ${i} ("${names[i]}") to be known when the file is read, but it is computed from data`)
    );
  };
  return {
    name: title,
    opType: node.opType ?? '',
    opset,
    outputs: node.output ?? [],
    get inputs() {
      return names.map((_, i) => optional(i));
    },
    operands: names,
    imported: (i) => given[i] ?? absent(i),
    sequence: (i) => {
      const value = given[i] ?? absent(i);
      return isSequence(value) ? value : failNode(`needs a sequence as operand ${i}, but "${names[i]}" is a tensor`);
    },
    optional,
    input: (i) => optional(i) ?? absent(i),
    int: (name, otherwise) => (attributes.has(name) ? Number(attributes.get(name)!.i ?? 0) : otherwise),
    float: (name, otherwise) => (attributes.has(name) ? (attributes.get(name)!.f ?? 0) : otherwise),
    string: (name, otherwise) =>
      attributes.has(name) ? new TextDecoder().decode(attributes.get(name)!.s ?? new Uint8Array()) : otherwise,
    ints: (name) => attributes.get(name)?.ints?.map(Number),
    floats: (name) => attributes.get(name)?.floats?.map(Number),
    strings: (name) => attributes.get(name)?.strings?.map((text) => new TextDecoder().decode(text)),
    tensor: (name) => {
      const proto = attributes.get(name)?.t;
      if (!proto) return undefined;
      const value =
        reading.tensors.get(proto) ?? heldTensor({ ...proto, name: proto.name || `${title}.${name}` }, reading);
      reading.tensors.set(proto, value);
      return value;
    },
    subgraph: (name) => {
      const graph = attributes.get(name)?.g;
      return graph ? reading.graphInside(graph, failNode) : failNode(`lacks its ${name}`);
    },
    inputName: (what) => `${reading.within}${node.output?.[0] ?? ''}.${what}`,
    attributes: [...attributes.keys()],
    dtype: (onnxType) => heldType(onnxType, reading.precision),
    value: (i) => known(i, constantValue),
    dims: (i) => known(i, dimsOf),
    numbers: (i) =>
      known(i, (expr) => {
        const dims = dimsOf(expr);
        return dims?.every((d) => typeof d === 'number') ? (dims as readonly number[]) : undefined;
      }),
    fail: failNode,
  };
};
