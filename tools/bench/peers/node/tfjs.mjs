// tfjs.mjs FOLDER BACKEND: TensorFlow.js as a worker, by the protocol of python/worker.py; the gradient only.
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { peakBytes, serve } from '../serve.mjs';
import { loss } from './architectures.mjs';
import { readPeerProblem } from './problem.mjs';
import { tfjsOps } from './tfjsOps.mjs';

const [folder, backend] = process.argv.slice(2);
const require = createRequire(`${process.env.BENCH_NODE_PEERS}/package.json`);
const tf = require('@tensorflow/tfjs');
const wasm = require('@tensorflow/tfjs-backend-wasm');

wasm.setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js has no backend ${backend} here`);
const runtimeBytes = peakBytes();

const problem = await readPeerProblem(folder);
const { architecture, names } = problem;
const variables = names.map((name) => {
  const { data, shape } = problem.values.get(name);
  return tf.tensor(data, shape);
});
const x = tf.tensor(problem.x.data, problem.x.shape);
const oneHot = tf.tensor(problem.oneHot.data, problem.oneHot.shape);
const ops = tfjsOps(tf);
const gradients = tf.grads((...parameters) =>
  loss(ops, architecture, Object.fromEntries(names.map((name, i) => [name, parameters[i]])), x, oneHot),
);

const run = async () => {
  const results = tf.tidy(() => gradients(variables));
  const data = await Promise.all(results.map((r) => r.data()));
  tf.dispose(results);
  return data;
};

await serve({ run, answerOf: (gradient) => ({ gradient }), about: { runtimeBytes } });
