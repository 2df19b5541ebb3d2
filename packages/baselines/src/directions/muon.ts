/** Muon: momentum whose singular values are brought near 1. */

import { add, GraphError, type Input, mul, requireKnown, reshape } from '@hograd/graph-builder';
import type { Direction } from '../direction.js';
import { type OrthogonalizeOptions, orthogonalize, requireOrthogonalize } from '../matrices/orthogonalize.js';
import { movingAverage, requireDecay, slotName, slotState, slots } from '../state.js';

/** Options of `muon`. */
export interface MuonOptions extends OrthogonalizeOptions {
  /** Share of the momentum that survives a step, in [0, 1). Default 0.95. */
  readonly beta?: number;
  /** Look one step ahead, as in Nesterov's momentum; default true. */
  readonly nesterov?: boolean;
}

const MOMENTUM = 'muonMomentum';

const requireMatrix = ({ attributes: { name, shape } }: Input): void => {
  if (shape.length < 2) {
    throw new GraphError(
      'muon',
      `"${name}" has the shape [${shape.join(', ')}] and is no matrix; give it another direction with byParameter`,
    );
  }
};

/**
 * u = √max(1, m/n)·orthogonalize(βb + (1 − β)g) with b ← βb + (1 − β)g, or of b itself without `nesterov`. A parameter
 * [m, …] is read as the matrix [m, n] of its rows, a convolution's kernels [M, C, …] so too. State:
 * `muonMomentum.NAME`. Throws GraphError where an option is unknown or out of its range, or where a parameter has fewer
 * than two axes: biases and gains take another direction, with `byParameter`. Jordan et al., 2024, and PyTorch's Muon.
 */
export const muon = (options: MuonOptions = {}): Direction => {
  requireKnown('muon', options, { beta: true, nesterov: true, iterations: true, coefficients: true, eps: true });
  const { beta = 0.95, nesterov = true } = options;
  requireDecay('muon', 'beta', beta);
  const orthogonal = requireOrthogonalize('muon', options);
  return {
    name: 'muon',
    init: (parameters) => {
      parameters.forEach(requireMatrix);
      return slots(MOMENTUM, parameters);
    },
    update: ({ gradients, parameters, state }) => {
      const momenta = parameters.map((p, i) => movingAverage(beta, state[slotName(MOMENTUM, p)]!, gradients[i]!));
      const direction = parameters.map((p, i) => {
        const along = nesterov ? add(mul(momenta[i]!, beta), mul(gradients[i]!, 1 - beta)) : momenta[i]!;
        const rows = reshape(along, [p.shape[0]!, -1]);
        const ratio = Number(rows.shape[0]) / Number(rows.shape[1]);
        return reshape(mul(orthogonalize(rows, orthogonal), Math.sqrt(Math.max(1, ratio))), p.shape);
      });
      return { direction, state: slotState(MOMENTUM, parameters, momenta) };
    },
  };
};
