/** results.json: an experiment's outcome as data, every run in it. */

import { deviation, mean } from 'd3-array';
import { secondsPerEpoch } from '../training/metrics.js';
import type { Outcome } from './outcome.js';
import { finalTrainLoss, type RunRecord } from './record.js';
import { SELECTION_RULE, scoreOf } from './select.js';

export interface Spread {
  readonly mean: number;
  /** Sample standard deviation; left out for a single value. */
  readonly deviation?: number;
}

/** Mean and standard deviation; undefined where there is nothing. */
export const spreadOf = (values: readonly (number | undefined)[]): Spread | undefined => {
  const [middle, spread] = [mean(values), deviation(values)];
  return middle === undefined ? undefined : { mean: middle, ...(spread !== undefined && { deviation: spread }) };
};

/** Of the runs that finished: where they ended; of all: seconds and memory, and how many failed. */
export const summaryOf = (runs: readonly RunRecord[]) => {
  const last = (field: 'testLoss' | 'testAccuracy' | 'validationLoss' | 'validationAccuracy'): Spread | undefined =>
    spreadOf(runs.map(({ outcome, epochs }) => (outcome === 'finished' ? epochs.at(-1)?.[field] : undefined)));
  return {
    runs: runs.length,
    failed: runs.filter(({ outcome }) => outcome === 'failed').length,
    trainLoss: spreadOf(runs.map(finalTrainLoss)),
    testLoss: last('testLoss'),
    testAccuracy: last('testAccuracy'),
    validationLoss: last('validationLoss'),
    validationAccuracy: last('validationAccuracy'),
    secondsPerEpoch: spreadOf(runs.map(({ epochs }) => secondsPerEpoch(epochs))),
    peakBytes: runs.length === 0 ? undefined : Math.max(...runs.map(({ peakBytes }) => peakBytes)),
  };
};

/** Plain data, as it is written to results.json and printed by --json. */
export const resultsOf = ({ experiment, setups }: Outcome) => ({
  title: experiment.title,
  ...(experiment.about !== undefined && { about: experiment.about }),
  selectionRule: SELECTION_RULE,
  setups: setups.map(({ setup: { arms: _, ...setup }, arms }) => ({
    ...setup,
    optimizers: arms.map(({ arm, grid, selected, runs }) => ({
      name: arm.name,
      optimizer: arm.optimizer,
      searched: arm.searched,
      ...(grid.length > 0 && {
        grid: grid.map((candidate) => ({
          settings: candidate.settings,
          trainLoss: scoreOf(candidate) ?? null,
          runs: candidate.runs,
        })),
      }),
      selected: selected ?? null,
      final: summaryOf(runs),
      runs,
    })),
  })),
});

export type Results = ReturnType<typeof resultsOf>;
