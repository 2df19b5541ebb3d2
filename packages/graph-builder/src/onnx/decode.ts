/** ONNX → Graph: a file's nodes as expressions, its floating-point initializers as inputs with default values. */

import * as E from 'fp-ts/lib/Either.js';
import onnxProto, { type onnx as Onnx } from 'onnx-proto';
import type { Dim } from '../dim.js';
import { symbol } from '../dim.js';
import { GraphError } from '../error.js';
import { type Expr, isFloat } from '../expr.js';
import { type Graph, type Input, makeGraph } from '../graph.js';
import { constant, constantValue } from '../ops/constant.js';
import { input } from '../ops/input.js';
import type { Tensor } from '../tensor.js';
import { castGraph } from '../transforms/rewrite.js';
import { type DecodeError, DecodeFailure } from './errors.js';
import type { ImportNode } from './importer.js';
import { importers } from './importers/index.js';
import { dimsOf, simplifyShape } from './shapeValues.js';
import { decodeTensor } from './tensorProto.js';
import { dtypeOfOnnx } from './types.js';

export interface DecodeOptions {
  /** Precision of the graph whatever the file's (default: the file's). */
  readonly dtype?: 'float32' | 'float64';
  /** Outputs that are wanted; the others are left out, with every node that only they need. Default: all. */
  readonly outputs?: readonly string[];
  /**
   * Initializers that become inputs with a default value. Default: every floating-point one of rank 1 or more; the others
   * are constants of the graph.
   */
  readonly parameters?: readonly string[];
}

const fail = (error: DecodeError): never => {
  throw new DecodeFailure(error);
};

const parse = (bytes: Uint8Array): Onnx.ModelProto => {
  let model: Onnx.ModelProto;
  try {
    model = onnxProto.onnx.ModelProto.decode(bytes);
  } catch (cause) {
    return fail({
      _tag: 'NotOnnx',
      message: `not an ONNX model: ${(cause as Error).message}; is the file complete, and is it a .onnx file?`,
    });
  }
  if (
    !model.graph ||
    (model.graph.node?.length ?? 0) + (model.graph.output?.length ?? 0) === 0 ||
    !model.opsetImport?.length
  ) {
    return fail({
      _tag: 'NotOnnx',
      message: 'not an ONNX model: it has no graph with outputs or no operator set; is it a .onnx file?',
    });
  }
  return model;
};

const shapeOf = (name: string, info: Onnx.IValueInfoProto): readonly Dim[] => {
  const shape = info.type?.tensorType?.shape;
  if (!shape) {
    return fail({
      _tag: 'UnsupportedFeature',
      message: `input "${name}" has no shape in the file; run ONNX shape inference on it or export it with shapes`,
    });
  }
  return (shape.dim ?? []).map((d, axis) => {
    if (d.dimParam) return symbol(d.dimParam);
    const value = d.dimValue === undefined || d.dimValue === null ? -1 : Number(d.dimValue);
    return value >= 0 && Object.hasOwn(d, 'dimValue') ? value : symbol(`${name}_${axis}`);
  });
};

/** Names of values that the wanted outputs depend on. */
const neededValues = (graph: Onnx.IGraphProto, outputs: readonly string[]): ReadonlySet<string> => {
  const needed = new Set(outputs);
  for (const node of [...(graph.node ?? [])].reverse()) {
    if ((node.output ?? []).some((o) => needed.has(o))) for (const name of node.input ?? []) needed.add(name);
  }
  return needed;
};

const titleOf = (node: Onnx.INodeProto): string => node.name || `${node.opType} → ${node.output?.[0] ?? '?'}`;

const domainOf = (node: Onnx.INodeProto): string => (node.domain && node.domain !== 'ai.onnx' ? node.domain : '');

/** Every node without an importer, in one go. */
const checkSupport = (graph: Onnx.IGraphProto, needed: ReadonlySet<string>): void => {
  const nodes = (graph.node ?? [])
    .filter((node) => domainOf(node) !== '' || !Object.hasOwn(importers, node.opType ?? ''))
    .map((node) => ({
      name: titleOf(node),
      opType: domainOf(node) ? `${domainOf(node)}.${node.opType}` : (node.opType ?? ''),
      onPath: (node.output ?? []).some((o) => needed.has(o)),
    }));
  if (!nodes.some((n) => n.onPath)) return;
  const text = nodes
    .map((n) => `${n.opType} ("${n.name}"${n.onPath ? '' : ', not on the path to the outputs'})`)
    .join(', ');
  fail({
    _tag: 'UnsupportedOperators',
    nodes,
    message: `${nodes.length} unsupported node${nodes.length > 1 ? 's' : ''}: ${text}; replace them or export the model without them`,
  });
};

