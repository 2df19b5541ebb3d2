/** The tables of docs/experiments.md from what `hograd experiment` wrote: node tools/experiments/tables.mjs RESULTS.json… */

import { readFileSync } from 'node:fs';
import { table } from '../markdown.mjs';

const digits = (value) => (value === undefined || value === null ? '—' : Number(value.toPrecision(3)).toString());
const percent = (value) => (value === undefined || value === null ? '—' : `${(100 * value).toFixed(2)}%`);
const spread = (summary, text) => {
  if (!summary) return '—';
  return summary.deviation === undefined ? text(summary.mean) : `${text(summary.mean)} ± ${text(summary.deviation)}`;
};
const mebibytes = (bytes) => (bytes === undefined ? '—' : String(Math.round(bytes / 2 ** 20)));

const settingsOf = (settings, names) => names.map((name) => `${name} ${settings[name]}`).join(', ');

const takenText = ({ grid, searched, selected }) => {
  if (!grid || searched.length === 0) return 'nothing searched';
  return `${selected ? settingsOf(selected, searched) : 'none'}, of ${grid.length}`;
};

const finalTable = ({ optimizers }) =>
  table(
    ['method', 'taken, of', 'training loss', 'test accuracy', 's/epoch', 'peak MiB', 'failed'],
    optimizers.map((arm) => [
      arm.name,
      takenText(arm),
      spread(arm.final.trainLoss, digits),
      spread(arm.final.testAccuracy, percent),
      spread(arm.final.secondsPerEpoch, digits),
      mebibytes(arm.final.peakBytes),
      `${arm.final.failed} of ${arm.final.runs}`,
    ]),
  );

/** Every run once: those of the grid, then the final ones that were not in it. */
const runsOf = ({ name, searched, grid = [], runs }) => {
  const known = new Map();
  for (const run of [...grid.flatMap((point) => point.runs), ...runs]) known.set(JSON.stringify(run.plan), run);
  const label = (run) => [name, ...(searched.length > 0 ? [settingsOf(run.plan.settings, searched)] : [])].join(', ');
  return [...known.values()].map((run) => ({ label: label(run), ...run }));
};

const runTable = ({ optimizers }) =>
  table(
    [
      'run',
      'seed',
      'epochs',
      'training loss',
      'test loss',
      'test accuracy',
      'validation accuracy',
      's/epoch',
      'peak MiB',
    ],
    optimizers.flatMap(runsOf).map(({ label, plan, outcome, reason, epochs, peakBytes }) => {
      const last = epochs.at(-1) ?? {};
      const seconds = epochs.reduce((sum, epoch) => sum + epoch.seconds, 0) / epochs.length;
      return [
        outcome === 'failed' ? `${label} (failed: ${reason})` : label,
        plan.seed,
        epochs.length,
        digits(last.trainLoss),
        digits(last.testLoss),
        percent(last.testAccuracy),
        percent(last.validationAccuracy),
        epochs.length > 0 ? digits(seconds) : '—',
        mebibytes(peakBytes),
      ];
    }),
  );

for (const path of process.argv.slice(2)) {
  const { title, setups } = JSON.parse(readFileSync(path, 'utf8'));
  console.log(`## ${title}\n`);
  for (const setup of setups) {
    console.log(
      `### ${setup.name}\n\n${finalTable(setup)}\n\n<details><summary>Every run</summary>\n\n${runTable(setup)}\n\n</details>\n`,
    );
  }
}
