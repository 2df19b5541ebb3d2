/** ScatterND: slices added into zeros at tuples of indices; the adjoint of GatherND. */

import { GraphError } from '../error.js';
import { describe, type Expr } from '../expr.js';
import { type Shape, sameShape, sizeOf, unequalLengths } from '../shape.js';
import { flatPositions } from './gatherND.js';
import { reshape } from './reshape.js';
import { scatterSlices } from './scatterSlices.js';

/** For an operand like x and int64 indices [...i, k]: updates [...i, ...rest of x's axes] added into zeros of x's shape. */
export const scatterNDInto = (x: Expr, indices: Expr): ((updates: Expr) => Expr) => {
  const { positions, box } = flatPositions('scatterND', x, indices);
  const wanted: Shape = [...positions.shape, ...x.shape.slice(box.length)];
  return (updates) => {
    if (!sameShape(updates.shape, wanted))
      throw new GraphError(
        'scatterND',
        `updates ${describe(updates)} do not fit; they must be [${wanted.join(', ')}]`,
        unequalLengths(wanted, updates.shape),
      );
    return reshape(scatterSlices(updates, positions, 0, sizeOf(box)), x.shape);
  };
};
