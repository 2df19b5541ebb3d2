// A summary under a memory limit: VGG-11′ at batch 1000 through the command line, its numbers and real peak memory with and without.
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { writeNpz } from '@hograd/data';
import { encode } from '@hograd/graph-builder';
import { lossGraph } from '@hograd/model-zoo';
import { right } from '../../right.mjs';
import { statusBytes } from '../peers/resident.mjs';
import { benchModel } from '../problem/models.mjs';
import { draftProblem } from '../problem/problem.mjs';
import { circumstances } from './machine.mjs';

const hogradCommand = fileURLToPath(new URL('../../../packages/cli/bin/hograd.js', import.meta.url));

const SETTINGS = {
  full: { batch: 1000, limits: [2 * 2 ** 30, 1 * 2 ** 30, undefined], room: 12 * 2 ** 30 },
  quick: { batch: 64, limits: [180 * 2 ** 20, undefined], room: 0 },
};

const POLL_MS = 20;

/** A child's standard output, most bytes resident, and seconds. Rejects, with what it complained of, where it fails. */
const runMeasured = (args) =>
  new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let [output, errors, peak] = ['', '', 0];
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    const watch = setInterval(() => {
      peak = Math.max(peak, statusBytes(child.pid, 'VmHWM') ?? 0);
    }, POLL_MS);
    child.on('close', (code, signal) => {
      clearInterval(watch);
      const seconds = (performance.now() - start) / 1000;
      if (code === 0) resolve({ output, peak, seconds });
      else reject(new Error(errors.trim() || `hograd ended with ${signal ?? `exit status ${code}`}`));
    });
  });

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
    const { output, peak, seconds } = await runMeasured([
      hogradCommand,
      'summarize',
      `${root}/vgg11.onnx`,
      ...['--inputs', `${root}/inputs.npz`, '--loss', 'loss', '--json'],
      ...(limit === undefined ? [] : ['--memory-limit', `${limit}`]),
    ]);
    const result = JSON.parse(output);
    runs.push({ limit, plan: result.memory, peakBytes: peak, seconds, runSeconds: result.seconds.run, result });
    log(`  limit ${limit ?? 'none'}: peak ${(peak / 2 ** 20).toFixed(0)} MiB; ${result.memory ?? ''}`);
  }
  const reference = runs.findLast((run) => run.result).result;
  return {
    where,
    runs: runs.map(({ result, ...run }) => (result ? { ...run, difference: differenceOf(result, reference) } : run)),
  };
};
