/** Reads a JSON fixture of this package. */

import { readFileSync } from 'node:fs';

export const fixture = <A>(name: string): A =>
  JSON.parse(readFileSync(new URL(`../../../test-fixtures/cubic-solver/${name}.json`, import.meta.url), 'utf8')) as A;

/** The largest difference over the largest entry. */
export const difference = (actual: readonly number[], expected: readonly number[]): number =>
  Math.max(...actual.map((value, s) => Math.abs(value - expected[s]))) / (Math.max(...expected.map(Math.abs)) || 1);
