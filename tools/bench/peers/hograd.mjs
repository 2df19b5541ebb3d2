// hograd.mjs FOLDER TASK THREADS DEVICE MODEL QUICK: hograd as a worker, by the protocol of python/worker.py.

import { openSession } from '@hograd/session';
import { right } from '../../right.mjs';
import { buildGraph, feedsFor } from '../problem/graphs.mjs';
import { benchModel } from '../problem/models.mjs';
import { readArrays } from '../problem/problem.mjs';
import { peakBytes, serve } from './serve.mjs';

const [folder, task, threads, device, name, quick] = process.argv.slice(2);

const runtimeBytes = peakBytes();
const { model } = benchModel(name, quick === 'quick');
const parameters = model.parameters.map((p) => p.name);
const arrays = await readArrays(folder, parameters);
// With values at hand: drawing initial ones is no part of building a graph.
const { bytes, seconds: build } = buildGraph(model, task, { values: arrays.values });
const start = performance.now();
const session = right(await openSession(bytes, { threads: Number(threads), device, inPlace: true })());
const create = (performance.now() - start) / 1000;
const feeds = feedsFor(session, arrays);

// Into the tensors of the run before, as a loop does that uses a gradient up: what peers' allocators reuse, too.
let outputs;
const run = async () => {
  outputs = right(await session.run(feeds, outputs)());
  return outputs;
};

const answerOf = (outputs) =>
  task === 'gradient'
    ? { gradient: parameters.map((p) => outputs[`gradient.${p}`].data) }
    : { gbar: outputs.gbar, Hbar: outputs.Hbar, D3: outputs.D3 };

await serve({ run, answerOf, about: { build, create, graphBytes: bytes.length, runtimeBytes } });
