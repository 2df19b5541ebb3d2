/** The optimizers by name, each with its options: settings of a file or command line in, what trains out. */

import {
  DEFAULT_RATES,
  DEFAULT_TRUST,
  NOISE_AWARE_RATES,
  type OptionsError,
  type PlateauOptions,
  plateauOptions,
  type RatesOptions,
  ratesOptions,
} from '@hograd/newton-summary';
import * as E from 'fp-ts/lib/Either.js';
import { z } from 'zod';
import { count, notNegative, oneOf, positive, record, share, text } from '../checks.js';
import { orRefuse, refuse, wrongInput } from '../failure.js';
import { directionOf, directions, type NamedDirection } from './directions.js';
import type { KfacOptimizer, Optimizer } from './optimizer.js';
import { checkSettings, type MethodError, type Settings } from './settings.js';

/** What trains, with what a run takes beside the optimizer itself. */
export interface Method {
  readonly optimizer: Optimizer;
  /** As `readPartition` reads it. */
  readonly partition: string;
  /** Examples a summary; left out: as many as a gradient. */
  readonly summaryBatch?: number;
}

interface Kind {
  readonly options: z.ZodRawShape;
  /** Its settings have passed `options`. */
  readonly make: (name: string, settings: Settings) => E.Either<MethodError, Method>;
}

/** One rate, `lr`, for all parameters. */
const constantRate = (lr: number, named: NamedDirection): Kind => ({
  options: { ...named.options, lr: positive.optional() },
  make: (name, settings) =>
    E.right({
      optimizer: {
        kind: 'constant-rate',
        name,
        direction: directionOf(named, settings),
        rate: (settings.lr as number) ?? lr,
      },
      partition: 'canonical',
    }),
});

const RATES = Object.keys(DEFAULT_RATES) as readonly (keyof RatesOptions)[];

const NEWTON_SUMMARY: z.ZodRawShape = {
  ...Object.fromEntries(RATES.map((name) => [name, z.unknown().optional()])),
  period: count.optional(),
  early: z.boolean('true or false').optional(),
  slices: count.optional(),
  trust: z.boolean('true or false').optional(),
  plateau: record.optional(),
  partition: text.optional(),
  summaryBatch: count.optional(),
};

/** Undefined where there are no settings. */
const plateauOf = (settings: unknown): E.Either<MethodError, PlateauOptions | undefined> => {
  if (settings === undefined) return E.right(undefined);
  return E.mapLeft(
    ({ _tag, option, message }: OptionsError): MethodError =>
      _tag === 'UnknownOption'
        ? { field: 'plateau', message: `plateau: ${message}` }
        : { field: `plateau.${option}`, message: `plateau.${message}` },
  )(plateauOptions(settings as Partial<PlateauOptions>));
};

/** Slices that a safe summary's batch is cut into. */
const SAFE_SLICES = 5;

/**
 * The method as published, or with safeguards: rates as long as the sampling error of their summary allows, steps
 * judged by what they did and taken back where they raise the loss; it needs no search for λ1.
 */
const newtonSummary = (safe: boolean, named: NamedDirection, directionDefaults: Settings = {}): Kind => ({
  options: { ...named.options, ...NEWTON_SUMMARY },
  make: (name, settings) => {
    const given = Object.fromEntries(Object.entries(settings).filter(([key]) => RATES.includes(key as never)));
    const rates = ratesOptions(1)({ ...(safe ? NOISE_AWARE_RATES : DEFAULT_RATES), ...given });
    if (E.isLeft(rates)) return E.left({ field: rates.left.option, message: rates.left.message });
    const { period = 10, early = safe, slices = safe ? SAFE_SLICES : 1, trust = safe } = settings;
    const { partition = 'canonical' } = settings;
    const plateau = plateauOf(settings.plateau);
    if (E.isLeft(plateau)) return plateau;
    if (rates.right.noise.kind === 'aware' && (slices as number) < 2) {
      const message = `slices is ${slices}; noise-aware rates need 2 slices of a summary's batch or more`;
      return E.left({ field: 'slices', message });
    }
    return E.right({
      optimizer: {
        kind: 'newton-summary',
        name,
        direction: directionOf(named, { ...directionDefaults, ...settings }),
        control: {
          rates: rates.right,
          ...(trust === true && { trust: DEFAULT_TRUST }),
          ...(plateau.right && { plateau: plateau.right }),
        },
        period: period as number,
        early: early === true,
        slices: slices as number,
      },
      partition: partition as string,
      ...(settings.summaryBatch !== undefined && { summaryBatch: settings.summaryBatch as number }),
    });
  },
});

