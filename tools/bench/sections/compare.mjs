// One model, one task: hograd beside its peers; agreement first, then time in turn and peak memory.
import { execFileSync } from 'node:child_process';
import { unlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { elementCount } from '@hograd/graph-builder';
import { applies, hograd, matrixProduct, PEERS_OF, peerAt } from '../peers/entries.mjs';
import { MATRIX_MULTIPLY_ADDS } from '../peers/rate.mjs';
import { startWorker } from '../peers/worker.mjs';
import { gradientDifference, summaryDifference, TOLERANCE } from './agreement.mjs';
import { circumstances } from './machine.mjs';
import { medianOf, medianRatio, takeTurns } from './turns.mjs';

const prepareScript = fileURLToPath(new URL('../problem/prepare.mjs', import.meta.url));

/** Writes a model's problem and reference answers into its folder under runs/bench. */
export const prepareProblem = ({ name }, folder, { quick, threads }) => {
  execFileSync(process.execPath, [prepareScript, name, quick ? 'quick' : 'full', folder, `${threads}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
};

const differenceOf = async (worker, name, { folder, model, task }) => {
  const path = `${folder}/answer-${name}`;
  await worker.ask(`answer ${path}`);
  const sizes = model.model.parameters.map(({ shape }) => elementCount(shape));
  const difference =
    task === 'gradient'
      ? gradientDifference(path, `${folder}/gradient.f32`, sizes)
      : summaryDifference(path, `${folder}/summary.json`, task);
  unlinkSync(path);
  return difference;
};

/** Starts every entry, one after the other, and keeps those that agree: { workers, rows } by name. */
const startAll = async (entries, context, log) => {
  const workers = {};
  const rows = {};
  for (const [name, entry] of Object.entries(entries)) {
    try {
      const worker = await startWorker(entry, context.limits);
      rows[name] = worker.first;
      workers[name] = worker;
      if (entry.task !== context.task) continue;
      const difference = await differenceOf(worker, name, context);
      rows[name].difference = difference;
      const agrees = difference <= TOLERANCE;
      log(`  ${name}: ${agrees ? 'agrees to' : 'differs by'} ${difference.toExponential(1)}`);
      if (agrees) continue;
      rows[name].failed = `differs by ${difference.toExponential(1)}`;
      await worker.stop();
      delete workers[name];
    } catch (error) {
      rows[name] = { ...rows[name], failed: error.message };
      delete workers[name];
      log(`  ${name}: ${error.message}`);
    }
  }
  return { workers, rows };
};

const entriesOf = (task, context) => ({
  product: matrixProduct(context),
  ...(task !== 'gradient' && { gradient: hograd('gradient', context) }),
  hograd: hograd(task, context),
  ...Object.fromEntries(
    PEERS_OF[task]
      .filter((peer) => context.wanted(peer) && applies(peer, context.model, context.device))
      .map((peer) => [peer, peerAt(peer, task, context)]),
  ),
});

/**
 * Rows by name: `hograd`, the peers, `gradient` (hograd's own, where the task is a summary) and `product` (the matrix product
 * that gives the rate): seconds, ratios of medians taken in turn, peak memory. A row that failed says why in `failed`.
 */
export const compare = async (model, task, options, log) => {
  const context = { ...options, model, task };
  const { threads, clock, device } = options;
  const where = await circumstances({ threads, clock, device, batch: model.batch });
  const { workers, rows } = await startAll(entriesOf(task, context), context, log);
  const always = ['product', 'gradient', 'hograd'].filter((name) => workers[name]);
  const { series, failed } = await takeTurns(workers, { ...options.turns, clock, always });
  for (const [name, worker] of Object.entries(workers)) {
    const row = rows[name];
    if (failed[name]) {
      row.failed = failed[name];
      continue;
    }
    row.seconds = medianOf(series[name]);
    row.rounds = series[name].filter((v) => v !== undefined).length;
    row.timesHograd = medianRatio(series[name], series.hograd);
    if (series.gradient) row.timesGradient = medianRatio(series[name], series.gradient);
    row.timesProduct = medianRatio(series[name], series.product);
    row.peakBytes = (await worker.ask('peak')).bytes;
    await worker.stop();
  }
  const rate = rows.product.seconds && MATRIX_MULTIPLY_ADDS / rows.product.seconds;
  return { where, multiplyAddsPerSecond: rate, rows };
};
