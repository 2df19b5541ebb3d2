/** The command line of `hograd experiment`. */

import type { Command } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { defaultOut, type Experimented, type ExperimentOptions, experiment } from '../commands/experiment.js';
import { settingsText } from '../experiment/grid.js';
import { watchExperiment } from '../experiment/progress.js';
import type { Spread } from '../experiment/results.js';
import { type Console, conclude } from './console.js';
import { onInterrupt } from './interrupts.js';
import { deviceOption, wholeNumber } from './options.js';
import { tableText } from './table.js';

const spreadText = (spread: Spread | undefined, format: (value: number) => string): string => {
  if (spread === undefined) return '–';
  return `${format(spread.mean)}${spread.deviation === undefined ? '' : ` ± ${format(spread.deviation)}`}`;
};

const inPercent = (value: number): string => `${(100 * value).toFixed(2)}%`;

const text = ({ outcome, report, results }: Experimented): string => {
  const rows = outcome.setups.flatMap(({ name, optimizers }) =>
    optimizers.map(({ name: optimizer, searched, selected, final }) => [
      name,
      searched.length > 0 && selected ? `${optimizer} (${settingsText(selected, searched)})` : optimizer,
      `${final.runs - final.failed}/${final.runs}`,
      spreadText(final.trainLoss, (x) => x.toPrecision(4)),
      spreadText(final.testAccuracy, inPercent),
      spreadText(final.secondsPerEpoch, (x) => x.toPrecision(3)),
    ]),
  );
  const head = ['setup', 'optimizer', 'finished', 'train loss', 'test accuracy', 's/epoch'];
  return [tableText(2, [head, ...rows]), `results: ${results}`, `report: ${report}`].join('\n');
};

const run = async (
  file: string,
  { json, ...options }: ExperimentOptions & { readonly json?: boolean },
  console: Console,
): Promise<void> => {
  let interrupted = false;
  let stop = (): void => {};
  const endListening = onInterrupt(() => {
    interrupted = true;
    watcher.say('hograd: stopping each run at its next step');
    stop();
  });
  const watcher = watchExperiment(process.stderr, options.workers, (orderStop) => {
    stop = orderStop;
    if (interrupted) orderStop();
  });
  const result = await experiment(file, options, console.command, watcher)();
  watcher.stop();
  endListening();
  if (E.isRight(result) && result.right === undefined) {
    console.say(`hograd: interrupted; the same command goes on from ${options.out ?? defaultOut(file)}`);
    console.exitWith(130);
    return;
  }
  const done = E.map((right: Experimented | undefined) => right!)(result);
  await conclude(console, { text: json ? JSON.stringify : text })(() => Promise.resolve(done));
};

/** `hograd experiment` on the program: reads the options, runs the command, ends with its status. */
export const addExperiment = (program: Command, console: Console): Command =>
  program
    .command('experiment')
    .description('every run that a YAML or JSON file describes: optimizers, grids, seeds; resumable, into one report')
    .argument('<FILE>', 'the experiment; docs/experiments.md says what it may hold')
    .option('--out <DIR>', "where to write runs, results.json and report.html (default: runs/ and the file's name)")
    .option('--workers <N>', 'runs at once, each in a process of its own', wholeNumber, 1)
    .option('--threads <N>', 'threads of each run (default: the cores shared out among the workers)', wholeNumber)
    .option('--data-root <DIR>', "where relative paths of the file's data start from", '.')
    .addOption(deviceOption())
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      '\nA run that is over is not repeated: after an interrupt, or a change of the file, the same command does what is left.' +
        '\n\nExample:\n  hograd experiment experiments/figure3-mlp-quick.yaml --data-root data --workers 2',
    )
    .action((file: string, options: ExperimentOptions & { readonly json?: boolean }) => run(file, options, console));
