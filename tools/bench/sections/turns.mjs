// Timing in turn: every worker runs once a round, so that a change in the machine's speed falls on all alike.

import { median } from '../../median.mjs';

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Threads of the worker before may still be spinning. */
const SETTLE_MS = 30;

/** A turn lasts at least this long: short runs are repeated and their median taken. */
const TURN_SECONDS = 0.1;

const turn = async (worker, count, clock) => {
  await pause(SETTLE_MS);
  const { runs } = await worker.ask(`run ${count}`);
  return median(runs.map((r) => r[clock]));
};

/**
 * Seconds of each worker in each round, `clock` `wall` or `processor`. A worker that has used up `budget` seconds and had
 * `fewest` rounds leaves the turn (undefined from then on); workers named in `always` never do. A worker that fails is in `failed`.
 */
export const takeTurns = async (workers, { rounds, fewest, budget, clock, always }) => {
  const names = Object.keys(workers);
  const series = Object.fromEntries(names.map((name) => [name, []]));
  const spent = Object.fromEntries(names.map((name) => [name, 0]));
  const failed = {};
  const counts = {};
  for (const name of names) {
    try {
      const once = await turn(workers[name], 1, 'wall');
      counts[name] = Math.max(1, Math.ceil(TURN_SECONDS / once));
    } catch (error) {
      failed[name] = error.message;
    }
  }
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const done = spent[name] > budget && round >= fewest && !always.includes(name);
      if (failed[name] || done) {
        series[name].push(undefined);
        continue;
      }
      const start = performance.now();
      try {
        series[name].push(await turn(workers[name], counts[name], clock));
      } catch (error) {
        failed[name] = error.message;
        series[name].push(undefined);
      }
      spent[name] += (performance.now() - start) / 1000;
    }
    if (names.every((name) => failed[name] || (spent[name] > budget && round + 1 >= fewest))) break;
  }
  return { series, failed };
};

const defined = (values) => values.filter((v) => v !== undefined);

/** Median of the ratios of two series, over the rounds that both have; undefined where there is none. */
export const medianRatio = (above, below) => {
  const ratios = defined(above.map((v, i) => (v === undefined || below[i] === undefined ? undefined : v / below[i])));
  return ratios.length > 0 ? median(ratios) : undefined;
};

export const medianOf = (series) => {
  const values = defined(series);
  return values.length > 0 ? median(values) : undefined;
};
