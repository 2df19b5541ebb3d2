/** Checks of the data before anything is drawn: lengths agree, nothing that must exist is missing. */

import type { Either } from 'fp-ts/lib/Either.js';
import { left, right } from 'fp-ts/lib/Either.js';
import type { Group, Rates, Run, SquareMatrix, Summary, Vector } from './data.js';
import type { ReportError } from './error.js';
import { empty, outOfRange, shapeMismatch, unknownTheme } from './error.js';
import type { Theme } from './style/figure-style.js';

/** A check's verdict: nothing, or what is wrong. */
export type Verdict = ReportError | undefined;

/** The first thing wrong, or `make()`. */
export const ensure = <A>(verdicts: Iterable<Verdict>, make: () => A): Either<ReportError, A> => {
  for (const verdict of verdicts) if (verdict !== undefined) return left(verdict);
  return right(make());
};

export const nonEmpty = (field: string, list: readonly unknown[], cure: string): Verdict =>
  list.length === 0 ? empty(field, cure) : undefined;

export const sameLength = (field: string, list: readonly unknown[], want: number, per: string): Verdict =>
  list.length === want ? undefined : shapeMismatch(field, list.length, want, per);

/** Room for the axes, their titles and something between them; pixels. */
const LEAST_WIDTH = 240;
const LEAST_HEIGHT = 120;
const MOST = 10_000;

const isWithin = (value: number, least: number): boolean => value >= least && value <= MOST;

/** The sides of a chart, where they are given. */
export function* checkSides({
  width,
  height,
}: {
  readonly width?: number;
  readonly height?: number;
}): Generator<Verdict> {
  if (width !== undefined && !isWithin(width, LEAST_WIDTH))
    yield outOfRange('width', width, `of pixels from ${LEAST_WIDTH} to ${MOST}`);
  if (height !== undefined && !isWithin(height, LEAST_HEIGHT))
    yield outOfRange('height', height, `of pixels from ${LEAST_HEIGHT} to ${MOST}`);
}

/** The magnitude at full colour, where it is given. */
export const checkBound = (bound: number | undefined): Verdict =>
  bound === undefined || (bound > 0 && Number.isFinite(bound))
    ? undefined
    : outOfRange('bound', bound, 'above 0 that is finite');

export const checkTheme = (theme: Theme): Verdict =>
  ['light', 'dark', 'auto'].includes(theme) ? undefined : unknownTheme(theme);

export function* checkGroups(field: string, groups: readonly Group[]): Generator<Verdict> {
  yield nonEmpty(field, groups, 'give at least one group');
}

export const checkVector = (field: string, vector: Vector, groups: readonly Group[]): Verdict =>
  sameLength(field, vector, groups.length, 'group');

export function* checkMatrix(field: string, matrix: SquareMatrix, groups: readonly Group[]): Generator<Verdict> {
  yield sameLength(field, matrix, groups.length, 'group (rows)');
  for (const [s, row] of matrix.entries()) yield sameLength(`${field}[${s}]`, row, groups.length, 'group (columns)');
}

export function* checkSummary(field: string, summary: Summary): Generator<Verdict> {
  yield* checkGroups(`${field}groups`, summary.groups);
  yield checkVector(`${field}gbar`, summary.gbar, summary.groups);
  yield* checkMatrix(`${field}Hbar`, summary.Hbar, summary.groups);
  if (summary.D3 !== undefined) yield checkVector(`${field}D3`, summary.D3, summary.groups);
}

export function* checkRates(field: string, rates: Rates): Generator<Verdict> {
  yield* checkGroups(`${field}.groups`, rates.groups);
  yield sameLength(`${field}.eta`, rates.eta, rates.steps.length, 'entry of steps');
  for (const [k, row] of rates.eta.entries()) yield checkVector(`${field}.eta[${k}]`, row, rates.groups);
}

export function* checkRuns(field: string, runs: readonly Run[]): Generator<Verdict> {
  yield nonEmpty(field, runs, 'give at least one run');
  for (const [k, run] of runs.entries()) {
    if (run.rates !== undefined) yield* checkRates(`${field}[${k}].rates`, run.rates);
    if (run.summary !== undefined) yield* checkSummary(`${field}[${k}].summary.`, run.summary);
  }
}
