/** Options of the rates, checked: what is out of range, unknown, or without effect is refused. */

import * as E from 'fp-ts/lib/Either.js';
import { DEFAULT_RATES, type RatesOptions } from './options.js';

export type OptionsError =
  /** A value that the option does not take. */
  | { readonly _tag: 'InvalidOption'; readonly message: string; readonly option: string }
  /** No option has that name. */
  | { readonly _tag: 'UnknownOption'; readonly message: string; readonly option: string }
  /** Beside the others the option would do nothing. */
  | { readonly _tag: 'DoesNotApply'; readonly message: string; readonly option: string };

/** What is wrong with a value, as the end of the sentence "OPTION must be …"; undefined where nothing is. */
type Check = (value: unknown) => string | undefined;

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

const where =
  (holds: (value: unknown) => boolean, wanted: string): Check =>
  (value) =>
    holds(value) ? undefined : wanted;

const positive = where((x) => isNumber(x) && x > 0, 'a positive number');
const notNegative = where((x) => isNumber(x) && x >= 0, 'a number from 0');
const flag = where((x) => typeof x === 'boolean', 'true or false');
const weight = where((x) => isNumber(x) && x >= 0 && x < 1, 'a number from 0 to below 1');
const positiveWeight = where((x) => isNumber(x) && x > 0 && x < 1, 'a number between 0 and 1, neither of them');
const wholeFrom = (least: number): Check =>
  where((x) => Number.isInteger(x) && (x as number) >= least, `a whole number from ${least}`);

const oneOf = (...names: readonly string[]): Check =>
  where((x) => names.includes(x as string), names.map((n) => `"${n}"`).join(' or '));

const stepSizes =
  (groups: number): Check =>
  (value) => {
    if (!Array.isArray(value)) return positive(value) && 'a positive number, or one for each group';
    if (value.length !== groups) return `${groups} numbers, one for each group`;
    return value.some(positive) ? 'positive numbers' : undefined;
  };

/** A choice by its `kind`, with exactly the fields of that kind. */
const variant =
  (kinds: Readonly<Record<string, Readonly<Record<string, Check>>>>): Check =>
  (value) => {
    const names = Object.keys(kinds);
    const { kind, ...fields } = (value ?? {}) as Record<string, unknown>;
    if (typeof kind !== 'string' || !Object.hasOwn(kinds, kind)) {
      return `an object whose kind is ${names.map((n) => `"${n}"`).join(' or ')}`;
    }
    const checks = kinds[kind]!;
    const extra = Object.keys(fields).find((name) => !Object.hasOwn(checks, name));
    if (extra !== undefined) return `without "${extra}", which kind "${kind}" does not read`;
    for (const [name, check] of Object.entries(checks)) {
      const wanted = check(fields[name]);
      if (wanted !== undefined) return `of kind "${kind}" with ${name} ${wanted}`;
    }
    return undefined;
  };

const checksOf = (groups: number): Readonly<Record<keyof RatesOptions, Check>> => ({
  lambda1: stepSizes(groups),
  lambdaInt: notNegative,
  etaDecay: weight,
  clipNegative: oneOf('before-average', 'when-applied', 'never'),
  summaryAverage: variant({
    none: {},
    exponential: { decay: positiveWeight },
    uniform: { count: wholeFrom(2), warmUp: wholeFrom(1) },
  }),
  dDecay: weight,
  ridge: variant({
    none: {},
    absolute: { epsilon: positive },
    diagonal: { factor: positive },
    'cubic-metric': { factor: positive },
  }),
  diagonal: flag,
  limit: variant({ none: {}, 'running-median': { window: wholeFrom(1), factor: positive } }),
  noise: variant({ ignore: {}, aware: { standardErrors: notNegative, crossValidated: flag } }),
});

const invalid = (option: string, wanted: string, value: unknown): OptionsError => ({
  _tag: 'InvalidOption',
  message: `${option} is ${JSON.stringify(value) ?? String(value)}; it must be ${wanted}`,
  option,
});

const idle = (option: string, message: string): OptionsError => ({ _tag: 'DoesNotApply', message, option });

/** The first option that the others leave without effect. */
const withoutEffect = (options: RatesOptions): OptionsError | undefined => {
  const { dDecay, lambdaInt, ridge, clipNegative, etaDecay, noise } = options;
  if (dDecay > 0 && lambdaInt === 0 && ridge.kind !== 'cubic-metric') {
    return idle('dDecay', 'dDecay averages d, which nothing reads where lambdaInt is 0; leave it out or set lambdaInt');
  }
  if (clipNegative === 'when-applied' && etaDecay === 0) {
    return idle(
      'clipNegative',
      'clipNegative "when-applied" differs from "before-average" only where η is averaged; set etaDecay or take "before-average"',
    );
  }
  if (noise.kind === 'aware' && noise.standardErrors === 0 && !noise.crossValidated) {
    return idle('noise', 'noise "aware" with 0 standardErrors and not crossValidated does nothing; take "ignore"');
  }
  return undefined;
};

/**
 * All options, from the ones that differ from DEFAULT_RATES, for S = `groups` groups. Takes what was read from JSON too. The
 * Left names the first option that is unknown, has a value that it does not take, or would have no effect beside the others: a
 * run never differs from what its options say.
 */
export const ratesOptions =
  (groups: number) =>
  (given: Partial<RatesOptions>): E.Either<OptionsError, RatesOptions> => {
    const checks = checksOf(groups);
    const unknown = Object.keys(given).find((name) => !Object.hasOwn(checks, name));
    if (unknown !== undefined) {
      const message = `there is no option "${unknown}"; the options are ${Object.keys(checks).join(', ')}`;
      return E.left({ _tag: 'UnknownOption', message, option: unknown });
    }
    const options: RatesOptions = { ...DEFAULT_RATES, ...given };
    for (const [name, check] of Object.entries(checks)) {
      const value = options[name as keyof RatesOptions];
      const wanted = check(value);
      if (wanted !== undefined) return E.left(invalid(name, wanted, value));
    }
    const { summaryAverage } = options;
    if (summaryAverage.kind === 'uniform' && summaryAverage.warmUp > summaryAverage.count) {
      const wanted = 'of kind "uniform" with a warmUp of at most its count, for no more summaries are kept';
      return E.left(invalid('summaryAverage', wanted, summaryAverage));
    }
    const idle = withoutEffect(options);
    return idle ? E.left(idle) : E.right(options);
  };
