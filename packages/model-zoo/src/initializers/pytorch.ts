/** What PyTorch's modules start from when nobody says otherwise. */

import { normal, ones, uniform, zeros } from './distributions.js';
import { byKind, type Initializer } from './initializer.js';

/** Uniform on ±1/√fan_in: what kaiming_uniform_ with a = √5 comes to. */
const withinFanIn: Initializer = (parameter, key) => uniform(1 / Math.sqrt(parameter.fanIn))(parameter, key);

/**
 * PyTorch's `reset_parameters`: weights and biases of linear layers and convolutions uniform on ±1/√fan_in, embeddings N(0, 1),
 * normalisations 1 and 0. The distributions are PyTorch's; the numbers of a seed are not.
 */
export const pytorchDefault: Initializer = byKind({
  weight: withinFanIn,
  bias: withinFanIn,
  embedding: normal(1),
  scale: ones,
  shift: zeros,
});
