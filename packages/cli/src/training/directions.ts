/** The directions of @hograd/baselines by name, each with its options. */

import {
  type AdamOptions,
  adam,
  adamw,
  type Direction,
  type LbfgsOptions,
  lbfgs,
  type MomentumOptions,
  momentum,
  nesterov,
  type RmspropOptions,
  rmsprop,
  type ShampooOptions,
  sgd,
  shampoo,
} from '@hograd/baselines';
import type { z } from 'zod';
import { count, notNegative, positive, positiveShare, share } from '../checks.js';
import type { Settings } from './settings.js';

export interface NamedDirection {
  readonly options: z.ZodRawShape;
  /** Its settings have passed `options`. */
  readonly make: (settings: Settings) => Direction;
}

/** The direction of those of the settings that are its own: a rate's and a schedule's come with them. */
export const directionOf = ({ options, make }: NamedDirection, settings: Settings): Direction =>
  make(Object.fromEntries(Object.entries(settings).filter(([name]) => Object.hasOwn(options, name))));

const MOMENTUM: z.ZodRawShape = { beta: share.optional(), dampening: share.optional() };
const ADAM: z.ZodRawShape = { beta1: share.optional(), beta2: share.optional(), eps: positive.optional() };

export const directions = {
  sgd: { options: {}, make: () => sgd() },
  momentum: { options: MOMENTUM, make: (s) => momentum(s as MomentumOptions) },
  nesterov: { options: { beta: share.optional() }, make: (s) => nesterov(s as MomentumOptions) },
  adam: { options: ADAM, make: (s) => adam(s as AdamOptions) },
  adamw: { options: { ...ADAM, weightDecay: notNegative.optional() }, make: (s) => adamw(s as AdamOptions) },
  rmsprop: {
    options: { alpha: share.optional(), eps: positive.optional() },
    make: (s) => rmsprop(s as RmspropOptions),
  },
  shampoo: {
    options: {
      eps: positive.optional(),
      decay: positiveShare.optional(),
      longest: count.optional(),
      iterations: count.optional(),
    },
    make: (s) => shampoo(s as ShampooOptions),
  },
  lbfgs: { options: { history: count.optional() }, make: (s) => lbfgs(s as LbfgsOptions) },
} as const satisfies Readonly<Record<string, NamedDirection>>;
