// profileModel.mjs MODEL QUICK FOLDER TASK THREADS: one JSON line of what the kernels of a model's task did.
import { buildGraph, feedsFor } from '../problem/graphs.mjs';
import { benchModel } from '../problem/models.mjs';
import { readArrays } from '../problem/problem.mjs';
import { byOperator, multiplyAdds, profileKernels, secondsOf } from './profile.mjs';

const [name, quick, folder, task, threads] = process.argv.slice(2);

const RUNS = quick === 'quick' ? 2 : 5;
const SLOWEST = 12;

const { model } = benchModel(name, quick === 'quick');
const arrays = await readArrays(
  folder,
  model.parameters.map((p) => p.name),
);
const kernels = await profileKernels(buildGraph(model, task).bytes, (session) => feedsFor(session, arrays), {
  runs: RUNS,
  threads: Number(threads),
});
const slowest = kernels.toSorted((a, b) => b.seconds - a.seconds).slice(0, SLOWEST);
const report = {
  kernels: kernels.length,
  seconds: secondsOf(kernels),
  multiplyAdds: multiplyAdds(kernels),
  operators: byOperator(kernels),
  slowest,
};
process.stdout.write(`${JSON.stringify(report)}\n`);
