/** Checks of single options, and of a record of them. */

import { unknownOption } from '@hograd/graph-builder/options';
import * as E from 'fp-ts/lib/Either.js';
import { invalid, type OptionsError } from './error.js';

/** What is wrong with a value, as the end of the sentence "OPTION must be …"; undefined where nothing is. */
export type Check = (value: unknown) => string | undefined;

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

const where =
  (holds: (value: unknown) => boolean, wanted: string): Check =>
  (value) =>
    holds(value) ? undefined : wanted;

export const finite = where(isNumber, 'a number');
export const positive = where((x) => isNumber(x) && x > 0, 'a positive number');
export const notNegative = where((x) => isNumber(x) && x >= 0, 'a number from 0');
export const above1 = where((x) => isNumber(x) && x > 1, 'a number above 1');
export const weight = where((x) => isNumber(x) && x >= 0 && x < 1, 'a number from 0 to below 1');
export const fraction = where((x) => isNumber(x) && x > 0 && x < 1, 'a number between 0 and 1, neither of them');
export const scale = where((x) => isNumber(x) && x > 0 && x <= 1, 'a number above 0, at most 1');
export const flag = where((x) => typeof x === 'boolean', 'true or false');

export const wholeFrom = (least: number): Check =>
  where((x) => Number.isInteger(x) && (x as number) >= least, `a whole number from ${least}`);

export const oneOf = (...names: readonly string[]): Check =>
  where((x) => names.includes(x as string), names.map((n) => `"${n}"`).join(' or '));

/** A positive number, or `groups` of them. */
export const positiveForEach =
  (groups: number): Check =>
  (value) => {
    if (!Array.isArray(value)) return positive(value) && 'a positive number, or one for each group';
    if (value.length !== groups) return `${groups} numbers, one for each group`;
    // A hole is no number, and `some` passes it over.
    return Array.from(value).some(positive) ? 'positive numbers' : undefined;
  };

/** A choice by its `kind`, with exactly the fields of that kind. */
export const variant =
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

/** `given` over `defaults`; Left for the first option without a check, then for the first that fails its own. */
export const checked =
  <A extends object>(checks: Readonly<Record<keyof A & string, Check>>, defaults: A) =>
  (given: Partial<A>): E.Either<OptionsError, A> => {
    const names = Object.keys(checks) as (keyof A & string)[];
    const unknown = unknownOption(given, checks);
    if (unknown) return E.left({ _tag: 'UnknownOption', ...unknown });
    const options: A = { ...defaults, ...given };
    for (const name of names) {
      const wanted = checks[name](options[name]);
      if (wanted !== undefined) return E.left(invalid(name, wanted, options[name]));
    }
    return E.right(options);
  };

/** Refuses what passes each check but not together. */
export const together =
  <A>(wrong: (options: A) => OptionsError | undefined) =>
  (options: A): E.Either<OptionsError, A> => {
    const error = wrong(options);
    return error ? E.left(error) : E.right(options);
  };