/** The settings of alecwangcq/KFAC-Pytorch that the paper's scripts name, but for weight decay: none. */
const DEFAULT_KFAC: Omit<KfacOptimizer, 'kind' | 'name' | 'rate'> = {
  damping: 0.03,
  decay: 0.95,
  largestKL: 0.01,
  weightDecay: 0,
  momentum: 0.9,
  factorPeriod: 10,
  inversePeriod: 100,
  iterations: 16,
  fisher: 'sampled',
};

const kfac: Kind = {
  options: {
    lr: positive.optional(),
    damping: notNegative.optional(),
    decay: share.optional(),
    largestKL: positive.optional(),
    weightDecay: notNegative.optional(),
    momentum: share.optional(),
    factorPeriod: count.optional(),
    inversePeriod: count.optional(),
    iterations: count.optional(),
    fisher: oneOf('sampled', 'exact', 'empirical').optional(),
  },
  make: (name, { lr = 0.01, ...settings }) =>
    E.right({
      optimizer: { ...DEFAULT_KFAC, ...settings, kind: 'kfac', name, rate: lr as number },
      partition: 'canonical',
    }),
};

/** The author's momentum is an average of gradients (arXiv 2312.03885, code). */
const AVERAGE: Settings = { dampening: 0.9 };

const kinds: Readonly<Record<string, Kind>> = {
  'newton-summary': newtonSummary(false, directions.momentum, AVERAGE),
  'newton-summary:sgd': newtonSummary(false, directions.sgd),
  'newton-summary:adam': newtonSummary(false, directions.adam),
  'newton-summary-safe': newtonSummary(true, directions.momentum, AVERAGE),
  'newton-summary-safe:sgd': newtonSummary(true, directions.sgd),
  'newton-summary-safe:adam': newtonSummary(true, directions.adam),
  sgd: constantRate(0.1, directions.sgd),
  momentum: constantRate(0.01, directions.momentum),
  nesterov: constantRate(0.01, directions.nesterov),
  adam: constantRate(1e-3, directions.adam),
  adamw: constantRate(1e-3, directions.adamw),
  rmsprop: constantRate(1e-3, directions.rmsprop),
  kfac,
};

/** Every name that `methodOf` knows. */
export const OPTIMIZERS: readonly string[] = Object.keys(kinds);

/**
 * The optimizer of a name with settings. Left: the option that it does not have or whose value it does not take (a
 * step size that is not positive, options of NewtonSummary's rates that contradict one another as `ratesOptions`
 * says), with what to write instead.
 */
export const methodOf =
  (name: string) =>
  (settings: Settings): E.Either<MethodError, Method> => {
    const kind = Object.hasOwn(kinds, name) ? kinds[name]! : undefined;
    if (!kind) {
      const message = `optimizer is "${name}"; it must be one of ${OPTIMIZERS.join(', ')}`;
      return E.left({ field: 'optimizer', message });
    }
    return E.chain((own: Settings) => kind.make(name, own))(checkSettings(name, kind.options, settings));
  };

/** The options of `hograd train` that are an optimizer's. */
export interface OptimizerOptions {
  readonly lr?: number;
  readonly lambda1?: number;
  readonly lambdaInt?: number;
  readonly period?: number;
}

/** The names of an optimizer's options. Refuses an unknown optimizer. */
const optionsOf = (name: string): readonly string[] =>
  Object.hasOwn(kinds, name)
    ? Object.keys(kinds[name]!.options)
    : refuse(`there is no optimizer "${name}"; there are ${OPTIMIZERS.join(', ')}`);

/** The option's name on the command line. */
const flagOf = (option: string): string => `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Refuses an unknown optimizer, and an option with a value that none of the optimizers takes. */
export const checkTaken = (names: readonly string[], options: Settings): void => {
  const taken = names.flatMap(optionsOf);
  const idle = Object.keys(options).find((option) => options[option] !== undefined && !taken.includes(option));
  if (idle !== undefined) refuse(`${flagOf(idle)} is no option of ${names.join(' or ')}; leave it out`);
};

/**
 * An optimizer by name, with those of the options that it takes: the others are for those that it is compared with.
 * Refuses an unknown name.
 */
export const makeOptimizer = (name: string, { lr, lambda1, lambdaInt, period }: OptimizerOptions): Optimizer => {
  const taken = optionsOf(name);
  const settings = Object.fromEntries(
    Object.entries({ lr, lambda1, lambdaInt, period }).filter(
      ([option, value]) => value !== undefined && taken.includes(option),
    ),
  );
  return orRefuse(methodOf(name)(settings), (e) => wrongInput(e.message)).optimizer;
};
