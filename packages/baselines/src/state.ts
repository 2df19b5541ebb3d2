/** State of directions: one tensor a parameter under a common name, and its initial zeros. */

import { add, type Expr, elementCount, GraphError, type Input, mul, type Tensor, tensor } from '@hograd/graph-builder';
import type { Direction, State, StateTensor } from './direction.js';

/** A parameter's shape. Throws GraphError where it has a symbol in it. */
export const staticShape = ({ attributes: { name, shape } }: Input): readonly number[] => {
  if (shape.some((dim) => typeof dim !== 'number')) {
    throw new GraphError(
      'state',
      `parameter "${name}" has the symbolic shape [${shape.join(', ')}]; a parameter's dimensions must be numbers`,
    );
  }
  return shape as readonly number[];
};

/** `momentum.0.weight`: the state of the given kind that belongs to a parameter. */
export const slotName = (kind: string, parameter: Input): string => `${kind}.${parameter.attributes.name}`;

/** A tensor like each parameter. */
export const slots = (kind: string, parameters: readonly Input[]): readonly StateTensor[] =>
  parameters.map((parameter) => ({
    name: slotName(kind, parameter),
    shape: staticShape(parameter),
    dtype: parameter.dtype,
  }));

/** The state of one kind from its tensors in the order of the parameters. */
export const slotState = (kind: string, parameters: readonly Input[], values: readonly Expr[]): State =>
  Object.fromEntries(parameters.map((parameter, i) => [slotName(kind, parameter), values[i]!]));

/** decay·average + (1 − decay)·value. */
export const movingAverage = (decay: number, average: Expr, value: Expr | number): Expr =>
  add(mul(average, decay), typeof value === 'number' ? (1 - decay) * value : mul(value, 1 - decay));

/** Throws GraphError unless the number is in [0, 1). */
export const requireDecay = (direction: string, name: string, value: number): void => {
  if (!(value >= 0 && value < 1)) throw new GraphError(direction, `${name} is ${value}; it must be in [0, 1)`);
};

/** Throws GraphError unless the number is finite and not negative. */
export const requireNonNegative = (direction: string, name: string, value: number): void => {
  if (!(value >= 0 && value < Infinity)) {
    throw new GraphError(direction, `${name} is ${value}; it must be a finite number of at least 0`);
  }
};

/** Throws GraphError unless the number is finite and positive. */
export const requirePositive = (direction: string, name: string, value: number): void => {
  if (!(value > 0 && value < Infinity)) {
    throw new GraphError(direction, `${name} is ${value}; it must be a finite number above 0`);
  }
};

/** Throws GraphError unless the number is in (0, 1]. */
export const requireShare = (direction: string, name: string, value: number): void => {
  if (!(value > 0 && value <= 1)) throw new GraphError(direction, `${name} is ${value}; it must be in (0, 1]`);
};

/** Throws GraphError unless the number is a whole one of at least 1. */
export const requireCount = (direction: string, name: string, value: number): void => {
  if (!(Number.isSafeInteger(value) && value >= 1)) {
    throw new GraphError(direction, `${name} is ${value}; it must be a whole number of at least 1`);
  }
};

/** The parameters' one floating-point type. Throws GraphError where there are none or they differ. */
export const parameterType = (parameters: readonly Input[]): 'float32' | 'float64' => {
  const types = [...new Set(parameters.map((p) => p.dtype))];
  const [dtype] = types;
  if (types.length !== 1 || (dtype !== 'float32' && dtype !== 'float64')) {
    throw new GraphError(
      'parameters',
      `parameters have the types [${types.join(', ')}]; give at least one, all float32 or all float64`,
    );
  }
  return dtype;
};

/** Zeros; the usual type is made directly, for second-order states are hundreds of megabytes. */
const zeros = ({ shape, dtype }: StateTensor): Tensor => {
  const size = elementCount(shape);
  return dtype === 'float32'
    ? { dtype, shape, data: new Float32Array(size) }
    : tensor(new Uint8Array(size), shape, dtype);
};

/**
 * Values of a train step's carried inputs before the first step: zeros for every `state.NAME`, and 0 for `step`. Throws
 * GraphError as `init` does.
 */
export const initialState = (
  direction: Direction,
  parameters: readonly Input[],
  loss: Expr,
): ReadonlyMap<string, Tensor> =>
  new Map([
    ...direction.init(parameters, loss).map((carried): [string, Tensor] => [`state.${carried.name}`, zeros(carried)]),
    ['step', tensor([0], [], parameterType(parameters))],
  ]);
