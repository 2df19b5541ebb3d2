// One exported model: the gradient and the summary that the command line gives, against PyTorch's float64 autograd.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import onnxProto from 'onnx-proto';
import { readNpz } from '../../packages/data/dist/index.js';
import {
  decode,
  encode,
  grad,
  input,
  inputNamed,
  makeGraph,
  softmaxCrossEntropy,
} from '../../packages/graph-builder/dist/index.js';
import { withSession } from '../../packages/session/dist/index.js';
import { right } from '../right.mjs';

const HOGRAD = fileURLToPath(new URL('../../packages/cli/bin/hograd.js', import.meta.url));

/** Gradients: largest difference over the tensor's largest entry. Summaries: over the array's largest entry. */
export const TOLERANCE = { gradient: 1e-4, float32: 1e-3, float64: 1e-7 };

const hograd = (...args) => {
  try {
    return execFileSync(process.execPath, [HOGRAD, ...args], {
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (cause) {
    throw new Error(String(cause.stderr).trim().split('\n').at(-1));
  }
};

export const nodesOf = (path) => onnxProto.onnx.ModelProto.decode(readFileSync(path)).graph.node.length;

/** Largest difference over the largest entry expected; Infinity where a number is missing or is none. */
export const distance = (actual, expected) => {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let [gap, largest] = [0, Number.MIN_VALUE];
  for (let i = 0; i < expected.length; i++) {
    const own = Math.abs(Number(actual[i]) - expected[i]);
    if (!Number.isFinite(own)) return Number.POSITIVE_INFINITY;
    gap = Math.max(gap, own);
    largest = Math.max(largest, Math.abs(expected[i]));
  }
  return gap / largest;
};

export const head = ({ logits }) => ['--softmax-cross-entropy', logits, '--labels', 'y'];

/** Seconds from the file's bytes to the bytes of its gradient, inside this process. */
const buildSeconds = (path, { logits, parameters }) => {
  const bytes = readFileSync(path);
  const started = performance.now();
  const graph = right(decode(bytes, { outputs: [logits] }));
  const value = graph.outputs[0].value;
  const labels = input(
    'y',
    value.shape.filter((_, axis) => axis !== 1),
    'int64',
  );
  const loss = softmaxCrossEntropy(value, labels);
  const gradients = grad(
    loss,
    parameters.map((name) => inputNamed(name)(graph)),
  );
  encode(
    makeGraph(
      [{ name: 'loss', value: loss }, ...gradients.map((g, i) => ({ name: `grad.${i}`, value: g }))],
      graph.inputs,
      graph.initializers,
    ),
    { keepInitializers: true },
  );
  return (performance.now() - started) / 1000;
};

export const checkGradient = async (path, model, parameters) => {
  const out = path.replace(/model\.onnx$/, 'gradient.onnx');
  const started = performance.now();
  hograd(
    'differentiate',
    path,
    '--out',
    out,
    '--order',
    '1',
    ...head(model),
    '--params',
    parameters,
    '--keep-initializers',
  );
  const seconds = (performance.now() - started) / 1000;
  const inputs = right(await readNpz(`${model.home}/inputs.npz`)());
  const wanted = right(await readNpz(`${model.home}/gradient.npz`)());
  const values = right(await withSession(out, {}, (session) => session.run(inputs))());
  const far = Object.entries(wanted).map(([name, { data }]) => ({ name, far: distance(values[name].data, data) }));
  const worst = far.reduce((a, b) => (b.far > a.far ? b : a));
  return { seconds, build: buildSeconds(path, model), nodes: nodesOf(out), worst, ok: worst.far <= TOLERANCE.gradient };
};

const checkSummary = async (path, model, parameters, dtype) => {
  const { home } = model;
  const printed = hograd(
    ...[
      'summarize',
      path,
      '--inputs',
      `${home}/inputs.npz`,
      ...head(model),
      '--params',
      parameters,
      '--json',
      '--dtype',
      dtype,
    ],
    ...['--direction', `${home}/direction.npz`, '--partition', `${home}/partition.json`],
  );
  const { gbar, Hbar, D3, seconds } = JSON.parse(printed);
  const wanted = right(await readNpz(`${home}/summary.npz`)());
  const far = Math.max(
    ...Object.entries({ gbar, Hbar: Hbar.flat(), D3 }).map(([name, values]) => distance(values, wanted[name].data)),
  );
  return { far, seconds, ok: far <= TOLERANCE[dtype] };
};

export const attempt = async (work) => {
  try {
    return await work();
  } catch (cause) {
    return { error: cause.message };
  }
};

/** { nodes, gradient, float32, float64 }: each of the last three a measurement or { error }. */
export const checkModel = async (path, model) => {
  const parameters = model.parameters.join(',');
  return {
    nodes: nodesOf(path),
    gradient: await attempt(() => checkGradient(path, model, parameters)),
    float32: await attempt(() => checkSummary(path, model, parameters, 'float32')),
    float64: await attempt(() => checkSummary(path, model, parameters, 'float64')),
  };
};
