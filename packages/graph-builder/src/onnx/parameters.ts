/** A file's initializers, and which of them are parameters where nobody says. */

import type { onnx as Onnx } from 'onnx-proto';
import { isFloat } from '../expr.js';
import type { Tensor } from '../tensor.js';
import { type DecodeError, DecodeFailure } from './errors.js';
import { heldTensor, type Reading } from './importNode.js';
import { listed } from './listed.js';
import type { PlacedNode } from './localFunctions.js';
import { domainOf } from './model.js';
import { withInner } from './nested.js';
import { isUniform } from './uniform.js';

const fail = (error: DecodeError): never => {
  throw new DecodeFailure(error);
};

/** The initializers by name. */
export const readInitializers = (
  graph: Onnx.IGraphProto,
  reading: Pick<Reading, 'precision' | 'externalData'>,
): ReadonlyMap<string, Tensor> => {
  const stored = new Map<string, Tensor>();
  for (const proto of graph.initializer ?? []) {
    const name = proto.name ?? '';
    if (stored.has(name))
      fail({
        _tag: 'DuplicateName',
        value: name,
        message: `two initializers are named "${name}"; every value of a graph has one name of its own`,
      });
    stored.set(name, heldTensor(proto, reading));
  }
  return stored;
};

const isOf = (node: Onnx.INodeProto, type: string): boolean => node.opType === type && domainOf(node.domain) === '';

/** The nodes and those inside of them, in order. */
const allOf = (nodes: readonly PlacedNode[]): readonly Onnx.INodeProto[] =>
  nodes.flatMap(({ node }) => withInner(node));

/** May a value be a parameter, by what PyTorch's exporter says of it? It says nothing in files of other origins. */
const mayBe = (kinds: ReadonlyMap<string, string>, name: string): boolean =>
  (kinds.get(name) ?? 'PARAMETER') === 'PARAMETER';

export interface Stored {
  readonly nodes: readonly PlacedNode[];
  readonly initializers: ReadonlyMap<string, Tensor>;
}

/**
 * Initializers with others among them, each behind the float tensor that is first read just before it: a file lists parameters as the
 * modules that own them are listed, by and large in the order of their use, and groups of neighbours are made of that order.
 */
export const among = (
  nodes: readonly PlacedNode[],
  stored: ReadonlyMap<string, Tensor>,
  others: ReadonlyMap<string, Tensor>,
): ReadonlyMap<string, Tensor> => {
  const read = new Set(allOf(nodes).flatMap((node) => node.input ?? []));
  const firstRead = new Map([...read].map((name, at) => [name, at]));
  const at = (name: string): number => firstRead.get(name) ?? Number.POSITIVE_INFINITY;
  const order = [...stored.keys()];
  const neighbours = [...stored].flatMap(([name, { dtype, shape }]) =>
    isFloat(dtype) && shape.length > 0 && firstRead.has(name) ? [name] : [],
  );
  for (const name of [...others.keys()].sort((one, other) => at(one) - at(other))) {
    const before = neighbours.reduce<string | undefined>(
      (last, next) => (at(next) < at(name) && (last === undefined || at(next) > at(last)) ? next : last),
      undefined,
    );
    order.splice(before === undefined ? 0 : order.indexOf(before) + 1, 0, name);
    neighbours.push(name);
  }
  return new Map(order.map((name) => [name, (others.get(name) ?? stored.get(name))!]));
};

/**
 * Initializers that a file keeps once because their values were equal, each on its own again. PyTorch's exporter by tracing writes
 * `b = Identity(a)` for a fresh normalisation's weight and its running variance, both ones, or for any two biases of zeros. Entries
 * that differ do not agree by chance: what shares those is tied, and stays so. What the exporter says is no parameter (`kinds`) is
 * computed with as it is, and an output of the file (`outputs`) is what the file says it is.
 */
export const separateEqual = (
  { nodes, initializers }: Stored,
  kinds: ReadonlyMap<string, string>,
  outputs: readonly string[],
): Stored => {
  const own = new Map<string, Tensor>();
  const kept = nodes.filter(({ node }) => {
    const { input = [], output = [] } = node;
    const source = input![0] ?? '';
    const held = own.get(source) ?? initializers.get(source);
    const value = isOf(node, 'Identity') && mayBe(kinds, source) ? held : undefined;
    const name = output![0]!;
    if (!value || !isUniform(value) || own.has(name) || initializers.has(name) || outputs.includes(name)) return true;
    own.set(name, value);
    return false;
  });
  return { nodes: kept, initializers: among(kept, initializers, own) };
};

