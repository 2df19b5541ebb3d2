// How time grows with S (depth of a perceptron at fixed width) and with P (width at fixed depth), with fitted exponents.
import { mkdirSync } from 'node:fs';
import { parameterCount } from '@hograd/model-zoo';
import { hograd } from '../peers/entries.mjs';
import { startWorker } from '../peers/worker.mjs';
import { TASKS } from '../problem/graphs.mjs';
import { benchModel, chainName } from '../problem/models.mjs';
import { prepareProblem } from './compare.mjs';
import { circumstances } from './machine.mjs';
import { medianOf, medianRatio, takeTurns } from './turns.mjs';

const SERIES = {
  S: { full: [5, 10, 20, 50, 100].map((depth) => chainName(depth, 256)), quick: [2, 4].map((d) => chainName(d, 16)) },
  P: {
    full: [64, 128, 256, 512, 1024].map((width) => chainName(10, width)),
    quick: [16, 32].map((w) => chainName(2, w)),
  },
};

/** Slope of a straight line through (log x, log y) by least squares. */
export const fittedExponent = (points) => {
  const logs = points.map(({ x, y }) => [Math.log(x), Math.log(y)]);
  const mean = (i) => logs.reduce((sum, p) => sum + p[i], 0) / logs.length;
  const [mx, my] = [mean(0), mean(1)];
  const [above, below] = logs.reduce(([a, b], [x, y]) => [a + (x - mx) * (y - my), b + (x - mx) ** 2], [0, 0]);
  return above / below;
};

const measureChain = async (name, folder, options) => {
  const model = benchModel(name, options.quick);
  mkdirSync(folder, { recursive: true });
  prepareProblem(model, folder, options);
  const workers = {};
  for (const task of TASKS) {
    workers[task] = await startWorker(hograd(task, { ...options, folder, model }), options.limits);
  }
  const { series, failed } = await takeTurns(workers, { ...options.turns, clock: options.clock, always: [] });
  const [why] = Object.values(failed);
  if (why) throw new Error(`${name}: ${why}`);
  const point = { name, S: model.model.parameters.length, P: parameterCount(model.model) };
  for (const task of TASKS) {
    const { build, create } = workers[task].first;
    point[task] = {
      seconds: medianOf(series[task]),
      timesGradient: medianRatio(series[task], series.gradient),
      build,
      create,
    };
    await workers[task].stop();
  }
  return point;
};

/** { where, S: { points, exponents }, P: … }; a point has seconds, and seconds of building and creating, for each task. */
export const measureGrowth = async (root, options, log) => {
  const where = await circumstances({ threads: options.threads, clock: options.clock, device: 'cpu', batch: 100 });
  const result = { where };
  for (const [variable, names] of Object.entries(SERIES)) {
    const points = [];
    for (const name of names[options.quick ? 'quick' : 'full']) {
      const point = await measureChain(name, `${root}/${name}`, options);
      points.push(point);
      log(
        `  ${name}: S ${point.S}, P ${point.P}, ${TASKS.map((t) => `${t} ${point[t].seconds.toFixed(4)} s`).join(', ')}`,
      );
    }
    const exponents = Object.fromEntries(
      TASKS.map((task) => [task, fittedExponent(points.map((p) => ({ x: p[variable], y: p[task].seconds })))]),
    );
    result[variable] = { points, exponents };
  }
  return result;
};
