/** A graph's nodes as expressions, in a scope: those of a file, and those of the branches and bodies that nodes carry. */

import type { onnx as Onnx } from 'onnx-proto';
import { GraphError, type Unequal } from '../error.js';
import type { Expr } from '../expr.js';
import { constant } from '../ops/constant.js';
import { DecodeFailure } from './errors.js';
import type { Importer, Subgraph } from './importer.js';
import { importerOf } from './importers/domains.js';
import { importNode, type Reading } from './importNode.js';
import type { PlacedNode } from './localFunctions.js';
import { checkSupport, neededValues } from './needed.js';
import { readInitializers } from './parameters.js';
import { type Scope, scopeIn } from './scope.js';
import { type Imported, simplifyImported } from './sequences.js';

/** Bodies written out step by step that have more nodes together are taken for those of a damaged file. */
const MOST_NODES = 100_000;

/** A graph that a node carries, as it is before anything is known of its inputs. */
interface Body {
  readonly stored: ReadonlyMap<string, Expr>;
  readonly inputs: readonly Onnx.IValueInfoProto[];
  readonly nodes: readonly PlacedNode[];
  readonly outputs: readonly string[];
  readonly needed: ReadonlySet<string>;
}

/** How every graph of a file is read. */
export interface FileReading extends Pick<Reading, 'precision' | 'externalData' | 'tensors'> {
  /** Counts nodes that are written out of nodes' graphs; false once there are too many. */
  readonly spend: (nodes: number) => boolean;
  /** Graphs of nodes that were read before: one in a loop's body is met once a step. */
  readonly bodies: WeakMap<Onnx.IGraphProto, Body>;
}

/** The reading of one file, from its start. */
export const fileReading = (reading: Pick<Reading, 'precision' | 'externalData'>): FileReading => {
  let left = MOST_NODES;
  return {
    ...reading,
    tensors: new WeakMap(),
    bodies: new WeakMap(),
    spend: (nodes) => {
      left -= nodes;
      return left >= 0;
    },
  };
};

const undefinedValue = (value: string, message: string): never => {
  throw new DecodeFailure({ _tag: 'UndefinedValue', value, message });
};

const readBody = (graph: Onnx.IGraphProto, opset: number, file: FileReading): Body => {
  const known = file.bodies.get(graph);
  if (known) return known;
  const stored = new Map([...readInitializers(graph, file)].map(([name, value]) => [name, constant(value)]));
  // Before IR version 4 initializers were listed among the inputs too.
  const inputs = (graph.input ?? []).filter(({ name }) => !stored.has(name ?? ''));
  const nodes = (graph.node ?? []).map((inner) => ({ node: inner, opset }));
  const outputs = (graph.output ?? []).map(({ name }) => name ?? '');
  const body = { stored, inputs, nodes, outputs, needed: neededValues(nodes, outputs) };
  file.bodies.set(graph, body);
  return body;
};

const graphInside = (
  graph: Onnx.IGraphProto,
  { node, opset }: PlacedNode,
  outside: Scope['find'],
  file: FileReading,
  within: string,
  fail: (problem: string) => never,
): Subgraph => {
  const { stored, inputs, nodes, outputs, needed } = readBody(graph, opset, file);
  checkSupport(nodes, needed);
  const place = (node.output ?? []).find((name) => name !== '') ?? '';
  return {
    ranks: inputs.map(({ type }) => (type?.tensorType?.shape ? (type.tensorType.shape.dim ?? []).length : undefined)),
    outputs: outputs.length,
    import: (given, step) => {
      if (given.length !== inputs.length)
        fail(`gives ${given.length} values to a graph of ${inputs.length} inputs ("${graph.name ?? ''}")`);
      if (!file.spend(nodes.length + 1))
        fail(
          `writes out its steps one by one, which makes more than ${MOST_NODES} nodes; run fewer steps, or keep the loop out of the exported model`,
        );
      const scope = scopeIn(outside);
      for (const [name, value] of stored) scope.define(name, value);
      inputs.forEach(({ name }, i) => {
        scope.define(name ?? '', given[i]!);
      });
      importNodes(nodes, needed, scope, file, `${within}${place}${step === undefined ? '' : `#${step}`}/`);
      return outputs.map(
        (name) =>
          scope.find(name) ??
          undefinedValue(
            name,
            `the graph "${graph.name ?? ''}" of node "${place}" gives "${name}", which nothing in it defines`,
          ),
      );
    },
  };
};

/** What it means that one length is a number and the other, which it must be, a symbol; nothing of other lengths. */
const frozenText = (unequal: Unequal | undefined): string => {
  const number = unequal?.find((d) => typeof d === 'number' && d !== 1);
  const symbol = unequal?.find((d) => typeof d === 'string');
  return number === undefined || symbol === undefined
    ? ''
    : `; the file has ${number} where "${symbol}" is free: what the exporter ran on is left in it; export it with that length fixed to ${number}, or without what is made from it (a range of the batch, say)`;
};

/** Defines what the nodes give that is needed. `within` stands before the names of inputs that they ask for. */
export const importNodes = (
  nodes: readonly PlacedNode[],
  needed: ReadonlySet<string>,
  { define, find }: Scope,
  file: FileReading,
  within = '',
): void => {
  const lookUp = (name: string, reader: string): Imported =>
    find(name) ??
    undefinedValue(
      name,
      `node "${reader}" reads "${name}", which no input, initializer or earlier node defines (nodes must be in topological order, without cycles)`,
    );
  for (const placed of nodes) {
    const { node } = placed;
    if (!(node.output ?? []).some((o) => needed.has(o))) continue;
    const context = importNode(placed, {
      ...file,
      lookUp,
      within,
      graphInside: (graph, fail) => graphInside(graph, placed, find, file, within, fail),
    });
    let results: ReturnType<Importer>;
    try {
      results = importerOf(node)!(context);
    } catch (cause) {
      if (cause instanceof GraphError)
        context.fail(`cannot be built: ${cause.message}${frozenText(cause.unequal)}`, cause.unequal);
      throw cause;
    }
    (node.output ?? []).forEach((name, i) => {
      if (!name) return;
      if (results[i]) define(name, simplifyImported(results[i]!));
      else if (needed.has(name))
        context.fail(`gives "${name}" as its output ${i}, which is not supported; ask for outputs that do without it`);
    });
  }
};
