/** Layers: parameters, and a function of them and an input; and how layers are put together. */

import { add, describe, type Expr, GraphError } from '@hograd/graph-builder';
import type { Model, ParameterExprs, ParameterSpec } from '../model.js';
import { sameShape } from '../shape.js';

export type Layer = Pick<Model, 'parameters' | 'forward'>;

/** The expression of a parameter. Throws GraphError where it is missing or has another shape. */
export const parameterNamed = (parameters: ParameterExprs, { name, shape }: ParameterSpec): Expr => {
  const value = parameters[name];
  if (value === undefined) throw new GraphError('forward', `parameter "${name}" [${shape.join(', ')}] is missing`);
  if (!sameShape(value.shape, shape)) {
    throw new GraphError(
      'forward',
      `parameter "${name}" is ${describe(value)}; its shape must be [${shape.join(', ')}]`,
    );
  }
  return value;
};

/** A function without parameters as a layer. */
export const parameterless = (f: (x: Expr) => Expr): Layer => ({ parameters: [], forward: (_, x) => f(x) });

/** One layer after another. */
export const sequence = (...layers: readonly Layer[]): Layer => ({
  parameters: layers.flatMap((layer) => layer.parameters),
  forward: (parameters, x) => layers.reduce((h, layer) => layer.forward(parameters, h), x),
});

/** What two branches make of the same input, added; the shortcut is the input itself unless given. */
export const residual = (branch: Layer, shortcut: Layer = sequence()): Layer => ({
  parameters: [...branch.parameters, ...shortcut.parameters],
  forward: (parameters, x) => add(branch.forward(parameters, x), shortcut.forward(parameters, x)),
});
