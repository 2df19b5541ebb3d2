// What was measured on, and how quiet it was.
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

const ticks = () =>
  cpus().reduce(
    (sum, { times }) => {
      const all = Object.values(times).reduce((a, b) => a + b, 0);
      return { all: sum.all + all, idle: sum.idle + times.idle };
    },
    { all: 0, idle: 0 },
  );

const SAMPLE_MS = 1500;

/** How many cores are busy with something else, while this process waits. */
export const busyCores = async () => {
  const before = ticks();
  await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
  const after = ticks();
  return (1 - (after.idle - before.idle) / (after.all - before.all)) * cpus().length;
};

/** When a piece was measured and what else the machine did then. */
export const circumstances = async (options) => ({
  when: new Date().toISOString(),
  busyCores: Number((await busyCores()).toFixed(2)),
  load: Number(loadavg()[0].toFixed(2)),
  cores: availableParallelism(),
  processor: cpus()[0].model.trim(),
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.versions.node,
  ...options,
});
