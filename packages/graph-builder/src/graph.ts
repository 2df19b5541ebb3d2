/** A graph: named inputs, named outputs, and default values for some of the inputs. */

import { evaluateDim } from './dim.js';
import { GraphError } from './error.js';
import { describe, type Expr, topologicalOrder } from './expr.js';
import { type Input, isInput } from './ops/input.js';
import { requireOwnArray } from './ownArray.js';
import { elementCount, type Tensor } from './tensor.js';

/** A tensor under the name that the graph gives it. */
export interface Output {
  readonly name: string;
  readonly value: Expr;
}

/** What `encode` writes and `decode` reads; `makeGraph` checks that names are unique and that initializers fit their inputs. */
export interface Graph {
  /** In the order of the file. Names are unique. */
  readonly inputs: readonly Input[];
  readonly outputs: readonly Output[];
  /** Values of inputs that came with the model (its parameters); the encoder writes them only when asked to. */
  readonly initializers: ReadonlyMap<string, Tensor>;
}

const duplicate = (names: readonly string[]): string | undefined => names.find((name, i) => names.indexOf(name) !== i);

/** The first length that an initializer gives to each symbol of its input's shape. */
const lengthsOf = (
  inputs: ReadonlyMap<string, Input>,
  initializers: ReadonlyMap<string, Tensor>,
): ReadonlyMap<string, number> => {
  const lengths = new Map<string, number>();
  for (const [name, { shape }] of initializers) {
    inputs.get(name)?.shape.forEach((dim, axis) => {
      const length = shape[axis];
      if (typeof dim === 'string' && length !== undefined && !lengths.has(dim)) lengths.set(dim, length);
    });
  }
  return lengths;
};

/**
 * Throws GraphError unless each initializer is one of an input's type and shape, its data filling it. A symbol in the input's shape stands
 * for any length, the same one throughout.
 */
const checkInitializers = (inputs: ReadonlyMap<string, Input>, initializers: ReadonlyMap<string, Tensor>): void => {
  const lengthOf = evaluateDim(lengthsOf(inputs, initializers));
  for (const [name, value] of initializers) {
    const own = inputs.get(name);
    if (own === undefined) {
      throw new GraphError('graph', `initializer "${name}" is of no input; leave it out, or list its input`);
    }
    const alike = value.dtype === own.dtype && value.shape.length === own.shape.length;
    if (!alike || own.shape.some((dim, axis) => (lengthOf(dim) ?? value.shape[axis]) !== value.shape[axis])) {
      throw new GraphError(
        'graph',
        `initializer "${name}" is ${describe(value)} and its input ${describe(own)}; they must be alike`,
      );
    }
    requireOwnArray('graph', `initializer "${name}"`, value);
    const size = elementCount(value.shape);
    if (value.data.length !== size) {
      throw new GraphError(
        'graph',
        `initializer "${name}" has ${value.data.length} elements; ${describe(value)} takes ${size}`,
      );
    }
  }
};

/**
 * A graph from its outputs. Inputs that outputs read and that `inputs` does not list are appended in order of creation.
 * Throws GraphError where there are no outputs, where two inputs or two outputs share a name, or an output has none, or that of an input
 * that is not its value, and where an initializer is of no input, or not of its input's type and shape.
 */
export const makeGraph = (
  outputs: readonly Output[],
  inputs: readonly Input[] = [],
  initializers: ReadonlyMap<string, Tensor> = new Map(),
): Graph => {
  if (outputs.length === 0) throw new GraphError('graph', 'there are no outputs; give at least one');
  if (outputs.some(({ name }) => name === '')) {
    throw new GraphError('graph', 'an output has an empty name; ONNX takes that for none');
  }
  const listed = new Set<Expr>(inputs);
  const found = topologicalOrder(outputs.map((o) => o.value)).filter(
    (e) => isInput(e) && !listed.has(e),
  ) as readonly Input[];
  const all = [...inputs, ...found];
  for (const [kind, names] of [
    ['inputs', all.map((i) => i.attributes.name)],
    ['outputs', outputs.map((o) => o.name)],
  ] as const) {
    const twice = duplicate(names);
    if (twice !== undefined) throw new GraphError('graph', `two ${kind} are named "${twice}"; names must be unique`);
  }
  const byName = new Map(all.map((i) => [i.attributes.name, i]));
  const taken = outputs.find(({ name, value }) => byName.has(name) && byName.get(name) !== value);
  if (taken) {
    throw new GraphError('graph', `an output and an input are both named "${taken.name}"; give one another name`);
  }
  checkInitializers(byName, initializers);
  return { inputs: all, outputs, initializers };
};

/** The input of that name; undefined where the graph has none. */
export const inputNamed =
  (name: string) =>
  (graph: Graph): Input | undefined =>
    graph.inputs.find((i) => i.attributes.name === name);

/** The output of that name; undefined where the graph has none. */
export const outputNamed =
  (name: string) =>
  (graph: Graph): Expr | undefined =>
    graph.outputs.find((o) => o.name === name)?.value;
