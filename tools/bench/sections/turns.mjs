// Workers timed in turn, as `hograd bench` times sessions; of the clocks that a worker reads, the one asked for counts.
import { takeTurns as takeTurnsOf } from '@hograd/cli/turns';

export { medianOf, medianRatio } from '@hograd/cli/turns';

const contestant = (worker, clock) => async (count) => {
  const { runs } = await worker.ask(`run ${count}`);
  return runs.map((run) => run[clock]);
};

/** The turns of @hograd/cli, of workers by name; `clock` is `wall` or `processor`. */
export const takeTurns = (workers, { clock, ...options }) =>
  takeTurnsOf(
    Object.fromEntries(Object.entries(workers).map(([name, worker]) => [name, contestant(worker, clock)])),
    options,
  );
