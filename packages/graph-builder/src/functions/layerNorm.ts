/** Layer and root-mean-square normalisation: over the last axes of each sample. */

import type { Expr } from '../expr.js';
import { mul, square } from '../ops/mul.js';
import { type OptionNames, requireKnown } from '../options.js';
import { normalizeAxis } from '../shape.js';
import { affine, inverseDeviation, keptMean, standardize } from './standardize.js';

/** Options of `layerNorm` and `rmsNorm`. */
export interface LayerNormOptions {
  /** First of the axes that are normalised over, to the last (default −1: the last alone). */
  readonly axis?: number;
  /** Added to the variance (default 1e-5). */
  readonly epsilon?: number;
}

const LAYER_NORM_OPTIONS: OptionNames<LayerNormOptions> = { axis: true, epsilon: true };

/** Axes from a first one to the last. */
export const axesFrom = (operation: string, x: Expr, axis: number): readonly number[] => {
  const first = normalizeAxis(operation, axis, x.shape.length);
  return x.shape.map((_, i) => i).slice(first);
};

/** (x − mean)/√(variance + ε)·scale + bias over the axes from `axis` on; scale and bias broadcast to x (Ba et al., 2016). Throws GraphError where they do not, and where there is no such axis or option. */
export const layerNorm = (x: Expr, scale?: Expr, bias?: Expr, options: LayerNormOptions = {}): Expr => {
  requireKnown('layerNorm', options, LAYER_NORM_OPTIONS);
  const { axis = -1, epsilon = 1e-5 } = options;
  return affine(standardize(x, axesFrom('layerNorm', x, axis), epsilon).value, scale, bias);
};

/** x/√(mean x² + ε)·scale over the axes from `axis` on; scale broadcasts to x (Zhang and Sennrich, 2019). Throws GraphError where it does not, and where there is no such axis or option. */
export const rmsNorm = (x: Expr, scale?: Expr, options: LayerNormOptions = {}): Expr => {
  requireKnown('rmsNorm', options, LAYER_NORM_OPTIONS);
  const { axis = -1, epsilon = 1e-5 } = options;
  const power = keptMean(square(x), axesFrom('rmsNorm', x, axis));
  return affine(mul(x, inverseDeviation(power, epsilon)), scale, undefined);
};
