/** If, where its condition is known when the file is read: the branch that it picks stands in the node's place. */

import type { onnx as Onnx } from 'onnx-proto';
import type { ImportNode } from './importer.js';
import type { PlacedNode } from './localFunctions.js';
import { domainOf } from './model.js';

export const isConditional = ({ node }: PlacedNode): boolean => node.opType === 'If' && domainOf(node.domain) === '';

const graphsIn = (node: Onnx.INodeProto): readonly Onnx.IGraphProto[] =>
  (node.attribute ?? []).flatMap(({ g }) => (g ? [g] : []));

/** Every name that stands in a node's branches, however deep: among them what these read from outside. */
export const namesInside = (node: Onnx.INodeProto): readonly string[] =>
  graphsIn(node).flatMap(({ node: nodes, output }) => [
    ...(output ?? []).map(({ name }) => name ?? ''),
    ...(nodes ?? []).flatMap((inner) => [...(inner.input ?? []), ...namesInside(inner)]),
  ]);

/** The branch that the condition picks. Fails, naming the node, where the condition is computed from data. */
export const pickedBranch = (context: ImportNode, { node }: PlacedNode): Onnx.IGraphProto => {
  const condition = context.numbers(0);
  if (condition?.length !== 1) return context.fail(`needs one truth value, got ${condition?.length ?? 0}`);
  const name = condition[0] === 0 ? 'else_branch' : 'then_branch';
  const branch = (node.attribute ?? []).find((attribute) => attribute.name === name)?.g;
  return branch ?? context.fail(`lacks its ${name}`);
};
