/** What a field of an experiment's file may hold, each check with the words that end "FIELD must be …". */

import { z } from 'zod';

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

/** A zod type of the values for which `holds`; what it asks for is the issue's message. */
const where = <T>(holds: (value: unknown) => boolean, wanted: string): z.ZodType<T> => z.custom<T>(holds, wanted);

export const positive = where<number>((x) => isNumber(x) && x > 0, 'a number above 0');
export const notNegative = where<number>((x) => isNumber(x) && x >= 0, 'a number, 0 or more');
export const share = where<number>((x) => isNumber(x) && x >= 0 && x < 1, 'a number from 0 to below 1');
export const positiveShare = where<number>((x) => isNumber(x) && x > 0 && x <= 1, 'a number above 0, 1 or less');
export const count = where<number>((x) => Number.isSafeInteger(x) && (x as number) >= 1, 'a whole number, 1 or more');
export const countOrZero = where<number>(
  (x) => Number.isSafeInteger(x) && (x as number) >= 0,
  'a whole number, 0 or more',
);
export const text = where<string>((x) => typeof x === 'string' && x.trim() !== '', 'text');

/** An object of fields, which a list is not. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const record = where<Readonly<Record<string, unknown>>>(isRecord, 'options by name, such as { patience: 2 }');

const isSeeds = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.length > 0 &&
  new Set(value).size === value.length &&
  value.every((seed) => Number.isSafeInteger(seed) && seed >= 0);

export const seeds = where<readonly number[]>(isSeeds, 'a list of different whole numbers, such as [1, 2, 3]');

export const oneOf = <T extends string>(...names: readonly T[]): z.ZodType<T> =>
  where<T>((x) => names.includes(x as T), names.map((name) => `"${name}"`).join(' or '));

/** The first thing wrong, as one line. `fieldOf` says how the file calls what lies at a path. */
export const firstIssue = (
  error: z.ZodError,
  input: unknown,
  fieldOf: (path: readonly PropertyKey[]) => string,
): Issue => {
  const issue = error.issues[0]!;
  const field = fieldOf(issue.path);
  if (issue.code === 'unrecognized_keys') return { field: fieldOf([...issue.path, issue.keys[0]!]), unknown: true };
  const value = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], input);
  const message =
    value === undefined
      ? `${field} is missing; it must be ${issue.message}`
      : `${field} is ${typeof value === 'number' ? value : (JSON.stringify(value) ?? String(value))}; it must be ${issue.message}`;
  return { field, message };
};

/** A field that there is none of, or one with what is wrong with it. */
export type Issue =
  | { readonly field: string; readonly unknown: true; readonly message?: undefined }
  | { readonly field: string; readonly unknown?: undefined; readonly message: string };
