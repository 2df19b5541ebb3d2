/** Div: elementwise quotient with broadcasting. */

import { lift } from '../classes/elementwise.js';
import { linear } from '../classes/linear.js';
import { GraphError } from '../error.js';
import { commonDType, describe, type Expr, isFloat, makeExpr } from '../expr.js';
import { broadcastShapes } from '../shape.js';
import { uniformValue } from './constant.js';
import { expand } from './expand.js';
import { foldConstants } from './fold.js';
import { mul } from './mul.js';
import { reciprocal } from './reciprocal.js';

type DivideAttributes = { readonly divisor: number };

/** Derivatives are rounded in any case; values must be those of a division, lest ⌊49/49⌋ be 0. */
const scaled = (dx: Expr, divisor: number): Expr => {
  const factor = dx.dtype === 'float32' ? Math.fround(1 / divisor) : 1 / divisor;
  return Number.isFinite(factor) && factor !== 0 ? mul(dx, factor) : divideBy(dx, divisor);
};

/** x/c of a number c that a product with 1/c would not give exactly. */
export const divideOp = linear<DivideAttributes>({
  name: 'divide',
  elementwise: true,
  infer: ([x]) => ({ dtype: x!.dtype, shape: x!.shape }),
  emit: (node, e) => e.node('Div', [e.name(node.args[0]!), e.scalar(node.dtype, node.attributes.divisor)]),
  evaluate: (node, [x]) => x!.data.map((v) => v / node.attributes.divisor),
  tangent: (node, _, dx) => scaled(dx, node.attributes.divisor),
  adjoint: (node, _, adjoint) => scaled(adjoint, node.attributes.divisor),
});

const divideBy = (x: Expr, divisor: number): Expr => foldConstants(makeExpr(divideOp, [x], { divisor }));

/** Is 1/c exact, as of powers of two, so that a product with it is the quotient? */
const isExact = (c: number): boolean => {
  const reciprocal = 1 / c;
  // Within float32's normal numbers, both ways.
  return Math.abs(c) >= 2 ** -126 && Math.abs(c) <= 2 ** 126 && Number.isInteger(Math.log2(Math.abs(reciprocal)));
};

/**
 * a/b, rounded once where b is a number or a constant of one; the encoder writes one Div. A number takes the other operand's dtype. Throws
 * GraphError on integers, which have no reciprocal, and where types differ or shapes do not broadcast.
 */
export function div(a: Expr, b: Expr | number): Expr {
  if (!isFloat(a.dtype)) {
    throw new GraphError('div', `needs floating-point operands, got ${describe(a)}; cast it, or use integerDivide`);
  }
  const divisor = lift('div', b, a);
  commonDType('div', [a, divisor]);
  const known = uniformValue(divisor);
  if (known === undefined || divisor.shape.some((d) => d !== 1)) return mul(a, reciprocal(divisor));
  const whole = expand(a, broadcastShapes('div', a.shape, divisor.shape));
  return isExact(known) ? mul(whole, 1 / known) : divideBy(whole, known);
}
