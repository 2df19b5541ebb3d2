/** What an experiment comes to: for each setup and arm, the grid search, the choice, and the runs from all seeds. */

import type { Settings } from '../training/settings.js';
import type { Arm, Experiment, Setup } from './experiment.js';
import type { RunRecord } from './record.js';
import type { Candidate } from './select.js';

export interface ArmOutcome {
  readonly arm: Arm;
  /** One a point, where there are several; empty where there was nothing to search. */
  readonly grid: readonly Candidate[];
  /** The settings of `runs`; undefined where every point of the grid failed, and then there are no runs. */
  readonly selected?: Settings;
  /** One a seed. */
  readonly runs: readonly RunRecord[];
}

export interface SetupOutcome {
  readonly setup: Setup;
  readonly arms: readonly ArmOutcome[];
}

export interface Outcome {
  readonly experiment: Experiment;
  readonly setups: readonly SetupOutcome[];
}

/** Every run once: those of a grid that came to be final ones too are not repeated. */
export const runsOf = ({ setups }: Outcome): readonly RunRecord[] => [
  ...new Set(setups.flatMap(({ arms }) => arms.flatMap(({ grid, runs }) => [...grid.flatMap((c) => c.runs), ...runs]))),
];
