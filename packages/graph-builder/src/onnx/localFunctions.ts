/** Functions that a model defines itself (FunctionProto), written out where they are called. */

import type { onnx as Onnx } from 'onnx-proto';
import { DecodeFailure } from './errors.js';
import { domainOf, opsetOf, type ParsedModel } from './model.js';
import { isDeeperThan, mapGraphs, withInner } from './nested.js';

/** A node, and the version of the default operator set that it is to be read by. */
export interface PlacedNode {
  readonly node: Onnx.INodeProto;
  readonly opset: number;
}

interface LocalFunction {
  readonly proto: Onnx.IFunctionProto;
  readonly defaults: ReadonlyMap<string, Onnx.IAttributeProto>;
  readonly opset: number;
}

/** Functions that call functions can double a file's size again and again; no model that people train comes near these. */
const MOST_NODES = 200_000;
const DEEPEST_CALL = 100;

/** Graphs in graphs deeper than this are taken for a damaged file's. */
const DEEPEST_GRAPH = 64;

const fail = (message: string): never => {
  throw new DecodeFailure({ _tag: 'UnsupportedFeature', message });
};

const failDeep = (): never => fail(`graphs stand in graphs more than ${DEEPEST_GRAPH} deep; is the file damaged?`);

/** A node's name, or what stands in for one. */
export const titleOf = (node: Onnx.INodeProto): string => node.name || `${node.opType} → ${node.output?.[0] ?? '?'}`;

const keyOf = (domain: string | null | undefined, name: string | null | undefined): string =>
  `${domainOf(domain)}.${name ?? ''}`;

const byName = (attributes: readonly Onnx.IAttributeProto[]): ReadonlyMap<string, Onnx.IAttributeProto> =>
  new Map(attributes.map((a) => [a.name ?? '', a]));

/** Attributes of a function's node, its references replaced by the call's values; a reference without a value is left out. */
const resolved = (
  node: Onnx.INodeProto,
  given: ReadonlyMap<string, Onnx.IAttributeProto>,
): readonly Onnx.IAttributeProto[] =>
  (node.attribute ?? []).flatMap((attribute) => {
    if (!attribute.refAttrName) return [attribute];
    const value = given.get(attribute.refAttrName);
    return value ? [{ ...value, name: attribute.name }] : [];
  });

/** A function's node as a call has it: its references to attributes resolved and its names replaced, those in its graphs, too. */
const renamed = (
  node: Onnx.INodeProto,
  given: ReadonlyMap<string, Onnx.IAttributeProto>,
  rename: (name: string) => string,
  scope: string,
): Onnx.INodeProto => {
  const named = <T extends { name?: string | null }>(values: readonly T[] | null | undefined): T[] =>
    (values ?? []).map((value) => ({ ...value, name: rename(value.name ?? '') }));
  const own = {
    ...node,
    name: `${scope}/${titleOf(node)}`,
    input: (node.input ?? []).map(rename),
    output: (node.output ?? []).map(rename),
    attribute: [...resolved(node, given)],
  };
  return mapGraphs(own, (graph) => ({
    ...graph,
    node: (graph.node ?? []).map((inner) => renamed(inner, given, rename, scope)),
    initializer: named(graph.initializer),
    input: named(graph.input),
    output: named(graph.output),
  }));
};

/** The nodes of a call, its formal names replaced by actual ones and its inner names made its own. */
const bodyOf = (
  call: Onnx.INodeProto,
  { proto, defaults }: LocalFunction,
  scope: string,
): readonly Onnx.INodeProto[] => {
  const [formals, results] = [proto.input ?? [], proto.output ?? []];
  const [actuals, wanted] = [call.input ?? [], call.output ?? []];
  if (actuals.length > formals.length || wanted.length > results.length) {
    fail(
      `node "${titleOf(call)}" gives ${actuals.length} operands and takes ${wanted.length} outputs; the function ${proto.name} has ${formals.length} and ${results.length}`,
    );
  }
  const names = new Map(formals.map((name, i) => [name, actuals[i] ?? '']));
  // A result that is an operand as well needs a node that copies it.
  const copies = results.flatMap((name, i) =>
    names.has(name) && wanted[i] ? [{ opType: 'Identity', input: [names.get(name)!], output: [wanted[i]!] }] : [],
  );
  results.forEach((name, i) => {
    if (!names.has(name) && wanted[i]) names.set(name, wanted[i]!);
  });
  const rename = (name: string): string => (name === '' ? '' : (names.get(name) ?? `${scope}/${name}`));
  const given = new Map([...defaults, ...byName(call.attribute ?? [])]);
  return [...(proto.node ?? []).map((node) => renamed(node, given, rename, scope)), ...copies];
};

