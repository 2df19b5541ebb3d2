/** One group a layer. */

import { layerName } from '../layers.js';
import { byKey, type Partitioning } from './partitioning.js';

/** Weights and biases of a layer together, named by the layer (see `layerName`). */
export const byLayer: Partitioning = byKey((parameters) => parameters.map(({ name }) => layerName(name)));
