/** K-FAC: the natural gradient under a Fisher matrix of one Kronecker product a layer. */

import {
  add,
  concat,
  type Expr,
  type Input,
  matmul,
  maximum,
  minimum,
  mul,
  reciprocal,
  requireKnown,
  reshape,
  sliceAxis,
  sub,
} from '@hograd/graph-builder';
import type { Direction, State, StateTensor } from '../../direction.js';
import { parameterType, requireCount, requireDecay, requireNonNegative, slotName } from '../../state.js';
import { dampedInverses } from './damped.js';
import { factorsOf } from './factors.js';
import { findLayers } from './findLayers.js';
import type { Fisher } from './fisher.js';
import type { Layer } from './layer.js';

/** What a graph computes anew: the factors and their inverses, the factors alone, or neither. */
export type KfacRefresh = 'inverses' | 'factors' | 'nothing';

/** Options of `kfac`. */
export interface KfacOptions {
  /** λ, at least 0. Default 0.03. */
  readonly damping?: number;
  /**
   * Largest share of the factors that survives an update, in [0, 1): after k updates it is min(1 − 1/k, decay). Default
   * 0.95.
   */
  readonly decay?: number;
  /**
   * Default: the empirical Fisher, of the batch's own targets. The loss must then be a mean over examples, along the
   * first axis of its inputs.
   */
  readonly fisher?: Fisher;
  /**
   * Newton–Schulz iterations of each inverse: about ½log₂ of its condition number and 4. A whole number of at least 1;
   * default 16.
   */
  readonly iterations?: number;
  /**
   * Default `inverses`. Inverses cost most of a step: run a graph with `inverses` at the first and every k-th step, one
   * with `factors` or `nothing` in between (`kfacRefresh` says which); all carry the same state.
   */
  readonly refresh?: KfacRefresh;
}

const INPUT = 'kfacInput';
const OUTPUT = 'kfacOutput';
const INPUT_INVERSE = 'kfacInputInverse';
const OUTPUT_INVERSE = 'kfacOutputInverse';
const UPDATES = 'kfacUpdates';

/**
 * Which graph to run at a step (0 at the first) where factors and inverses are updated every so many steps; inverses
 * always of fresh factors. Throws GraphError for an unknown option and unless both are whole numbers of at least 1.
 */
export const kfacRefresh = (options: {
  readonly factors: number;
  readonly inverses: number;
}): ((step: number) => KfacRefresh) => {
  requireKnown('kfacRefresh', options, { factors: true, inverses: true });
  const { factors, inverses } = options;
  requireCount('kfacRefresh', 'factors', factors);
  requireCount('kfacRefresh', 'inverses', inverses);
  return (step) => {
    if (step % inverses === 0) return 'inverses';
    return step % factors === 0 ? 'factors' : 'nothing';
  };
};

/** A layer's gradients as one matrix [outputs, inputs (+ 1)], the bias its last column. */
const joined = (layer: Layer, of: (parameter: Input) => Expr): Expr => {
  const weights = layer.toMatrix(of(layer.weight));
  return layer.bias ? concat([weights, reshape(of(layer.bias), [layer.outputs, 1])], 1) : weights;
};

/** The inverse of `joined`: a tensor for each parameter of the layer. */
const parted = (layer: Layer, matrix: Expr): readonly (readonly [Input, Expr])[] => {
  const weights = layer.fromMatrix(sliceAxis(matrix, 1, 0, layer.inputs));
  if (!layer.bias) return [[layer.weight, weights]];
  const bias = reshape(sliceAxis(matrix, 1, layer.inputs, 1), layer.bias.shape);
  return [
    [layer.weight, weights],
    [layer.bias, bias],
  ];
};

const slotsOf = (layer: Layer): readonly StateTensor[] => {
  const { dtype } = layer.weight;
  const inputs = layer.inputs + (layer.bias ? 1 : 0);
  const square = (kind: string, size: number): StateTensor => ({
    name: slotName(kind, layer.weight),
    shape: [size, size],
    dtype,
  });
  return [
    square(INPUT, inputs),
    square(OUTPUT, layer.outputs),
    square(INPUT_INVERSE, inputs),
    square(OUTPUT_INVERSE, layer.outputs),
  ];
};

