/** How every run ended: a row per name with the mean over repeats, and none left out. */

import { deviation, mean, sum } from 'd3-array';
import type { JSX } from 'preact';
import type { Datum, Epoch, Run } from '../data.js';
import { formatBytes, formatNumber, formatPercent, isFiniteNumber } from '../number.js';
import { groupRuns } from '../series.js';
import { Table } from './table.js';

/** The end of a run. */
export interface Outcome {
  readonly trainLoss: Datum;
  readonly testLoss: Datum | undefined;
  readonly testAccuracy: Datum | undefined;
  readonly epochs: number;
  readonly secondsPerEpoch: number | null;
}

/** A run's last epoch, as it was: one that diverged ends with a loss that is not finite. */
export const outcomeOf = (run: Run): Outcome => {
  const last: Epoch | undefined = run.epochs.at(-1);
  const timed = run.epochs.filter(({ epoch }) => epoch > 0);
  return {
    trainLoss: last?.trainLoss ?? null,
    testLoss: last?.testLoss,
    testAccuracy: last?.testAccuracy,
    epochs: last?.epoch ?? 0,
    secondsPerEpoch: timed.length > 0 ? sum(timed, ({ seconds }) => seconds) / timed.length : null,
  };
};

/** Mean, with the standard deviation of repeats: `0.0123 ± 0.0004`; says how many repeats had no value. */
export const meanText = (
  values: readonly (Datum | undefined)[],
  format: (value: Datum, digits?: number) => string,
): string => {
  const given = values.filter((value) => value !== undefined);
  if (given.length === 0) return '–';
  const finite = given.filter(isFiniteNumber);
  if (finite.length === 0) return 'not finite';
  const spread = finite.length > 1 ? ` ± ${format(deviation(finite)!, 2)}` : '';
  const lost = given.length - finite.length;
  return `${format(mean(finite)!)}${spread}${lost > 0 ? ` (${lost} not finite)` : ''}`;
};

export const RunTable = ({
  runs,
  caption,
}: {
  readonly runs: readonly Run[];
  readonly caption?: string;
}): JSX.Element => {
  const groups = groupRuns(runs).map(({ name, runs: repeats }) => ({ name, repeats, ends: repeats.map(outcomeOf) }));
  const failed = runs.some(({ failure }) => failure !== undefined);
  const weighed = runs.some(({ peakBytes }) => peakBytes !== undefined);
  return (
    <Table
      {...(caption === undefined ? {} : { caption })}
      columns={[
        { heading: 'run', holds: 'text' },
        { heading: 'optimizer', holds: 'text' },
        { heading: 'repeats', holds: 'number' },
        { heading: 'epochs', holds: 'number' },
        { heading: 'training loss', holds: 'number' },
        { heading: 'test loss', holds: 'number' },
        { heading: 'test accuracy', holds: 'number' },
        { heading: 'seconds per epoch', holds: 'number' },
        ...(weighed ? [{ heading: 'peak memory', holds: 'number' as const }] : []),
        ...(failed ? [{ heading: 'failures', holds: 'prose' as const }] : []),
      ]}
      rows={groups.map(({ name, repeats, ends }) => [
        name,
        [...new Set(repeats.map(({ optimizer }) => optimizer))].join(', '),
        String(repeats.length),
        [...new Set(ends.map(({ epochs }) => epochs))].join(', '),
        meanText(
          ends.map(({ trainLoss }) => trainLoss),
          formatNumber,
        ),
        meanText(
          ends.map(({ testLoss }) => testLoss),
          formatNumber,
        ),
        meanText(
          ends.map(({ testAccuracy }) => testAccuracy),
          formatPercent,
        ),
        meanText(
          ends.map(({ secondsPerEpoch }) => secondsPerEpoch ?? undefined),
          formatNumber,
        ),
        ...(weighed ? [formatPeak(repeats)] : []),
        ...(failed ? [failures(repeats)] : []),
      ])}
    />
  );
};

const formatPeak = (repeats: readonly Run[]): string => {
  const peaks = repeats.flatMap(({ peakBytes }) => (peakBytes === undefined ? [] : [peakBytes]));
  return peaks.length === 0 ? '–' : formatBytes(Math.max(...peaks));
};

const failures = (repeats: readonly Run[]): string =>
  repeats
    .flatMap(({ failure, seed }) =>
      failure === undefined ? [] : [seed === undefined ? failure : `seed ${seed}: ${failure}`],
    )
    .join('; ');
