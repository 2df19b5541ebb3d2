// The products that the emitted graphs execute, counted by ONNX Runtime's own profile, beside the floor of the method.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parameterCount } from '@hograd/model-zoo';
import { lossOf, TASKS } from '../problem/graphs.mjs';
import { floorOf } from './floor.mjs';
import { circumstances } from './machine.mjs';

const script = fileURLToPath(new URL('./profileModel.mjs', import.meta.url));

const profile = (name, task, folder, { quick, threads }) =>
  JSON.parse(
    execFileSync(process.execPath, [script, name, quick ? 'quick' : 'full', folder, task, `${threads}`], {
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );

/** { S, P, tasks: { gradient, order2, order3 } }, each { floor, multiplyAdds, kernels, seconds, operators, slowest }. */
export const countProducts = async (described, folder, options, log) => {
  const { name, model, batch } = described;
  const where = await circumstances({ threads: options.threads, device: 'cpu', batch });
  const { loss, groups } = lossOf(model);
  const floor = floorOf(loss, groups, { N: batch });
  const tasks = {};
  for (const task of TASKS) {
    tasks[task] = { floor: floor[task], ...profile(name, task, folder, options) };
    const { multiplyAdds, kernels } = tasks[task];
    log(`  ${task}: ${(multiplyAdds / floor[task]).toFixed(3)} times the floor, ${kernels} kernels`);
  }
  return { where, S: groups.length, P: parameterCount(model), tasks };
};
