/** ONNX → Graph: a file's nodes as expressions, its floating-point initializers as inputs with default values. */

import * as E from 'fp-ts/lib/Either.js';
import type { Dim } from '../dim.js';
import { GraphError } from '../error.js';
import { isFloat } from '../expr.js';
import { type Graph, makeGraph } from '../graph.js';
import { constant } from '../ops/constant.js';
import { type Input, input } from '../ops/input.js';
import { type OptionNames, unknownOption } from '../options.js';
import type { Tensor } from '../tensor.js';
import { withConstants } from './constants.js';
import { declaredShapes } from './dimensions.js';
import { type DecodeError, DecodeFailure } from './errors.js';
import type { ExternalData } from './externalData.js';
import { fileReading, importNodes } from './importGraph.js';
import { heldType } from './importNode.js';
import { inlineFunctions } from './localFunctions.js';
import { type ParsedModel, parseModel } from './model.js';
import { checkSupport, neededValues } from './needed.js';
import { namedParameters, parametersOf, readInitializers, separateEqual } from './parameters.js';
import { scopeIn } from './scope.js';
import { outputTensor } from './sequences.js';
import { type Names, ownNames, renamed, unified } from './unify.js';

/** Options of `decode`. */
export interface DecodeOptions {
  /** Precision of the graph whatever the file's (default: the file's). */
  readonly dtype?: 'float32' | 'float64';
  /** Outputs that are wanted; the others are left out, with every node that only they need. Default: all. */
  readonly outputs?: readonly string[];
  /**
   * Initializers that become inputs with a default value. Default: every floating-point one of rank 1 or more, except running
   * statistics of batch normalisation, scales of Resize and of stored or quantised integers, windows of STFT, tables of rotary
   * embeddings, class weights of a loss, masks of −∞, what is NaN or +∞ throughout and what PyTorch's exporter says is a buffer or a
   * constant; the others are constants of the graph. The outputs of floating-point Constant nodes may be named, too. A name that
   * neither has is an UndefinedValue.
   */
  readonly parameters?: readonly string[];
  /** Bytes of the files that hold tensors' data outside the model, by location. */
  readonly externalData?: ExternalData;
}

const DECODE_OPTIONS: OptionNames<DecodeOptions> = { dtype: true, outputs: true, parameters: true, externalData: true };

const fail = (error: DecodeError): never => {
  throw new DecodeFailure(error);
};

/** The shape of an input under those names. Fails where the file declares none. */
const shapeOf = (name: string, declared: readonly Dim[] | undefined, names: Names): readonly Dim[] =>
  declared?.map(renamed(names)) ??
  fail({
    _tag: 'UnsupportedFeature',
    message: `input "${name}" has no shape in the file; run ONNX shape inference on it or export it with shapes`,
  });

const readGraph = (
  model: ParsedModel,
  options: DecodeOptions,
  shapes: readonly (readonly Dim[] | undefined)[],
  names: Names,
): Graph => {
  const { graph } = model;
  const written = inlineFunctions(model);
  const outputNames = (graph.output ?? []).map((o) => o.name ?? '');
  const wanted = options.outputs ?? outputNames;
  if (wanted.length === 0) {
    fail({
      _tag: 'UnsupportedFeature',
      message: options.outputs
        ? 'no output is wanted; name at least one value of the model'
        : 'the model has no outputs; name the values that are wanted',
    });
  }
  const { define, find } = scopeIn(() => undefined);

  const needed = neededValues(written, wanted);
  checkSupport(written, needed);
  const asRead = fileReading({ precision: options.dtype, externalData: options.externalData });
  const separated = separateEqual(
    withConstants(
      { nodes: written, initializers: readInitializers(graph, asRead) },
      graph,
      options.parameters ?? [],
      asRead,
    ),
    model.kinds,
    outputNames,
  );
  const { nodes, initializers: stored } = separated;
  const parameters = options.parameters
    ? namedParameters(separated, options.parameters)
    : parametersOf(separated, model.kinds);

  const inputs: Input[] = [];
  for (const [i, info] of (graph.input ?? []).entries()) {
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
    const expr = input(name, shapeOf(name, shapes[i], names), dtype!);
    inputs.push(expr);
    define(name, expr);
  }
  const initializers = new Map<string, Tensor>();
  for (const [name, value] of stored) {
    if (parameters.has(name) && isFloat(value.dtype)) {
      const expr = input(name, value.shape, value.dtype);
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

/** The graph, read again under other names for as long as it takes lengths of inputs for one that have names of their own. */
const readUnified = (model: ParsedModel, options: DecodeOptions): Graph => {
  const shapes = declaredShapes(model.graph.input ?? []);
  let names = ownNames(shapes.map((shape) => shape ?? []));
  for (;;) {
    try {
      return readGraph(model, options, shapes, names);
    } catch (cause) {
      const pair = cause instanceof DecodeFailure || cause instanceof GraphError ? cause.unequal : undefined;
      const next = pair && unified(names, pair);
      if (next === undefined) throw cause;
      names = next;
    }
  }
};

/**
 * The graph of an ONNX file (operator sets 7 to 26 of the default domain, and what ONNX Runtime's optimizers fuse; local functions are
 * written out). Lengths of inputs that have symbols of their own, and that operators need to be one, have one symbol in the graph:
 * the first of them in the order of the inputs; one that they need to be a polynomial in others (N + 1) is that. Every unsupported node is listed in one error. Never throws on bad bytes: whatever is wrong with the file, or with the
 * options' names, is the Left.
 */
export const decode = (bytes: Uint8Array, options: DecodeOptions = {}): E.Either<DecodeError, Graph> => {
  const unknown = unknownOption(options, DECODE_OPTIONS);
  if (unknown) return E.left({ _tag: 'UnsupportedFeature', message: unknown.message });
  try {
    return E.right(readUnified(parseModel(bytes), options));
  } catch (cause) {
    if (cause instanceof DecodeFailure) return E.left(cause.error);
    if (cause instanceof GraphError)
      return E.left({ _tag: 'UnsupportedFeature', message: `the graph cannot be built: ${cause.message}` });
    throw cause;
  }
};
