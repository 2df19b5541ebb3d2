/** Normalising layers. */

import { batchNorm, type Expr, layerNorm } from '@hograd/graph-builder';
import { ones, zeros } from '../initializers/distributions.js';
import type { ParameterSpec } from '../model.js';
import { type Layer, parameterNamed } from './layer.js';

const normalization = (name: string, length: number, normalize: (x: Expr, scale: Expr, shift: Expr) => Expr): Layer => {
  const fans = { shape: [length], fanIn: 1, fanOut: 1 };
  const scale: ParameterSpec = { name: `${name}.weight`, kind: 'scale', ...fans, initializer: ones };
  const shift: ParameterSpec = { name: `${name}.bias`, kind: 'shift', ...fans, initializer: zeros };
  return {
    parameters: [scale, shift],
    forward: (parameters, x) => normalize(x, parameterNamed(parameters, scale), parameterNamed(parameters, shift)),
  };
};

/** Batch normalisation of x [N, channels, …] by the batch's own statistics (training mode), ε = 1e-5. */
export const batchNormalization = (name: string, channels: number): Layer =>
  normalization(name, channels, (x, scale, shift) => batchNorm(x, scale, shift).value);

/** Layer normalisation over the last axis of x [N, …, width], ε = 1e-5. */
export const layerNormalization = (name: string, width: number): Layer =>
  normalization(name, width, (x, scale, shift) => layerNorm(x, scale, shift));
