/** The report of an experiment's outcome: each setup with its final runs and its grid search. */

import type { ExperimentReport, Setup as ReportSetup, Run } from '@hograd/report';
import { plural } from '../plural.js';
import { settingsText } from './grid.js';
import type { ArmOutcome, Outcome, SetupOutcome } from './outcome.js';
import type { RunRecord } from './record.js';
import { SELECTION_RULE } from './select.js';

const runOf = (name: string, { plan, epochs, peakBytes, reason }: RunRecord): Run => ({
  name,
  optimizer: plan.optimizer,
  seed: plan.seed,
  epochs,
  peakBytes,
  ...(reason !== undefined && { failure: reason }),
});

/** What a grid's section shows. */
const SEARCH = `${SELECTION_RULE} Runs that came to be final ones are in both sections.`;

const choiceText = ({ arm, grid, selected }: ArmOutcome): readonly string[] => {
  if (grid.length === 0) return [];
  return selected === undefined
    ? [`${arm.name}: every point of the grid failed.`]
    : [`${arm.name}: ${settingsText(selected, arm.searched)}, of ${grid.length}.`];
};

const descriptionOf = ({ setup, arms }: SetupOutcome): string => {
  const { model, data, train, validation, test, batch, epochs, seconds, seeds } = setup;
  const size = [
    train === undefined ? 'all training examples' : plural(train, 'training example'),
    ...(validation > 0 ? [`${validation} held out`] : []),
    ...(test === undefined ? [] : [plural(test, 'test example')]),
  ].join(', ');
  const length = [
    ...(epochs === undefined ? [] : [plural(epochs, 'epoch')]),
    ...(seconds === undefined ? [] : [`at most ${seconds} s and the epoch that they end in`]),
  ].join(', ');
  const facts = `${model} on ${data} (${size}), batches of ${batch}, ${length}, ${plural(seeds.length, 'seed')}.`;
  return [...(setup.description === undefined ? [] : [setup.description]), facts, ...arms.flatMap(choiceText)].join(
    ' ',
  );
};

/** The final runs of a setup. An arm whose whole grid failed has none: its place is taken by the runs of its grid. */
const finalRuns = ({ arms }: SetupOutcome): readonly Run[] =>
  arms.flatMap(({ arm, grid, selected, runs }) =>
    (selected === undefined ? grid.flatMap((candidate) => candidate.runs) : runs).map((run) => runOf(arm.name, run)),
  );

const searchOf = ({ arms }: SetupOutcome): Pick<ReportSetup, 'search'> => {
  const runs = arms.flatMap(({ arm, grid }) =>
    grid.flatMap(({ settings, runs }) =>
      runs.map((run) => runOf(`${arm.name}, ${settingsText(settings, arm.searched)}`, run)),
    ),
  );
  return runs.length === 0 ? {} : { search: { description: SEARCH, runs } };
};

export const outcomeReport = (
  { experiment, setups }: Outcome,
  command: string,
  provenance: Readonly<Record<string, string | number>>,
): ExperimentReport => ({
  title: experiment.title,
  command,
  setups: setups.map((outcome) => ({
    name: outcome.setup.name,
    description: descriptionOf(outcome),
    runs: finalRuns(outcome),
    ...searchOf(outcome),
  })),
  provenance,
});
