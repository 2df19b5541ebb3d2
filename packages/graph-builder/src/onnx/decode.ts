/** ONNX → Graph: a file's nodes as expressions, its floating-point initializers as inputs with default values. */

import * as E from 'fp-ts/lib/Either.js';
import type { onnx as Onnx } from 'onnx-proto';
import { type Dim, symbol } from '../dim.js';
import { GraphError } from '../error.js';
import { isFloat } from '../expr.js';
import { type Graph, type Input, makeGraph } from '../graph.js';
import { constant } from '../ops/constant.js';
import { input } from '../ops/input.js';
import type { Tensor } from '../tensor.js';
import { isConditional, namesInside, pickedBranch } from './conditional.js';
import { type DecodeError, DecodeFailure } from './errors.js';
import type { ExternalData } from './externalData.js';
import type { Importer } from './importer.js';
import { importerOf } from './importers/domains.js';
import { heldType, importNode, type Reading } from './importNode.js';
import { inlineFunctions, type PlacedNode, titleOf } from './localFunctions.js';
import { domainOf, type ParsedModel, parseModel } from './model.js';
import { namedParameters, parametersOf, readInitializers, separateEqual } from './parameters.js';
import { type Imported, outputTensor, simplifyImported } from './sequences.js';

/** Options of `decode`. */
export interface DecodeOptions {
  /** Precision of the graph whatever the file's (default: the file's). */
  readonly dtype?: 'float32' | 'float64';
  /** Outputs that are wanted; the others are left out, with every node that only they need. Default: all. */
  readonly outputs?: readonly string[];
  /**
   * Initializers that become inputs with a default value. Default: every floating-point one of rank 1 or more, except running
   * statistics of batch normalisation, scales of Resize and of stored integers, tables of rotary embeddings and what PyTorch's exporter
   * says is a buffer or a constant; the others are constants of the graph. A name that no floating-point initializer has is an UndefinedValue.
   */
  readonly parameters?: readonly string[];
  /** Bytes of the files that hold tensors' data outside the model, by location. */
  readonly externalData?: ExternalData;
}

