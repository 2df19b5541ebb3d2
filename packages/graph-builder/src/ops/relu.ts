/** Relu: max(x, 0). */

import { unary, unaryConstructor } from '../classes/unary.js';
import { type Expr, isFloat } from '../expr.js';
import { cast } from './cast.js';
import { clip } from './clip.js';
import { greater } from './compare.js';

export const reluOp = unary({
  name: 'relu',
  onnx: 'Relu',
  f: (x) => Math.max(x, 0),
  // The mask is read off the result, so that the operand need not be kept alive. Zero at the kink, as in PyTorch.
  first: (_, y) => cast(greater(y, 0), y.dtype),
  second: () => undefined,
  third: () => undefined,
  monotone: () => true,
  passes: (node) => greater(node, 0),
});

const reluOfFloat = unaryConstructor(reluOp);

/** max(x, 0), elementwise; the derivative at 0 is 0. Of integers it has none. Throws GraphError on bool. */
export const relu = (x: Expr): Expr => (isFloat(x.dtype) || x.dtype === 'bool' ? reluOfFloat(x) : clip(x, 0));
