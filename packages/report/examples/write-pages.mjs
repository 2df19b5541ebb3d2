/** Writes one page of each kind, from real numbers of small networks: `node packages/report/examples/write-pages.mjs [FOLDER]`. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { analysisReport, experimentReport, summaryReport, trainingReport } from '@hograd/report';

const folder = process.argv[2] ?? 'runs/report-examples';
const fixture = (name) =>
  JSON.parse(readFileSync(new URL(`../../../test-fixtures/report/${name}.json`, import.meta.url), 'utf8'));
const summaries = fixture('summaries');
const trajectories = fixture('trajectories');
const provenance = { numbers: 'test-fixtures/report', dtype: 'float64' };

/** A trajectory's losses as a run: every step saw the whole data set, so a step is an epoch. */
const runOf = (name, optimizer, { steps, groups, finalLoss }) => {
  const rated = steps.filter(({ rates }) => rates !== undefined);
  const last = steps.findLast(({ Hbar }) => Hbar !== undefined);
  const losses = [...steps.map(({ loss }) => loss), finalLoss];
  return {
    name,
    optimizer,
    // The goldens record no times: a second an epoch makes the two clocks agree.
    epochs: losses.map((trainLoss, epoch) => ({ epoch, trainLoss, seconds: epoch === 0 ? 0 : 1 })),
    ...(last === undefined
      ? {}
      : {
          rates: { groups, steps: rated.map(({ step }) => step), eta: rated.map(({ rates }) => rates) },
          summary: { groups, gbar: last.gbar, Hbar: last.Hbar, D3: last.D3 },
        }),
  };
};

const runs = [
  runOf('NewtonSummary', 'newton-summary', trajectories['newton-period1']),
  runOf('NewtonSummary, period 5', 'newton-summary', trajectories['newton-period5-mom']),
  runOf('NewtonSummary over Adam', 'newton-summary', trajectories['newton-adam-direction']),
  runOf('Adam', 'adam', trajectories.adam),
  runOf('SGD with momentum', 'sgd', trajectories['sgd-momentum']),
];

/** Second-order prediction of the loss's change along −U I η, next to what happened. */
const predictionsOf = ({ steps, finalLoss }) =>
  steps.map(({ step, loss, gbar, Hbar, rates }, k) => {
    const slope = rates.reduce((sum, rate, s) => sum - rate * gbar[s], 0);
    const curvature = rates.reduce(
      (sum, rate, s) => sum + rate * Hbar[s].reduce((row, h, t) => row + h * rates[t], 0),
      0,
    );
    return { step, predicted: slope + curvature / 2, actual: (steps[k + 1]?.loss ?? finalLoss) - loss };
  });

const meanOf = (rows) => rows[0].map((_, s) => rows.reduce((sum, row) => sum + row[s], 0) / rows.length);
const newton = trajectories['newton-period1'];

const pages = {
  'summary.html': summaryReport({
    title: 'Curvature of a small VGG',
    model: 'vgg-tiny.onnx',
    ...summaries['vgg-tiny'],
    engine: 'stacked',
    dtype: 'float64',
    seconds: { build: 0.031, compile: 0.12, run: 0.0041 },
    provenance,
  }),
  'training.html': trainingReport({
    title: 'Five optimizers on one small network',
    command: 'node packages/report/examples/write-pages.mjs',
    dataset: '32 random points, full batch',
    runs,
    provenance,
  }),
  'analysis.html': analysisReport({
    title: 'Curvature along 20 steps of NewtonSummary',
    model: 'MLP 6-7-5-3, tanh',
    dataset: '32 random points, full batch',
    groups: newton.groups,
    snapshots: [0, 10, 19].map((k) => ({ label: `step ${k}`, Hbar: newton.steps[k].Hbar })),
    windows: [0, 5, 10, 15].map((k) => ({
      label: `steps ${k} to ${k + 4}`,
      eta: meanOf(newton.steps.slice(k, k + 5).map(({ eta }) => eta)),
    })),
    rates: {
      groups: newton.groups,
      steps: newton.steps.map(({ step }) => step),
      eta: newton.steps.map(({ eta }) => eta),
    },
    predictions: predictionsOf(newton),
    provenance,
  }),
  'experiment.html': experimentReport({
    title: 'NewtonSummary’s options against Adam and SGD',
    command: 'node packages/report/examples/write-pages.mjs',
    setups: [{ name: 'small MLP', description: 'One network and batch, 20 full-batch steps.', runs }],
    provenance,
  }),
};

mkdirSync(folder, { recursive: true });
for (const [file, page] of Object.entries(pages)) {
  if (page._tag === 'Left') throw new Error(`${file}: ${page.left.message}`);
  writeFileSync(join(folder, file), page.right);
  console.log(join(folder, file), `${page.right.length} bytes`);
}
