/** hograd experiment: every run that a declarative file describes, into one report. */

import { basename, extname, join } from 'node:path';
import { experimentReport } from '@hograd/report';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { type Conditions, type ConductWatcher, conduct } from '../experiment/conduct.js';
import { lockFolder } from '../experiment/lock.js';
import { machineFacts } from '../experiment/machine.js';
import { runsOf } from '../experiment/outcome.js';
import { outcomeReport } from '../experiment/outcomeReport.js';
import { parseExperiment } from '../experiment/parse.js';
import { checkSetups } from '../experiment/preflight.js';
import { type Results, resultsOf } from '../experiment/results.js';
import { attempt, type Failure, failed, orRefuse, Refusal, wrongInput } from '../failure.js';
import { openFolder, readText, writeText } from '../files.js';

export interface ExperimentOptions extends Omit<Conditions, 'out'> {
  /** Left out: runs/ and the file's name without its ending. */
  readonly out?: string;
}

/** What an experiment leaves, beside its runs' folders. */
export interface Experimented {
  readonly report: string;
  /** Path of results.json. */
  readonly results: string;
  readonly outcome: Results;
}

/** Where an experiment goes when nobody says. */
export const defaultOut = (file: string): string => join('runs', basename(file, extname(file)));

/**
 * Performs an experiment and writes OUT/results.json and OUT/report.html; undefined where it was interrupted. Runs
 * that are over are not repeated, others go on from their checkpoints. Status 2 for a file, data or options that are
 * wrong, before any run starts; 1 where not one run finished.
 */
export const experiment =
  (
    file: string,
    { out = defaultOut(file), ...conditions }: ExperimentOptions,
    command: string,
    watcher: ConductWatcher,
  ): TE.TaskEither<Failure, Experimented | undefined> =>
  () =>
    attempt(async () => {
      const parsed = orRefuse(parseExperiment(await readText(file)), (e) => wrongInput(`${file}: ${e.message}`));
      const checked = await checkSetups(parsed, conditions.dataRoot);
      await openFolder(out);
      const unlock = await lockFolder(out);
      try {
        const outcome = await conduct(checked.experiment, checked.stepsPerEpoch, { ...conditions, out }, watcher);
        if (!outcome) return undefined;
        const facts = { ...machineFacts(), workers: conditions.workers };
        const results = resultsOf(outcome);
        const html = orRefuse(experimentReport(outcomeReport(outcome, command, facts)), (e) => failed(e.message));
        const paths = { results: join(out, 'results.json'), report: join(out, 'report.html') };
        await writeText(paths.results, `${JSON.stringify({ command, machine: facts, ...results }, null, 1)}\n`);
        await writeText(paths.report, html);
        const runs = runsOf(outcome);
        const [first] = runs;
        if (runs.every((run) => run.outcome === 'failed')) {
          throw new Refusal(
            failed(`not one of ${runs.length} runs finished; the first: ${first!.reason}; see ${paths.report}`),
          );
        }
        return { ...paths, outcome: results };
      } finally {
        await unlock();
      }
    });