const fail = (error: DecodeError): never => {
  throw new DecodeFailure(error);
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
const neededValues = (nodes: readonly PlacedNode[], outputs: readonly string[]): ReadonlySet<string> => {
  const needed = new Set(outputs);
  for (const { node } of [...nodes].reverse()) {
    if (!(node.output ?? []).some((o) => needed.has(o))) continue;
    for (const name of [...(node.input ?? []), ...namesInside(node)]) needed.add(name);
  }
  return needed;
};

/** Every node without an importer, in one go. */
const checkSupport = (placed: readonly PlacedNode[], needed: ReadonlySet<string>): void => {
  const nodes = placed
    .filter((each) => !isConditional(each))
    .map(({ node }) => node)
    .filter((node) => importerOf(node) === undefined)
    .map((node) => ({
      name: titleOf(node),
      opType: domainOf(node.domain) ? `${node.domain}.${node.opType}` : (node.opType ?? ''),
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

interface Scope {
  readonly define: (name: string, value: Imported) => void;
  readonly find: (name: string) => Imported | undefined;
}

/** Names of a graph, inside of another one's whose names it reads, too. */
const scopeIn = (outside: Scope['find']): Scope => {
  const values = new Map<string, Imported>();
  return {
    define: (name, value) => {
      if (values.has(name))
        fail({
          _tag: 'DuplicateName',
          value: name,
          message: `two values are named "${name}"; every value of a graph has one name of its own`,
        });
      values.set(name, value);
    },
    find: (name) => values.get(name) ?? outside(name),
  };
};

type AsRead = Omit<Reading, 'lookUp'>;

/** Defines what the nodes give that is needed. */
const importNodes = (
  nodes: readonly PlacedNode[],
  needed: ReadonlySet<string>,
  { define, find }: Scope,
  asRead: AsRead,
): void => {
  const lookUp = (name: string, reader: string): Imported =>
    find(name) ??
    fail({
      _tag: 'UndefinedValue',
      value: name,
      message: `node "${reader}" reads "${name}", which no input, initializer or earlier node defines (nodes must be in topological order, without cycles)`,
    });
  for (const placed of nodes) {
    const { node } = placed;
    if (!(node.output ?? []).some((o) => needed.has(o))) continue;
    const context = importNode(placed, { ...asRead, lookUp });
    let results: ReturnType<Importer>;
    try {
      results = isConditional(placed)
        ? importBranch(pickedBranch(context, placed), placed.opset, find, asRead)
        : importerOf(node)!(context);
    } catch (cause) {
      if (cause instanceof GraphError) context.fail(`cannot be built: ${cause.message}`);
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

/** What a branch's outputs stand for; its names are its own. */
const importBranch = (
  branch: Onnx.IGraphProto,
  opset: number,
  outside: Scope['find'],
  asRead: AsRead,
): readonly Imported[] => {
  const scope = scopeIn(outside);
  for (const [name, value] of readInitializers(branch, asRead)) scope.define(name, constant(value));
  const nodes = (branch.node ?? []).map((node) => ({ node, opset }));
  const outputs = (branch.output ?? []).map(({ name }) => name ?? '');
  const needed = neededValues(nodes, outputs);
  checkSupport(nodes, needed);
  importNodes(nodes, needed, scope, asRead);
  return outputs.map(
    (name) =>
      scope.find(name) ??
      fail({ _tag: 'UndefinedValue', value: name, message: `a branch gives "${name}", which nothing in it defines` }),
  );
};

const readGraph = (model: ParsedModel, options: DecodeOptions): Graph => {
  const { graph } = model;
  const written = inlineFunctions(model);
  const outputNames = (graph.output ?? []).map((o) => o.name ?? '');
  const wanted = options.outputs ?? outputNames;
  const { define, find } = scopeIn(() => undefined);

  const needed = neededValues(written, wanted);
  checkSupport(written, needed);
  const asRead = { precision: options.dtype, externalData: options.externalData };
  const separated = separateEqual(
    { nodes: written, initializers: readInitializers(graph, asRead) },
    model.kinds,
    outputNames,
  );
  const { nodes, initializers: stored } = separated;
  const parameters = options.parameters
    ? namedParameters(separated, options.parameters)
    : parametersOf(separated, model.kinds);

  const inputs: Input[] = [];
  for (const info of graph.input ?? []) {
    const name = info.name ?? '';
    // Before IR version 4 initializers were listed among the inputs too.
    if (stored.has(name)) continue;
    const type = info.type?.tensorType?.elemType ?? 0;
    const dtype = heldType(type, options.dtype);
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
    if (parameters.has(name) && isFloat(value.dtype)) {
      const expr = input(name, value.shape, value.dtype) as Input;
      inputs.push(expr);
      initializers.set(name, value);
      define(name, expr);
    } else define(name, constant(value));
  }

  importNodes(nodes, needed, { define, find }, asRead);
  const outputs = wanted.map((name) => ({
    name,
    value: outputTensor(
      name,
      find(name) ??
        fail({
          _tag: 'UndefinedValue',
          value: name,
          message: `there is no value "${name}"; the outputs are ${outputNames.map((o) => `"${o}"`).join(', ')}`,
        }),
    ),
  }));
  return makeGraph(outputs, inputs, initializers);
};

/**
 * The graph of an ONNX file (operator sets 7 to 26 of the default domain, and what ONNX Runtime's optimizers fuse; local functions are
 * written out). Every unsupported node is listed in one error. Never throws on bad bytes: whatever is wrong with the file is the Left.
 */
export const decode = (bytes: Uint8Array, options: DecodeOptions = {}): E.Either<DecodeError, Graph> => {
  try {
    return E.right(readGraph(parseModel(bytes), options));
  } catch (cause) {
    if (cause instanceof DecodeFailure) return E.left(cause.error);
    if (cause instanceof GraphError)
      return E.left({ _tag: 'UnsupportedFeature', message: `the graph cannot be built: ${cause.message}` });
    throw cause;
  }
};
