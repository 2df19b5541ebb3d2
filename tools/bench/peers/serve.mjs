// The protocol of a worker in Node: lines on standard input (see python/worker.py), one JSON line in answer to each.
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { statusBytes } from './resident.mjs';

/** Most bytes resident so far. Linux's maxRSS begins with the parent's, so its own count for the process is read. */
export const peakBytes = () => statusBytes('self', 'VmHWM') ?? 1024 * process.resourceUsage().maxRSS;

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

const processorSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

const timed = async (run) => {
  const [start, before] = [performance.now(), processorSeconds()];
  const result = await run();
  return [{ wall: (performance.now() - start) / 1000, processor: processorSeconds() - before }, result];
};

const joined = (arrays) => {
  const all = new Float32Array(arrays.reduce((sum, a) => sum + a.length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
};

/** A summary as JSON (flat arrays), a gradient as the raw float32 numbers of its tensors in a row. */
const write = (answer, path) => {
  if (answer.gradient) writeFileSync(path, new Uint8Array(joined(answer.gradient).buffer));
  else
    writeFileSync(
      path,
      JSON.stringify(Object.fromEntries(Object.entries(answer).map(([k, t]) => [k, t && [...t.data]]))),
    );
};

/** Runs once, says so with what there is to know `about` the preparation, and obeys until standard input ends. */
export const serve = async ({ run, answerOf, about }) => {
  const [first, outputs] = await timed(run);
  say({ firstRun: first.wall, ...about });
  for await (const line of createInterface({ input: process.stdin })) {
    const [command, argument] = line.split(' ');
    if (command === 'run') {
      const runs = [];
      for (let i = 0; i < Number(argument); i++) runs.push((await timed(run))[0]);
      say({ runs });
    } else if (command === 'answer') {
      write(await answerOf(outputs), argument);
      say({ written: argument });
    } else if (command === 'peak') say({ bytes: peakBytes() });
  }
};
