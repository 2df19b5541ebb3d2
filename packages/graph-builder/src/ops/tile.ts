/** Tile: an operand repeated side by side along its axes. */

import { type Dim, multiplyDims } from '../dim.js';
import { GraphError } from '../error.js';
import { describe, type Expr } from '../expr.js';
import { expand } from './expand.js';
import { reshape } from './reshape.js';

/** x repeated `repeats[i]` times along axis i. Throws GraphError unless there is one number, 0 or more, or symbol an axis. */
export const tile = (x: Expr, repeats: readonly Dim[]): Expr => {
  if (repeats.length !== x.shape.length || repeats.some((r) => typeof r === 'number' && r < 0))
    throw new GraphError(
      'tile',
      `[${repeats.join(', ')}] does not say how often to repeat each axis of ${describe(x)}`,
    );
  if (repeats.every((r) => r === 1)) return x;
  const apart = reshape(
    x,
    x.shape.flatMap((d) => [1, d]),
  );
  const repeated = expand(
    apart,
    x.shape.flatMap((d, i) => [repeats[i]!, d]),
  );
  return reshape(
    repeated,
    x.shape.map((d, i) => multiplyDims(repeats[i]!, d)),
  );
};
