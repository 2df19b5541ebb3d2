/** Nodes, some with graphs in them, and files of several nodes, written without the code under test. */

import onnxProto, { type onnx as Onnx } from 'onnx-proto';
import type * as G from '../src/index.js';
import { onnxTypeOf } from '../src/onnx/types.js';
import { type Attribute, encodeAttribute, modelOf, storedTensor, valueInfo } from './oneNode.js';

const { GRAPH } = onnxProto.onnx.AttributeProto.AttributeType;

/** Graphs are attributes by name, beside the others. */
export const node = (
  opType: string,
  input: readonly string[],
  output: string | readonly string[],
  attributes: Readonly<Record<string, Attribute | Onnx.IGraphProto>> = {},
): Onnx.INodeProto => {
  const outputs = typeof output === 'string' ? [output] : [...output];
  return {
    opType,
    name: `${opType} of ${outputs[0]}`,
    input: [...input],
    output: outputs,
    attribute: Object.entries(attributes).map(([name, value]) =>
      typeof value === 'object' && 'node' in value
        ? { name, type: GRAPH, g: value }
        : encodeAttribute(name, value as Attribute),
    ),
  };
};

/** The element type and, where it is given, the shape of a port. */
export type Port = G.DType | readonly [G.DType, readonly G.Dim[]] | { readonly sequenceOf: G.DType };

const port = (name: string, of: Port): Onnx.IValueInfoProto => {
  if (typeof of === 'string') return valueInfo(name, of);
  if ('sequenceOf' in of)
    return {
      name,
      type: { sequenceType: { elemType: { tensorType: { elemType: onnxTypeOf[of.sequenceOf] } } } },
    };
  return valueInfo(name, of[0], of[1]);
};

export interface GraphOf {
  readonly inputs?: Readonly<Record<string, Port>>;
  readonly nodes: readonly Onnx.INodeProto[];
  readonly outputs: Readonly<Record<string, Port>>;
  readonly stored?: Readonly<Record<string, G.Tensor>>;
}

export const graphProto = ({ inputs = {}, nodes, outputs, stored = {} }: GraphOf): Onnx.IGraphProto => ({
  name: 'graph',
  input: Object.entries(inputs).map(([name, of]) => port(name, of)),
  node: [...nodes],
  output: Object.entries(outputs).map(([name, of]) => port(name, of)),
  initializer: Object.entries(stored).map(([name, value]) => storedTensor(name, value)),
});

export const fileWith = (graph: GraphOf, opset = 20, functions: readonly Onnx.IFunctionProto[] = []): Uint8Array =>
  modelOf(graphProto(graph), opset, functions);