/**
 * u = Γ⁻¹VΩ⁻¹ for each layer with gradient V [outputs, inputs + 1] (weights and bias together), where the Fisher matrix
 * of the layer is taken to be Ω ⊗ Γ: running averages of the second moments of its inputs and of the adjoints of its
 * outputs, damped and inverted by Newton–Schulz iterations, matrix products only. Layers are found in the graph
 * (`findLayers`): matrix products and convolutions with a parameter, fully connected or not, in any model. Other
 * parameters, such as gains of normalisations, move along their gradient.
 *
 * The direction knows no rate: `chain(kfac(), clipByKL({ largest: 1e-3 }), momentum())` is K-FAC as commonly run.
 * State: `kfacInput.NAME`, `kfacOutput.NAME`, `kfacInputInverse.NAME` and `kfacOutputInverse.NAME` for each layer's
 * weight, and `kfacUpdates`. Check, where inverses are computed: `kfacResidual`, the largest entry of |I − MX| over all
 * of them; far below 1 is well. Throws GraphError where an option is unknown or out of its range, or where the batch
 * does not say how many examples it has. Martens and Grosse, ICML 2015; Grosse and Martens, ICML 2016.
 */
export const kfac = (options: KfacOptions = {}): Direction => {
  requireKnown('kfac', options, { damping: true, decay: true, fisher: true, iterations: true, refresh: true });
  const { damping = 0.03, decay = 0.95, fisher, iterations = 16, refresh = 'inverses' } = options;
  requireNonNegative('kfac', 'damping', damping);
  requireDecay('kfac', 'decay', decay);
  requireCount('kfac', 'iterations', iterations);
  return {
    name: 'kfac',
    init: (parameters, loss) => [
      ...findLayers(loss, parameters).flatMap(slotsOf),
      { name: UPDATES, shape: [], dtype: parameterType(parameters) },
    ],
    update: ({ gradients, parameters, state, loss, batch }) => {
      const updates = refresh === 'nothing' ? state[UPDATES]! : add(state[UPDATES]!, 1);
      // 1 − 1/k weighs all batches alike while they are few; a fixed decay from zeros would make the first factors small.
      const kept = minimum(sub(1, reciprocal(updates)), decay);
      const average = (old: Expr, fresh: Expr): Expr => add(mul(old, kept), mul(fresh, sub(1, kept)));

      const layers = findLayers(loss, parameters).map((layer) => {
        const of = (kind: string): Expr => state[slotName(kind, layer.weight)]!;
        const before = { inputs: of(INPUT), outputs: of(OUTPUT) };
        const known = { inputs: of(INPUT_INVERSE), outputs: of(OUTPUT_INVERSE) };
        if (refresh === 'nothing') return { layer, factors: before, inverses: known, residuals: [] };
        const fresh = factorsOf(layer, { loss, batch }, fisher);
        const factors = {
          inputs: average(before.inputs, fresh.inputs),
          outputs: average(before.outputs, fresh.outputs),
        };
        if (refresh === 'factors') return { layer, factors, inverses: known, residuals: [] };
        const { inputs, outputs } = dampedInverses(factors, damping, iterations);
        const inverses = { inputs: inputs.value, outputs: outputs.value };
        return { layer, factors, inverses, residuals: [inputs.residual, outputs.residual] };
      });

      const gradientOf = new Map<Expr, Expr>(parameters.map((p, i) => [p, gradients[i]!]));
      const directionOf = new Map<Expr, Expr>(
        layers.flatMap(({ layer, inverses }) => {
          const gradient = joined(layer, (p) => gradientOf.get(p)!);
          return parted(layer, matmul(matmul(inverses.outputs, gradient), inverses.inputs));
        }),
      );
      const next: State = Object.fromEntries(
        layers.flatMap(({ layer, factors, inverses }) => [
          [slotName(INPUT, layer.weight), factors.inputs],
          [slotName(OUTPUT, layer.weight), factors.outputs],
          [slotName(INPUT_INVERSE, layer.weight), inverses.inputs],
          [slotName(OUTPUT_INVERSE, layer.weight), inverses.outputs],
        ]),
      );
      const residuals = layers.flatMap((layer) => layer.residuals);
      return {
        direction: parameters.map((p, i) => directionOf.get(p) ?? gradients[i]!),
        state: { ...next, [UPDATES]: updates },
        inputs: refresh === 'nothing' ? [] : (fisher?.inputs ?? []),
        checks: residuals.length > 0 ? [{ name: 'kfacResidual', value: residuals.reduce(maximum) }] : [],
      };
    },
  };
};
