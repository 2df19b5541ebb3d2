/**
 * Import of IsNaN and IsInf (https://onnx.ai/onnx/operators/onnx__IsNaN.html, onnx__IsInf.html): booleans in x's shape, without a
 * derivative. Written as comparisons, which runtimes have kernels of for every floating-point type.
 */

import { abs } from '../../ops/abs.js';
import { equal } from '../../ops/compare.js';
import { not } from '../../ops/logic.js';
import type { Importer } from '../importer.js';

const isInf: Importer = (n) => {
  const [negative, positive] = [n.int('detect_negative', 1) !== 0, n.int('detect_positive', 1) !== 0];
  // Where neither is asked for the answer is "nowhere": no |x| is −∞.
  const value = negative === positive ? abs(n.input(0)) : n.input(0);
  return [equal(value, positive ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY)];
};

export const nonFinite: Readonly<Record<string, Importer>> = {
  IsInf: isInf,
  // NaN alone differs from itself.
  IsNaN: (n) => [not(equal(n.input(0), n.input(0)))],
};
