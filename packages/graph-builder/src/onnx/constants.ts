/** Constant nodes that hold what could be trained: files keep weights in them, too. */

import type { onnx as Onnx } from 'onnx-proto';
import { isFloat } from '../expr.js';
import type { Tensor } from '../tensor.js';
import { heldTensor, heldType, type Reading } from './importNode.js';
import { domainOf } from './model.js';
import { among, type Stored } from './parameters.js';

/** The floating-point tensor of a Constant node; undefined for any other node. */
const tensorOf = ({ opType, domain, attribute }: Onnx.INodeProto): Onnx.ITensorProto | undefined => {
  if (opType !== 'Constant' || domainOf(domain) !== '') return undefined;
  const tensor = attribute?.find(({ name }) => name === 'value')?.t;
  const dtype = tensor && heldType(tensor.dataType ?? 0, undefined);
  return dtype && isFloat(dtype) ? tensor : undefined;
};

/** By the name of their output, in the order of the file; those in functions and in nodes' graphs have no names outside. */
export const constantTensors = ({ node }: Onnx.IGraphProto): ReadonlyMap<string, Onnx.ITensorProto> =>
  new Map(
    (node ?? []).flatMap((own) => {
      const tensor = tensorOf(own);
      return tensor ? [[own.output?.[0] ?? '', tensor] as const] : [];
    }),
  );

/** Initializers with the Constant nodes of those names among them. */
export const withConstants = (
  { nodes, initializers }: Stored,
  graph: Onnx.IGraphProto,
  names: readonly string[],
  reading: Pick<Reading, 'precision' | 'externalData'>,
): Stored => {
  const named = [...constantTensors(graph)].filter(([name]) => names.includes(name));
  if (named.length === 0) return { nodes, initializers };
  const values = new Map(named.map(([name, tensor]): [string, Tensor] => [name, heldTensor(tensor, reading)]));
  const kept = nodes.filter(({ node }) => !values.has(node.output?.[0] ?? ''));
  return { nodes: kept, initializers: among(kept, initializers, values) };
};
