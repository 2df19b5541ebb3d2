/** The elementwise class: y = φ(x), differentiated by its derivatives φ', φ'', φ''' written over (x, y). */

import { type Expr, makeExpr, requireFloat } from '../expr.js';
import type { Attributes, Differential, Op } from '../op.js';
import { sumOfPresent } from '../ops/add.js';
import { mul, square } from '../ops/mul.js';
import { weightedDots, weightedSums } from '../summary/inner.js';

export interface UnarySpec<A extends Attributes> {
  readonly name: string;
  /** ONNX operator, with the node's attributes as its own; or a function that writes the nodes. */
  readonly onnx: string | Op<A>['emit'];
  /** The function of one number. */
  readonly f: (x: number, attributes: A) => number;
  /** φ', φ'', φ''' as expressions over the operand x and the result y; undefined where identically zero. */
  readonly first: (x: Expr, y: Expr, attributes: A) => Expr;
  readonly second: (x: Expr, y: Expr, attributes: A) => Expr | undefined;
  readonly third: (x: Expr, y: Expr, attributes: A) => Expr | undefined;
  readonly monotone?: Op<A>['monotone'];
  readonly singular?: Op<A>['singular'];
  readonly passes?: Op<A>['passes'];
  readonly lowerFloat64?: (x: Expr, attributes: A) => Expr;
}

type Derivative<A extends Attributes> = (node: Expr<A>) => Expr | undefined;

/** Differentials of a function applied element by element, from φ', φ'' and φ''' there; undefined where zero everywhere. */
export const pointwiseDifferential = <A extends Attributes>({
  first,
  second,
  third,
}: {
  readonly first: Derivative<A>;
  readonly second: Derivative<A>;
  readonly third: Derivative<A>;
}): Differential<A> => ({
  tangent: (node, _, dx) => times(dx, first(node)),
  adjoint: (node, _, adjoint) => times(adjoint, first(node)),
  curvature: {
    kind: 'diagonal',
    transform: (_, dx) => dx,
    second: (node, adjoint) => times(adjoint, second(node)),
    curved: (node) => second(node) !== undefined,
    third: (node, dx, { lambda, stack }) => {
      const cubeWeights = lambda && times(lambda, third(node));
      const bending = stack && second(node);
      return sumOfPresent([
        cubeWeights && weightedSums(mul(square(dx), dx), cubeWeights),
        bending && mul(weightedDots(stack, square(dx), bending), 3),
      ]);
    },
  },
});

/** An elementwise operation from its function and three derivatives. It contributes Gram matrices to H̄ (docs/method.md). */
export function unary<A extends Attributes>(spec: UnarySpec<A>): Op<A> {
  const { name, onnx, f, first, second, third, monotone, singular, passes, lowerFloat64 } = spec;
  return {
    name,
    infer: ([x]) => {
      requireFloat(name, x!);
      return { dtype: x!.dtype, shape: x!.shape };
    },
    emit: typeof onnx === 'string' ? (node, e) => e.node(onnx, [e.name(node.args[0]!)], node.attributes) : onnx,
    evaluate: (node, [x]) => x!.data.map((value) => f(value, node.attributes)),
    elementwise: true,
    differential: pointwiseDifferential({
      first: (node) => first(node.args[0]!, node, node.attributes),
      second: (node) => second(node.args[0]!, node, node.attributes),
      third: (node) => third(node.args[0]!, node, node.attributes),
    }),
    ...(monotone && { monotone }),
    ...(singular && { singular }),
    ...(passes && { passes }),
    ...(lowerFloat64 && { lowerFloat64: (node) => lowerFloat64(node.args[0]!, node.attributes) }),
  };
}

const times = (a: Expr, b: Expr | undefined): Expr | undefined => (b === undefined ? undefined : mul(a, b));

/** Constructor of an elementwise operation without attributes. */
export const unaryConstructor =
  (op: Op) =>
  (x: Expr): Expr =>
    makeExpr(op, [x], {});