/**
 * Operands that are not trained, by domain and type: running statistics, scales to resize or to quantise by, windows, tables of angles,
 * what turns stored integers into numbers, what the shape of the result depends on, and weights of a loss's classes, which trained would
 * take the loss below any bound.
 */
const UNTRAINED: ReadonlyMap<string, readonly number[]> = new Map([
  ['.BatchNormalization', [3, 4]],
  ['.DequantizeLinear', [1, 2]],
  ['.NegativeLogLikelihoodLoss', [2]],
  ['.NonZero', [0]],
  ['.QuantizeLinear', [1, 2]],
  ['.Resize', [1, 2, 3]],
  ['.RotaryEmbedding', [1, 2]],
  ['.STFT', [1, 2, 3]],
  ['.SoftmaxCrossEntropyLoss', [2]],
  ['.Unique', [0]],
  ['.Upsample', [1]],
  ['com.microsoft.GroupQueryAttention', [7, 8]],
  ['com.microsoft.MatMulNBits', [2, 3]],
  ['com.microsoft.RotaryEmbedding', [2, 3]],
]);

/** Names that are only read as such operands: no parameters to train. */
const untrained = (nodes: readonly PlacedNode[]): ReadonlySet<string> => {
  const settings = new Set<string>();
  const others = new Set<string>();
  for (const { domain, opType, input } of allOf(nodes)) {
    const own = UNTRAINED.get(`${domainOf(domain)}.${opType}`) ?? [];
    (input ?? []).forEach((name, i) => {
      (own.includes(i) ? settings : others).add(name);
    });
  }
  return new Set([...settings].filter((name) => !others.has(name)));
};

/** Does it hold −∞, which masks add to scores and nothing is trained from? NaN and +∞ are a parameter's that diverged. */
const isMask = (data: Float64Array): boolean =>
  data.includes(Number.NEGATIVE_INFINITY) && !data.some((v) => Number.isNaN(v) || v === Number.POSITIVE_INFINITY);

/**
 * Is one value that is not finite all that it holds? JAX writes the NaN of `where(n > 0, v, NaN)` as a tensor, others +∞ as a bound. A
 * parameter that diverged looks alike, but then so do all that were trained with it.
 */
const isFilling = (data: Float64Array): boolean =>
  data.length > 0 && !Number.isFinite(data[0]) && data.every((v) => Object.is(v, data[0]));

/**
 * The initializers that are parameters: floating-point, no mask, nothing that fills places with NaN or +∞ beside others that can be
 * trained, of rank 1 or more unless PyTorch's exporter calls them
 * parameters (`kinds`, by name), none that only `UNTRAINED` operands are read from, and none that it says is something else: a BUFFER
 * or a CONSTANT_TENSOR.
 */
export const parametersOf = (
  { nodes, initializers }: Stored,
  kinds: ReadonlyMap<string, string>,
): ReadonlySet<string> => {
  const settings = untrained(nodes);
  const isParameter = (name: string, { dtype, shape, data }: Tensor): boolean =>
    isFloat(dtype) &&
    (shape.length > 0 || kinds.get(name) === 'PARAMETER') &&
    !settings.has(name) &&
    mayBe(kinds, name) &&
    !isMask(data as Float64Array);
  const parameters = [...initializers].filter(([name, value]) => isParameter(name, value));
  const trained = parameters.filter(([, { data }]) => !isFilling(data as Float64Array));
  return new Set((trained.length > 0 ? trained : parameters).map(([name]) => name));
};

/** The parameters that the caller names; UndefinedValue where one is no floating-point initializer (nor was made one, `withConstants`). */
export const namedParameters = ({ initializers }: Stored, names: readonly string[]): ReadonlySet<string> => {
  const known = [...initializers].flatMap(([name, { dtype }]) => (isFloat(dtype) ? [name] : []));
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    fail({
      _tag: 'UndefinedValue',
      value: unknown,
      message: `there is no floating-point initializer "${unknown}"; the model has ${listed(known)}`,
    });
  }
  return new Set(names);
};
