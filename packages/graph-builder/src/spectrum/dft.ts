/** The discrete Fourier transform as a product with a constant matrix (https://onnx.ai/onnx/operators/onnx__DFT.html). */

import { GraphError } from '../error.js';
import { describe, type Expr } from '../expr.js';
import { constant, tensor } from '../ops/constant.js';
import { matmul } from '../ops/matmul.js';
import { reshape } from '../ops/reshape.js';
import { sliceAxis } from '../ops/slice.js';
import { transpose } from '../ops/transpose.js';
import { onCircle } from './circle.js';

/** A larger matrix would make a file of more than 100 MB. */
const MOST_ELEMENTS = 2 ** 25;

export interface Transform {
  /** Length of the signal; what x lacks of it is 0, what it has beyond is not read. */
  readonly length: number;
  readonly inverse: boolean;
  /** Is only one half of the spectrum there, of a real signal? The other half mirrors it. */
  readonly onesided: boolean;
}

interface Sides {
  /** Elements along the axis before and after. */
  readonly from: number;
  readonly to: number;
  /** 1 for real numbers, 2 for complex ones. */
  readonly partsBefore: number;
  readonly partsAfter: number;
}

const sidesOf = (from: number, partsBefore: number, { length, inverse, onesided }: Transform): Sides => {
  const half = Math.floor(length / 2) + 1;
  const kept = onesided && inverse ? half : length;
  return {
    from: Math.min(from, kept),
    to: onesided && !inverse ? half : length,
    partsBefore,
    partsAfter: onesided && inverse ? 1 : 2,
  };
};

/** [from · partsBefore, to · partsAfter], row-major: what each part of each element counts for each part of the results. */
const transformMatrix = ({ from, to, partsBefore, partsAfter }: Sides, transform: Transform): Float64Array => {
  const { length, inverse, onesided } = transform;
  const columns = to * partsAfter;
  const matrix = new Float64Array(from * partsBefore * columns);
  const points = Array.from({ length }, (_, k) => onCircle(k, length));
  for (let i = 0; i < from; i++) {
    // The half of a spectrum that is not there counts as much as the one that is.
    const twice = inverse && onesided && i > 0 && 2 * i !== length;
    const scale = inverse ? (twice ? 2 : 1) / length : 1;
    for (let k = 0; k < to; k++) {
      const [cos, sin] = points[(i * k) % length]!;
      const turn = [cos * scale, (inverse ? sin : -sin) * scale] as const;
      for (let p = 0; p < partsBefore; p++) {
        for (let q = 0; q < partsAfter; q++) {
          const value = p === q ? turn[0] : p === 0 ? turn[1] : -turn[1];
          matrix[(i * partsBefore + p) * columns + k * partsAfter + q] = value;
        }
      }
    }
  }
  return matrix;
};

/**
 * The transform of x [..., from, ..., parts] along `axis`, whose length must be a number; the last axis holds real numbers (1 part) or
 * complex ones (2: real and imaginary). The result has 2 parts, or 1 of what a one-sided inverse gives. Throws GraphError where the
 * matrix would have more than 2²⁵ elements.
 */
export const dft = (x: Expr, axis: number, transform: Transform): Expr => {
  const sides = sidesOf(x.shape[axis] as number, x.shape.at(-1) as number, transform);
  const [rows, columns] = [sides.from * sides.partsBefore, sides.to * sides.partsAfter];
  if (rows * columns > MOST_ELEMENTS) {
    throw new GraphError(
      'dft',
      `a transform of length ${transform.length} of ${describe(x)} needs a matrix of ${rows} by ${columns}; at most ${MOST_ELEMENTS} elements are supported`,
    );
  }
  const matrix = constant(tensor(transformMatrix(sides, transform), [rows, columns], x.dtype));
  const last = x.shape.length - 1;
  const others = x.shape.map((_, i) => i).filter((i) => i !== axis && i !== last);
  const order = [...others, axis, last];
  const read = transpose(sliceAxis(x, axis, 0, sides.from), order);
  const outer = others.map((i) => x.shape[i]!);
  const product = reshape(matmul(reshape(read, [...outer, rows]), matrix), [...outer, sides.to, sides.partsAfter]);
  return transpose(
    product,
    order.map((_, i) => order.indexOf(i)),
  );
};
