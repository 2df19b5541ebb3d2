/** The shapes that a partition gives its parameters, and those that a graph has. */

import { describe, type Expr, GraphError } from '@hograd/graph-builder';
import type { ParameterShape } from '@hograd/partition';

/** Throws GraphError, in the caller's name, unless `value`, which `what` names, has the parameter's shape. */
export const requireShape = (caller: string, what: string, value: Expr, { shape }: ParameterShape): void => {
  if (value.shape.length === shape.length && value.shape.every((dim, i) => dim === shape[i])) return;
  throw new GraphError(
    caller,
    `${what} is ${describe(value)}; the partition has it as [${shape.join(', ')}]: make both from the same parameters`,
  );
};

/**
 * The one of `values`, by name, that belongs to a partition's parameter; `what` says what they are. Throws RangeError where
 * there is none and GraphError, in the caller's name, where it has another shape.
 */
export const valueFor =
  (caller: string, what: 'expression' | 'direction', values: ReadonlyMap<string, Expr>) =>
  (parameter: ParameterShape): Expr => {
    const value = values.get(parameter.name);
    if (!value) throw new RangeError(`the partition's parameter "${parameter.name}" has no ${what}`);
    requireShape(caller, `the ${what} of "${parameter.name}"`, value, parameter);
    return value;
  };
