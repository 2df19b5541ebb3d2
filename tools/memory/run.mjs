// How much memory `hograd summarize` takes, beside what its memory plan says it will: prints the table of docs/decisions/memory-plan.md.
// Linux only. node tools/memory/run.mjs [MODEL:BATCH...]
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeNpz } from '@hograd/data';
import { encode } from '@hograd/graph-builder';
import { lossGraph } from '@hograd/model-zoo';
import { benchModel } from '../bench/problem/models.mjs';
import { draftProblem } from '../bench/problem/problem.mjs';
import { runHograd } from '../hograd.mjs';
import { row } from '../markdown.mjs';
import { right } from '../right.mjs';

const CASES = ['mlp:100', 'lenet:32', 'lenet:200', 'vgg11:32', 'vgg11:200', 'gpt:2', 'gpt:16'];
const ORDERS = ['1', '2', '3'];
/** Never reached: it has the plan made and printed, and nothing cut into slices. */
const LIMIT = `${2 ** 42}`;

const UNITS = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

/** Bytes in a plan's line: "memory: about 1.25 GiB for all …". */
const estimateIn = (line) => {
  const [, number, unit] = /about ([\d.]+) (\w+)/.exec(line);
  return Number(number) * UNITS[unit];
};

const mebibytes = (bytes) => (bytes / 2 ** 20).toFixed(0);

const folder = mkdtempSync(join(tmpdir(), 'hograd-memory-'));
try {
  console.log(row(['model', 'batch', 'order', 'estimate, MiB', 'measured, MiB', 'estimate / measured']));
  console.log(row(['---', '---', '---', '---', '---', '---']));
  for (const name of process.argv.length > 2 ? process.argv.slice(2) : CASES) {
    const [key, batch] = name.split(':');
    const { title, model } = benchModel(key);
    const { x, y, values } = draftProblem({ model, batch: Number(batch) });
    const files = [join(folder, 'model.onnx'), join(folder, 'inputs.npz')];
    writeFileSync(files[0], encode(lossGraph(model, { values }), { keepInitializers: true }));
    right(await writeNpz(files[1])({ x, y })());
    for (const order of ORDERS) {
      const options = ['--inputs', files[1], '--loss', 'loss', '--order', order, '--memory-limit', LIMIT];
      const { document, peak } = await runHograd(['summarize', files[0], ...options]);
      const estimate = estimateIn(document.memory);
      console.log(row([title, batch, order, mebibytes(estimate), mebibytes(peak), (estimate / peak).toFixed(2)]));
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
