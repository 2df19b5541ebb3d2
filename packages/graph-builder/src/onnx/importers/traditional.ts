/** Import of operators of ai.onnx.ml (https://onnx.ai/onnx/operators/#ai-onnx-ml). */

import { gather } from '../../ops/gather.js';
import { reshape } from '../../ops/reshape.js';
import type { Importer } from '../importer.js';
import { linearModels } from './linearModels.js';

/** Elements of the last axis by their indices; of a vector they come as one row. */
const arrayFeatureExtractor: Importer = (n) => {
  const x = n.input(0);
  const rows = x.shape.length === 1 ? reshape(x, [1, ...x.shape]) : x;
  return [gather(rows, reshape(n.input(1), [-1]), -1)];
};

export const traditional: Readonly<Record<string, Importer>> = {
  ...linearModels,
  ArrayFeatureExtractor: arrayFeatureExtractor,
};
