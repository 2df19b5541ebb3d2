// prepare.mjs MODEL QUICK FOLDER THREADS: writes a problem, and hograd's answers in float64 that all others are compared with.
import { writeFileSync } from 'node:fs';
import { openSession } from '@hograd/session';
import { right } from '../../right.mjs';
import { buildGraph, feedsFor } from './graphs.mjs';
import { benchModel } from './models.mjs';
import { draftProblem, readArrays, writeProblem } from './problem.mjs';

const [name, quick, folder, threads] = process.argv.slice(2);

const described = benchModel(name, quick === 'quick');
const names = described.model.parameters.map((p) => p.name);

const compute = async (task, arrays, options) => {
  const { bytes } = buildGraph(described.model, task, options);
  const session = right(await openSession(bytes, { threads: Number(threads) })());
  const outputs = right(await session.run(feedsFor(session, arrays))());
  right(await session.release()());
  return outputs;
};

const double = (tensor) =>
  tensor.dtype === 'float32' ? { ...tensor, dtype: 'float64', data: Float64Array.from(tensor.data) } : tensor;

const doubles = (tensors) => new Map([...tensors].map(([key, value]) => [key, double(value)]));

const draft = draftProblem(described);
const gradient = await compute('gradient', { ...draft, directions: new Map() });
await writeProblem(folder, draft, new Map(names.map((key) => [key, gradient[`gradient.${key}`]])));

const { x, y, values, directions } = await readArrays(folder, names);
const exact = { x: double(x), y, values: doubles(values), directions: doubles(directions) };
const options = { dtype: 'float64', values: exact.values };
const reference = await compute('gradient', exact, options);
const joined = Buffer.concat(
  names.map((key) => Buffer.from(Float32Array.from(reference[`gradient.${key}`].data).buffer)),
);
writeFileSync(`${folder}/gradient.f32`, joined);
const summary = await compute('order3', exact, options);
const plain = Object.fromEntries(['gbar', 'Hbar', 'D3'].map((key) => [key, [...summary[key].data]]));
writeFileSync(`${folder}/summary.json`, JSON.stringify(plain));
