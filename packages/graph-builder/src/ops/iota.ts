/** Iota: 0, 1, 2, … as many as a dimension says. */

import type { Dim } from '../dim.js';
import { GraphError } from '../error.js';
import type { Expr } from '../expr.js';
import { constant, tensor } from './constant.js';
import { cumSum } from './cumSum.js';
import { dims } from './dims.js';
import { expand } from './expand.js';
import { reshape } from './reshape.js';

/** A count that is known when the graph is built is stored in it; a longer one is taken for a damaged file. */
const MOST_ELEMENTS = 2 ** 24;

/** A dimension as an int64 scalar. */
export const dimScalar = (dim: Dim): Expr => reshape(dims([dim]), []);

/** The vector 0, 1, …, length − 1 of int64; where the length is a symbol it is counted when the graph runs. */
export const iota = (length: Dim): Expr => {
  if (typeof length === 'number') {
    if (!(length >= 0 && length <= MOST_ELEMENTS)) {
      throw new GraphError('iota', `counts ${length} elements; 0 to ${MOST_ELEMENTS} are supported`);
    }
    return constant(
      tensor(
        Array.from({ length }, (_, i) => i),
        [length],
        'int64',
      ),
    );
  }
  return cumSum(expand(constant(1, 'int64'), [length]), 0, { exclusive: true });
};
