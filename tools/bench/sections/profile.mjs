// What ONNX Runtime's kernels did in a run: their time, and the multiply-adds of every product, from its own profile.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSession } from '@hograd/session';
import { right } from '../../right.mjs';
import { multiplyAddsOf } from './multiplyAdds.mjs';

const shapesOf = (list = []) => list.map((entry) => Object.values(entry)[0]);

/** { name, operator, seconds, multiplyAdds, inputs, outputs } of every kernel call in a profile. */
const kernelsOf = (events) =>
  events
    .filter((e) => e.cat === 'Node' && e.name.endsWith('_kernel_time'))
    .map(({ name, dur, args }) => {
      const operator = args.op_name;
      const inputs = shapesOf(args.input_type_shape);
      const outputs = shapesOf(args.output_type_shape);
      const multiplyAdds = multiplyAddsOf(operator, inputs, outputs);
      return { name: name.replace(/_kernel_time$/, ''), operator, seconds: dur / 1e6, multiplyAdds, inputs, outputs };
    });

/**
 * The kernels of one run of an ONNX file on what `feedsOf` gives its session, each with the least of its seconds over `runs`: what it costs
 * when nothing else is in its way.
 */
export const profileKernels = async (bytes, feedsOf, { runs, ...options }) => {
  const folder = mkdtempSync(join(tmpdir(), 'hograd-bench-'));
  try {
    const session = right(await openSession(bytes, { ...options, profile: join(folder, 'run') })());
    const feeds = feedsOf(session);
    for (let i = 0; i <= runs; i++) right(await session.run(feeds)());
    const { file } = right(await session.endProfiling()());
    right(await session.release()());
    const calls = kernelsOf(JSON.parse(readFileSync(file, 'utf8')));
    const length = calls.length / (runs + 1);
    // The first run pays for memory and packing; the kernels of the others come in the same order.
    return calls.slice(0, length).map((call, i) => ({
      ...call,
      seconds: Math.min(...Array.from({ length: runs }, (_, run) => calls[(run + 1) * length + i].seconds)),
    }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const sum = (values) => values.reduce((a, b) => a + b, 0);

export const secondsOf = (kernels) => sum(kernels.map((k) => k.seconds));

/** Seconds and calls by operator, the slowest first. */
export const byOperator = (kernels) =>
  [...new Set(kernels.map((k) => k.operator))]
    .map((operator) => {
      const calls = kernels.filter((k) => k.operator === operator);
      return { operator, calls: calls.length, seconds: secondsOf(calls) };
    })
    .toSorted((a, b) => b.seconds - a.seconds);

export const multiplyAdds = (kernels) => sum(kernels.map((k) => k.multiplyAdds));
