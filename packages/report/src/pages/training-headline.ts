/** How training ended, in words. */

import { max, mean } from 'd3-array';
import type { Datum, Run } from '../data.js';
import { formatNumber, formatPercent, formatSeconds, isFiniteNumber } from '../number.js';
import type { RunGroup } from '../series.js';
import { groupRuns } from '../series.js';
import { enumerate, plural } from '../text.js';
import { outcomeOf } from './run-table.js';

interface Ending {
  readonly name: string;
  readonly epochs: number;
  readonly loss: number | undefined;
  readonly accuracy: number | undefined;
  readonly seconds: number | undefined;
}

/** Means over the repeats that ended with a finite number. */
const ending = ({ name, runs }: RunGroup): Ending => {
  const ends = runs.map(outcomeOf);
  const average = (values: readonly (Datum | undefined)[]): number | undefined => mean(values.filter(isFiniteNumber));
  return {
    name,
    epochs: max(ends, ({ epochs }) => epochs) ?? 0,
    loss: average(ends.map(({ trainLoss }) => trainLoss)),
    accuracy: average(ends.map(({ testAccuracy }) => testAccuracy)),
    seconds: average(ends.map(({ secondsPerEpoch }) => secondsPerEpoch)),
  };
};

const resultInWords = ({ loss, accuracy }: Ending): string =>
  enumerate([
    loss === undefined ? 'no finite training loss' : `training loss ${formatNumber(loss)}`,
    ...(accuracy === undefined ? [] : [`test accuracy ${formatPercent(accuracy)}`]),
  ]);

const lengthInWords = ({ epochs, seconds }: Ending): string =>
  `${plural(epochs, 'epoch')}${seconds === undefined ? '' : ` of ${formatSeconds(seconds)}${epochs === 1 ? '' : ' each'}`}`;

/** At most this many runs in the headline; all are in the table. */
const HEADLINE_RUNS = 4;

/** How the runs ended, lowest training loss first. */
export const trainingHeadline = (runs: readonly Run[]): readonly string[] => {
  const rank = ({ loss }: Ending): number => loss ?? Number.MAX_VALUE;
  const [first, ...others] = groupRuns(runs)
    .map(ending)
    .toSorted((a, b) => rank(a) - rank(b));
  if (first === undefined) return [];
  const named = others.slice(0, HEADLINE_RUNS - 1).map((end) => `${end.name} (${resultInWords(end)})`);
  const rest = others.length - named.length;
  return [
    `${first.name} ends ${others.length > 0 ? 'lowest: ' : 'at '}${resultInWords(first)} after ${lengthInWords(first)}.`,
    ...(named.length > 0 ? [`Then ${enumerate(rest > 0 ? [...named, `${rest} more`] : named)}.`] : []),
  ];
};

/** The reasons of runs that failed. */
export const failureWarnings = (runs: readonly Run[]): readonly string[] =>
  runs.flatMap(({ name, seed, failure }) =>
    failure === undefined ? [] : [`${name}${seed === undefined ? '' : `, seed ${seed}`}: ${failure}`],
  );
