/** A named leaf: what a graph is fed with. */

import { canonicalDim, type Dim } from '../dim.js';
import { GraphError } from '../error.js';
import { type Expr, makeExpr } from '../expr.js';
import type { Op } from '../op.js';
import { requireExtents, type Shape } from '../shape.js';
import type { DType } from '../tensor.js';

/**
 * What each element of an input is drawn from, independently, where the input stands for what a model draws at random: standard normal
 * numbers, uniform ones in [0, 1), or, given as a number, true with that probability.
 */
export type Draw = 'normal' | 'uniform' | number;

/** What an input is. */
export type InputAttributes = {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
  /** Absent where the input is data. */
  readonly drawn?: Draw;
};

/** A named input of a graph; its name, type and shape are its identity. */
export type Input = Expr<InputAttributes>;

const unreadable = (name: string, dim: Dim): never => {
  throw new GraphError(
    'input',
    `"${name}" has the dimension "${dim}"; give a whole number, a name of letters, digits, _ and ., or a polynomial in such names ("2*N + 1"); \`symbol\` makes a name of any text`,
  );
};

export const inputOp: Op<InputAttributes> = {
  name: 'input',
  infer: (_, { dtype, shape }) => ({ dtype, shape }),
  emit: (node) => node.attributes.name,
  evaluate: (node) => {
    throw new Error(`input ${node.attributes.name} has no value`);
  },
};

/**
 * An input of the graph. Dimensions may be symbols (`'N'`) or polynomials in them (`'2*N + 1'`), which stay symbolic in the exported file. `drawn` says
 * what whoever feeds the graph is to draw for it; it is no part of the file. Throws GraphError where a dimension is a number that is not whole, or
 * below 0, or a text that is none of these, and where the name is empty.
 */
export function input(name: string, shape: Shape, dtype: DType = 'float32', drawn?: Draw): Input {
  if (name === '') {
    throw new GraphError(
      'input',
      `an input of shape [${shape.join(', ')}] has an empty name; ONNX takes that for none`,
    );
  }
  requireExtents('input', `"${name}"`, shape);
  const dims = shape.map((dim) => canonicalDim(dim) ?? unreadable(name, dim));
  return makeExpr(inputOp, [], { name, dtype, shape: dims, ...(drawn !== undefined && { drawn }) }) as Input;
}

/** Is it an input? */
export const isInput = (expr: Expr): boolean => expr.op === inputOp;
