/** Finding a graph's layers: matrix products and convolutions of which one operand is a parameter. */

import { type Expr, type Input, isInput, topologicalOrder } from '@hograd/graph-builder';
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

const layerOf = (readers: Readers, weight: Input): Layer | undefined => {
  const first = onlyReader(readers, weight);
  const transposed = first?.op.name === 'transpose' && weight.shape.length === 2;
  const operand = transposed ? first : weight;
  const output = transposed ? onlyReader(readers, first) : first;
  if (output === undefined || output.args[0] === output.args[1]) return undefined;
  if (output.op.name === 'conv' && output.attributes.groups === 1 && output.args[1] === weight) {
    return convolution(output, weight);
  }
  if (output.op.name !== 'matmul' || output.shape.length !== 2 || weight.shape.length !== 2) return undefined;
  return output.args[1] === operand
    ? productOfRows(output, weight, transposed)
    : productOfColumns(output, weight, transposed);
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
 * (as it is or transposed) or as the kernels of a convolution without groups, with the parameter that is added to each
 * of its outputs, if one is. Any model's: only the graph is looked at.
 */
export const findLayers = (loss: Expr, parameters: readonly Input[]): readonly Layer[] => {
  const readers = readersIn(loss);
  const set = new Set<Expr>(parameters);
  return parameters.flatMap((weight) => {
    const layer = weight.shape.length >= 2 ? layerOf(readers, weight) : undefined;
    return layer ? [withBias(readers, layer, set)] : [];
  });
};
