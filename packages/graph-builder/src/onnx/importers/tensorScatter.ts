/** Import of TensorScatter (opset 24). */

import { tensorScatter } from '../../ops/tensorScatter.js';
import type { Importer } from '../importer.js';

export const tensorScatterImporter: Importer = (n) => {
  const mode = n.string('mode', 'linear');
  if (mode !== 'linear' && mode !== 'circular')
    return n.fail(`writes in the unknown mode "${mode}"; supported are linear and circular`);
  const options = { starts: n.optional(2), axis: n.int('axis', -2), circular: mode === 'circular' };
  return [tensorScatter(n.input(0), n.input(1), options)];
};