interface Extent {
  readonly nodes: number;
  readonly depth: number;
}

/**
 * Makes sure, before anything is written out, that the calls of some nodes end, and in how many nodes. Throws DecodeFailure on
 * a function that calls itself and on absurd sizes.
 */
const checkExtent = (nodes: readonly Onnx.INodeProto[], known: ReadonlyMap<string, LocalFunction>): void => {
  const measured = new Map<string, Extent>();
  const extentOf = (nodesOf: readonly Onnx.INodeProto[], callers: readonly string[]): Extent => {
    const body = nodesOf.flatMap(withInner);
    let [size, depth] = [body.length, 0];
    for (const node of body) {
      const key = keyOf(node.domain, node.opType);
      const called = known.get(key);
      if (!called) continue;
      if (callers.includes(key))
        fail(`the function ${called.proto.name} calls itself: ${[...callers, key].join(' → ')}`);
      if (callers.length >= DEEPEST_CALL) fail(`local functions call each other more than ${DEEPEST_CALL} deep`);
      const inner = measured.get(key) ?? extentOf(called.proto.node ?? [], [...callers, key]);
      measured.set(key, inner);
      size += inner.nodes;
      depth = Math.max(depth, inner.depth + 1);
    }
    if (depth > DEEPEST_CALL) fail(`local functions call each other more than ${DEEPEST_CALL} deep`);
    if (size > MOST_NODES && depth > 0)
      fail(`local functions write out more than ${MOST_NODES} nodes; is the file damaged?`);
    return { nodes: size, depth };
  };
  extentOf(nodes, []);
};

/**
 * The model's nodes with every call of a local function replaced by the function's nodes, however deep, in branches and bodies, too.
 * Throws DecodeFailure on a function that calls itself, a call that does not fit, one from a branch or body of another operator set, and
 * absurd sizes and depths.
 */
export const inlineFunctions = ({ graph, functions, functionDefaults, opset }: ParsedModel): readonly PlacedNode[] => {
  const known = new Map<string, LocalFunction>(
    functions.map((proto, i) => [
      keyOf(proto.domain, proto.name),
      { proto, defaults: byName(functionDefaults[i] ?? []), opset: opsetOf(proto.opsetImport ?? []) },
    ]),
  );
  if ([graph, ...functions].some(({ node }) => isDeeperThan(node ?? [], DEEPEST_GRAPH))) failDeep();
  checkExtent(graph.node ?? [], known);
  let calls = 0;
  const written = (node: Onnx.INodeProto, version: number, depth: number): readonly PlacedNode[] => {
    const called = known.get(keyOf(node.domain, node.opType));
    if (!called) return [{ node: mapGraphs(node, (graph) => inside(graph, version, depth + 1)), opset: version }];
    const body = bodyOf(node, called, `${titleOf(node)}#${++calls}`);
    return body.flatMap((inner) => written(inner, called.opset, depth));
  };
  const inside = (body: Onnx.IGraphProto, version: number, depth: number): Onnx.IGraphProto => ({
    ...body,
    node: (depth > DEEPEST_GRAPH ? failDeep() : (body.node ?? []))
      .flatMap((node) => written(node, version, depth))
      .map((inner) =>
        inner.opset === version
          ? inner.node
          : fail(
              `node "${titleOf(inner.node)}" is of a local function of operator set ${inner.opset}, called in a graph of set ${version}; export the model with one set`,
            ),
      ),
  });
  return (graph.node ?? []).flatMap((node) => written(node, opset, 0));
};
