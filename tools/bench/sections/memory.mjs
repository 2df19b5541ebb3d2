// A summary under a memory limit: VGG-11′ at batch 1000 through the command line, its numbers and real peak memory with and without.
import { mkdirSync, writeFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { writeNpz } from '@hograd/data';
import { encode } from '@hograd/graph-builder';
import { lossGraph } from '@hograd/model-zoo';
import { runHograd } from '../../hograd.mjs';
import { right } from '../../right.mjs';
import { benchModel } from '../problem/models.mjs';
import { draftProblem } from '../problem/problem.mjs';
import { circumstances } from './machine.mjs';

const SETTINGS = {
  full: { batch: 1000, limits: [2 * 2 ** 30, 1 * 2 ** 30, undefined], room: 12 * 2 ** 30 },
  quick: { batch: 64, limits: [180 * 2 ** 20, undefined], room: 0 },
};

const largest = (values) => values.reduce((most, v) => Math.max(most, Math.abs(v)), 0);

const relative = (got, want) => largest(got.map((v, i) => v - want[i])) / largest(want);

/** Largest relative difference of ḡ, H̄ and D3 between two documents of `hograd summarize --json`. */
const differenceOf = (a, b) => Math.max(...['gbar', 'Hbar', 'D3'].map((key) => relative(a[key].flat(), b[key].flat())));

/** { where, runs }: for each limit (none: undefined) the plan, peak bytes, seconds, and the difference from the run with the largest slices. */
export const measureMemory = async (root, { quick }, log) => {
  const { batch, limits, room } = SETTINGS[quick ? 'quick' : 'full'];
  const where = await circumstances({ device: 'cpu', batch });
  const described = { ...benchModel('vgg11', quick), batch };
  const { x, y, values } = draftProblem(described);
  mkdirSync(root, { recursive: true });
  const graph = lossGraph(described.model, { values });
  writeFileSync(`${root}/vgg11.onnx`, encode(graph, { keepInitializers: true }));
  right(await writeNpz(`${root}/inputs.npz`)({ x, y })());
  const runs = [];
  for (const limit of limits) {
    if (limit === undefined && freemem() < room) {
      log(`  without a limit: not run, less than ${room / 2 ** 30} GiB of memory are free`);
      runs.push({ skipped: `less than ${room / 2 ** 30} GiB of memory were free` });
      continue;
    }
    const {
      document: result,
      peak,
      seconds,
    } = await runHograd([
      'summarize',
      `${root}/vgg11.onnx`,
      ...['--inputs', `${root}/inputs.npz`, '--loss', 'loss'],
      ...(limit === undefined ? [] : ['--memory-limit', `${limit}`]),
    ]);
    runs.push({ limit, plan: result.memory, peakBytes: peak, seconds, runSeconds: result.seconds.run, result });
    log(`  limit ${limit ?? 'none'}: peak ${(peak / 2 ** 20).toFixed(0)} MiB; ${result.memory ?? ''}`);
  }
  const reference = runs.findLast((run) => run.result).result;
  return {
    where,
    runs: runs.map(({ result, ...run }) => (result ? { ...run, difference: differenceOf(result, reference) } : run)),
  };
};
