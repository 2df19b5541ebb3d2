/** Graphs inside of nodes: branches and bodies, which nodes carry as attributes. */

import type { onnx as Onnx } from 'onnx-proto';

const graphsIn = (node: Onnx.INodeProto): readonly Onnx.IGraphProto[] =>
  (node.attribute ?? []).flatMap(({ g }) => (g ? [g] : []));

/** Every name that stands in a node's graphs, however deep: among them what these read from outside. */
export const namesInside = (node: Onnx.INodeProto): readonly string[] =>
  graphsIn(node).flatMap(({ node: nodes, output }) => [
    ...(output ?? []).map(({ name }) => name ?? ''),
    ...(nodes ?? []).flatMap((inner) => [...(inner.input ?? []), ...namesInside(inner)]),
  ]);

/** A node, and every one in its graphs, however deep. */
export const withInner = (node: Onnx.INodeProto): readonly Onnx.INodeProto[] => [
  node,
  ...graphsIn(node).flatMap(({ node: nodes }) => (nodes ?? []).flatMap(withInner)),
];

/** Do graphs stand in graphs of the nodes more than so many levels deep? */
export const isDeeperThan = (nodes: readonly Onnx.INodeProto[], levels: number): boolean =>
  nodes.some((node) => graphsIn(node).some((graph) => levels === 0 || isDeeperThan(graph.node ?? [], levels - 1)));

/** The node with each of its graphs replaced. */
export const mapGraphs = (
  node: Onnx.INodeProto,
  replace: (graph: Onnx.IGraphProto) => Onnx.IGraphProto,
): Onnx.INodeProto =>
  graphsIn(node).length === 0
    ? node
    : { ...node, attribute: node.attribute!.map((a) => (a.g ? { ...a, g: replace(a.g) } : a)) };
