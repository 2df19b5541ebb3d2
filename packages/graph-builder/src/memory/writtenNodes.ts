/** The nodes of a graph as its ONNX file has them, with the type and shape of every value. */

import type { Expr } from '../expr.js';
import { type Graph, makeGraph } from '../graph.js';
import { encode } from '../onnx/encode.js';
import { importers } from '../onnx/importers/index.js';
import { heldTensor, importNode } from '../onnx/importNode.js';
import { inlineFunctions } from '../onnx/localFunctions.js';
import { parseModel } from '../onnx/model.js';
import { simplifyShape } from '../onnx/shapeValues.js';
import { constant } from '../ops/constant.js';
import type { Shape } from '../shape.js';

export interface WrittenNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

export interface Written {
  /** In the order of the file, without those that hold a constant. */
  readonly nodes: readonly WrittenNode[];
  /** Every value by name; only type and shape are of use. */
  readonly values: ReadonlyMap<string, Pick<Expr, 'dtype' | 'shape'>>;
  /** Names of inputs and constants: in memory throughout. */
  readonly held: ReadonlySet<string>;
  readonly outputs: readonly string[];
  /** Lengths that the data tell, by symbol, each with the shape of that of which it counts elements. */
  readonly counts: ReadonlyMap<string, Shape>;
}

/**
 * Convolutions have become products of slices by then, shapes are computed by nodes, and float64 is in the operators that the runtime has:
 * what is alive at once in a run is told by the file, not by the expressions. Throws GraphError as `encode` does.
 */
export const writtenNodes = (graph: Graph): Written => {
  const bare = makeGraph(graph.outputs, graph.inputs);
  const model = parseModel(encode(bare));
  const reading = {
    precision: undefined,
    externalData: undefined,
    tensors: new WeakMap(),
    within: '',
    graphInside: () => {
      throw new Error('the encoder writes no graphs inside of nodes');
    },
  };
  const values = new Map<string, Expr>(bare.inputs.map((input) => [input.attributes.name, input]));
  for (const tensor of model.graph.initializer ?? []) values.set(tensor.name!, constant(heldTensor(tensor, reading)));
  const held = new Set(values.keys());
  const nodes: WrittenNode[] = [];
  const lookUp = (name: string): Expr => values.get(name)!;
  for (const placed of inlineFunctions(model)) {
    const op = placed.node.opType!;
    const outputs = placed.node.output!.filter((name) => name !== '');
    const results = importers[op]!(importNode(placed, { ...reading, lookUp }));
    outputs.forEach((name, i) => {
      // The encoder writes tensors alone, no sequences.
      values.set(name, simplifyShape(results[i] as Expr));
    });
    if (op === 'Constant') held.add(outputs[0]!);
    else nodes.push({ op, inputs: placed.node.input!.filter((name) => name !== ''), outputs });
  }
  const counts = new Map(
    [...values.values()].flatMap((x) => (x.op.counts ? [[x.op.counts.symbol(x), x.args[0]!.shape] as const] : [])),
  );
  return { nodes, values, held, outputs: bare.outputs.map(({ name }) => name), counts };
};
