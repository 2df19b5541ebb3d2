/** Import of TopK (https://onnx.ai/onnx/operators/onnx__TopK.html): the largest or smallest elements along an axis and their positions. */

import { gatherElements } from '../../ops/gatherElements.js';
import { topKIndices } from '../../ops/topK.js';
import type { Importer } from '../importer.js';

/**
 * Values and positions, in order whatever `sorted` says: without it any order is right. k is an attribute before opset 10, an
 * operand of one element since; `largest` exists since opset 11.
 */
export const topKImporter: Importer = (n) => {
  const x = n.input(0);
  const k = n.opset < 10 ? [n.int('k', 0)] : (n.dims(1) ?? []);
  if (k.length !== 1) return n.fail(`needs one number as its k, got ${k.length}`);
  const axis = n.int('axis', -1);
  const indices = topKIndices(x, k[0]!, axis, n.int('largest', 1) !== 0);
  return [gatherElements(x, indices, axis), indices];
};