const importNode = (
  node: Onnx.INodeProto,
  opset: number,
  lookUp: (name: string, reader: string) => Expr,
): ImportNode => {
  const title = titleOf(node);
  const failNode = (problem: string): never =>
    fail({ _tag: 'InvalidNode', node: title, message: `node "${title}" (${node.opType}) ${problem}` });
  const attributes = new Map((node.attribute ?? []).map((a) => [a.name ?? '', a]));
  const names = node.input ?? [];
  const optional = (i: number): Expr | undefined => (names[i] ? lookUp(names[i]!, title) : undefined);
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
    inputs: names.map((_, i) => optional(i)),
    optional,
    input: (i) => optional(i) ?? failNode(`lacks operand ${i}`),
    int: (name, otherwise) => (attributes.has(name) ? Number(attributes.get(name)!.i ?? 0) : otherwise),
    float: (name, otherwise) => (attributes.has(name) ? (attributes.get(name)!.f ?? 0) : otherwise),
    string: (name, otherwise) =>
      attributes.has(name) ? new TextDecoder().decode(attributes.get(name)!.s ?? new Uint8Array()) : otherwise,
    ints: (name) => attributes.get(name)?.ints?.map(Number),
    floats: (name) => attributes.get(name)?.floats?.map(Number),
    tensor: (name) => {
      const proto = attributes.get(name)?.t;
      return proto ? decodeTensor({ ...proto, name: proto.name || `${title}.${name}` }) : undefined;
    },
    attributes: [...attributes.keys()],
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

const readGraph = (model: Onnx.ModelProto, options: DecodeOptions): Graph => {
  const graph = model.graph!;
  const opset = Number(model.opsetImport.find((o) => !o.domain || o.domain === 'ai.onnx')?.version ?? 0);
  const outputNames = (graph.output ?? []).map((o) => o.name ?? '');
  const wanted = options.outputs ?? outputNames;
  const values = new Map<string, Expr>();
  const define = (name: string, expr: Expr): void => {
    if (values.has(name))
      fail({
        _tag: 'DuplicateName',
        value: name,
        message: `two values are named "${name}"; every value of a graph has one name of its own`,
      });
    values.set(name, expr);
  };

  const needed = neededValues(graph, wanted);
  checkSupport(graph, needed);
  const stored = new Map<string, Tensor>();
  for (const proto of graph.initializer ?? []) {
    const name = proto.name ?? '';
    if (stored.has(name))
      fail({
        _tag: 'DuplicateName',
        value: name,
        message: `two initializers are named "${name}"; every value of a graph has one name of its own`,
      });
    stored.set(name, decodeTensor(proto));
  }
  const isParameter = (name: string, value: Tensor): boolean =>
    isFloat(value.dtype) && (options.parameters ? options.parameters.includes(name) : value.shape.length > 0);

  const inputs: Input[] = [];
  for (const info of graph.input ?? []) {
    const name = info.name ?? '';
    // Before IR version 4 initializers were listed among the inputs too.
    if (stored.has(name)) continue;
    const type = info.type?.tensorType?.elemType ?? 0;
    const dtype = type === 10 || type === 16 ? 'float32' : dtypeOfOnnx(type);
    if (dtype === undefined) {
      if (!needed.has(name)) continue;
      fail({
        _tag: 'UnsupportedFeature',
        message: `input "${name}" has element type ${type}, which is not supported; convert the model to float32`,
      });
    }
    const expr = input(name, shapeOf(name, info), dtype!) as Input;
    inputs.push(expr);
    define(name, expr);
  }
  const initializers = new Map<string, Tensor>();
  for (const [name, value] of stored) {
    if (isParameter(name, value)) {
      const expr = input(name, value.shape, value.dtype) as Input;
      inputs.push(expr);
      initializers.set(name, value);
      define(name, expr);
    } else define(name, constant(value));
  }

  const lookUp = (name: string, reader: string): Expr =>
    values.get(name) ??
    fail({
      _tag: 'UndefinedValue',
      value: name,
      message: `node "${reader}" reads "${name}", which no input, initializer or earlier node defines (nodes must be in topological order, without cycles)`,
    });
  for (const node of graph.node ?? []) {
    if (!(node.output ?? []).some((o) => needed.has(o))) continue;
    const importer = importers[node.opType ?? '']!;
    const context = importNode(node, opset, lookUp);
    let results: readonly Expr[];
    try {
      results = importer(context);
    } catch (cause) {
      if (cause instanceof GraphError) return context.fail(`cannot be built: ${cause.message}`);
      throw cause;
    }
    (node.output ?? []).forEach((name, i) => {
      if (name && results[i]) define(name, simplifyShape(results[i]!));
    });
  }
  const outputs = wanted.map((name) => ({
    name,
    value:
      values.get(name) ??
      fail({
        _tag: 'UndefinedValue',
        value: name,
        message: `there is no value "${name}"; the outputs are ${outputNames.map((o) => `"${o}"`).join(', ')}`,
      }),
  }));
  return makeGraph(outputs, inputs, initializers);
};

/**
 * The graph of an ONNX file (operator sets 7 and later of the default domain). Every unsupported node is listed in one
 * error. Never throws on bad bytes: whatever is wrong with the file is the Left.
 */
export const decode = (bytes: Uint8Array, options: DecodeOptions = {}): E.Either<DecodeError, Graph> => {
  try {
    const graph = readGraph(parse(bytes), options);
    return E.right(options.dtype ? castGraph(options.dtype)(graph) : graph);
  } catch (cause) {
    if (cause instanceof DecodeFailure) return E.left(cause.error);
    if (cause instanceof GraphError)
      return E.left({ _tag: 'UnsupportedFeature', message: `the graph cannot be built: ${cause.message}` });
    throw cause;
  }
};
