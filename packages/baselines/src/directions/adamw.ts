/** AdamW: Adam with decoupled weight decay. */

import { requireKnown } from '@hograd/graph-builder';
import { chain } from '../compositions/chain.js';
import type { Direction } from '../direction.js';
import { requireNonNegative } from '../state.js';
import { weightDecay } from '../transformations/weightDecay.js';
import { ADAM_OPTIONS, type AdamOptions, adam } from './adam.js';

/**
 * u = Adam's direction + weightDecay·θ (default 0.01): the decay passes by the moments, and a rate scales both. State
 * as Adam's. Throws GraphError where an option is unknown or out of its range. Loshchilov and Hutter, ICLR 2019,
 * algorithm 2.
 */
export const adamw = (options: AdamOptions & { readonly weightDecay?: number } = {}): Direction => {
  requireKnown('adamw', options, { ...ADAM_OPTIONS, weightDecay: true });
  const { weightDecay: decay = 0.01, ...moments } = options;
  requireNonNegative('adamw', 'weightDecay', decay);
  return { ...chain(adam(moments), weightDecay({ decay })), name: 'adamw' };
};
