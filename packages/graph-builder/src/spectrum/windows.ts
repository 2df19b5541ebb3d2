/** Windows for short-time transforms (https://onnx.ai/onnx/operators/onnx__HannWindow.html and its kin). */

import { onCircle } from './circle.js';

/** Coefficients of a sum of cosines: a₀ − a₁ cos θ + a₂ cos 2θ. */
export const cosineSums = {
  HannWindow: [0.5, 0.5, 0],
  HammingWindow: [25 / 46, 21 / 46, 0],
  BlackmanWindow: [0.42, 0.5, 0.08],
} as const;

/**
 * The window's `size` elements: over one period, or from end to end of it where it is not periodic. A single element not of a
 * period, for which the standard says 0/0, is 1.
 */
export const cosineWindow = (
  [a0, a1, a2]: readonly [number, number, number],
  size: number,
  periodic: boolean,
): number[] => {
  const period = periodic ? size : size - 1;
  return Array.from({ length: size }, (_, i) =>
    period === 0 ? 1 : a0 - a1 * onCircle(i, period)[0] + a2 * onCircle(2 * i, period)[0],
  );
};
