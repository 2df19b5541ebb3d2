/** Finding a graph's layers: matrix products and convolutions of which one operand is a parameter. */

import { type Expr, type Input, isInput, topologicalOrder, uniformValue } from '@hograd/graph-builder';
import { convolution, type Layer, productOfColumns, productOfRows } from './layer.js';

/** Who reads each node of a graph. */
type Readers = ReadonlyMap<Expr, readonly Expr[]>;

const readersIn = (loss: Expr): Readers => {
  const readers = new Map<Expr, Expr[]>();
  for (const node of topologicalOrder([loss])) {
    for (const arg of new Set(node.args)) readers.set(arg, [...(readers.get(arg) ?? []), node]);
  }
  return readers;
};

/** The one node that reads this one; undefined where there are more, or none. */
const onlyReader = (readers: Readers, node: Expr): Expr | undefined => {
  const [reader, ...others] = readers.get(node) ?? [];
  return others.length === 0 ? reader : undefined;
};

/** The number that a product multiplies a node by; undefined where the other operand is not one constant number. */
const factorOf = (product: Expr, node: Expr): number | undefined => {
  const other = product.args[0] === node ? product.args[1]! : product.args[0]!;
  return other.shape.length === 0 ? uniformValue(other) : undefined;
};

/** The node that a weight is an operand of, and that operand: the weight itself, scaled or transposed on the way. */
const followWeight = (readers: Readers, weight: Input) => {
  let [operand, scale, transposed]: [Expr, number, boolean] = [weight, 1, false];
  let reader = onlyReader(readers, operand);
  while (reader !== undefined) {
    const factor = reader.op.name === 'mul' ? factorOf(reader, operand) : undefined;
    if (factor !== undefined) scale *= factor;
    else if (reader.op.name === 'transpose' && weight.shape.length === 2) transposed = !transposed;
    else break;
    operand = reader;
    reader = onlyReader(readers, operand);
  }
  return { reader, operand, use: { weight, scale, transposed } };
};

const layerOf = (readers: Readers, weight: Input): Layer | undefined => {
  const { reader, operand, use } = followWeight(readers, weight);
  if (reader === undefined || reader.args[0] === reader.args[1]) return undefined;
  if (reader.op.name === 'conv' && reader.attributes.groups === 1 && reader.args[1] === operand) {
    return convolution(reader, use);
  }
  if (reader.op.name !== 'matmul' || reader.shape.length !== 2 || weight.shape.length !== 2) return undefined;
  return reader.args[1] === operand ? productOfRows(reader, use) : productOfColumns(reader, use);
};

/** The parameter that an operand spreads out, through nodes that nothing else reads. */
const spreadParameter = (readers: Readers, operand: Expr, parameters: ReadonlySet<Expr>): Input | undefined => {
  let node = operand;
  while (onlyReader(readers, node) !== undefined) {
    if (isInput(node)) return parameters.has(node) ? (node as Input) : undefined;
    if (node.op.name !== 'reshape' && node.op.name !== 'expand') return undefined;
    node = node.args[0]!;
  }
  return undefined;
};

/** Is this operand, broadcast to a result of that shape, one number for each index of that axis? */
const liesAlong = (operand: Expr, shape: Expr['shape'], axis: number): boolean => {
  const own = axis - (shape.length - operand.shape.length);
  return own >= 0 && operand.shape.every((d, i) => d === (i === own ? shape[axis] : 1));
};

const withBias = (readers: Readers, layer: Layer, parameters: ReadonlySet<Expr>): Layer => {
  let [output, axis] = [layer.output, layer.channelAxis];
  // Where the examples have several axes, the product of their rows is given those back before the bias is added.
  for (let next = onlyReader(readers, output); next?.op.name === 'reshape'; next = onlyReader(readers, output)) {
    if (axis !== output.shape.length - 1 || next.shape.at(-1) !== layer.outputs) return layer;
    [output, axis] = [next, next.shape.length - 1];
  }
  const sum = onlyReader(readers, output);
  if (sum?.op.name !== 'add') return layer;
  const other = sum.args[0] === output ? sum.args[1]! : sum.args[0]!;
  const bias = spreadParameter(readers, other, parameters);
  if (bias === undefined || !liesAlong(other, output.shape, axis)) return layer;
  return { ...layer, bias };
};

/**
 * The layers of a loss among `parameters`: each parameter that the loss reads once, as an operand of a matrix product
 * (as it is, transposed or times a constant) or as the kernels of a convolution without groups, with the parameter that
 * is added to each of its outputs, if one is. Any model's: only the graph is looked at. In the order of the parameters;
 * none where no layer is found.
 */
export const findLayers = (loss: Expr, parameters: readonly Input[]): readonly Layer[] => {
  const readers = readersIn(loss);
  const set = new Set<Expr>(parameters);
  return parameters.flatMap((weight) => {
    const layer = weight.shape.length >= 2 ? layerOf(readers, weight) : undefined;
    return layer ? [withBias(readers, layer, set)] : [];
  });
};
