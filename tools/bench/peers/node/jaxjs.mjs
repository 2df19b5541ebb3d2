// jaxjs.mjs FOLDER: jax-js on WebAssembly as a worker, by the protocol of python/worker.py; the gradient only.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { peakBytes, serve } from '../serve.mjs';
import { loss } from './architectures.mjs';
import { jaxjsOps } from './jaxjsOps.mjs';
import { readPeerProblem } from './problem.mjs';

const [folder] = process.argv.slice(2);
const require = createRequire(`${process.env.BENCH_NODE_PEERS}/package.json`);
const jax = await import(pathToFileURL(require.resolve('@jax-js/jax')));
const devices = await jax.init('wasm');
if (!devices.includes('wasm')) throw new Error('jax-js has no WebAssembly here');
jax.defaultDevice('wasm');
const runtimeBytes = peakBytes();

const problem = await readPeerProblem(folder);
const { architecture, names } = problem;
const array = ({ data, shape }) => jax.numpy.array(data).reshape([...shape]);
const parameters = Object.fromEntries(names.map((name) => [name, array(problem.values.get(name))]));
const [x, oneHot] = [array(problem.x), array(problem.oneHot)];
const ops = jaxjsOps(jax);
const gradient = jax.jit(jax.grad((p, inputs, targets) => loss(ops, architecture, p, inputs, targets)));

const run = async () => {
  const references = Object.fromEntries(names.map((name) => [name, parameters[name].ref]));
  const results = gradient(references, x.ref, oneHot.ref);
  return Promise.all(names.map((name) => results[name].data()));
};

await serve({ run, answerOf: (g) => ({ gradient: g }), about: { runtimeBytes } });
