// Who is measured at what: each entry is a peer at one of the tasks, as a command that becomes a worker.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pythonWith } from '../../python.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The peers' titles in the order of the tables; `note` says what a reader must know to judge a number. */
export const PEERS = {
  published: { title: "author's algorithm in PyTorch, as published" },
  improved: { title: "author's algorithm in PyTorch, improved" },
  'torch-func': { title: 'torch.func' },
  jax: { title: 'JAX, jitted' },
  curvlinops: { title: 'curvlinops' },
  backpack: { title: 'BackPACK' },
  'torch-eager': { title: 'PyTorch' },
  'torch-compile': { title: 'torch.compile' },
  'jax-gradient': { title: 'JAX, jitted' },
  tfjs: { title: 'TensorFlow.js' },
  'jax-js': { title: 'jax-js' },
};

/** The peers that compute each task. */
export const PEERS_OF = {
  gradient: ['torch-eager', 'torch-compile', 'jax-gradient', 'tfjs', 'jax-js'],
  order2: ['published', 'improved', 'torch-func', 'jax', 'curvlinops', 'backpack'],
  order3: ['published', 'improved', 'torch-func', 'jax'],
};

/** Peers in Node have no language model written for them (node/architectures.mjs), and compute on the CPU only. */
export const applies = (peer, { architecture }, device) =>
  !['tfjs', 'jax-js'].includes(peer) || (architecture.kind !== 'gpt' && device === 'cpu');

const NODE_PEERS = here('../../../.venv/bench-node');

/** Peers in Node, as node/package.json pins them. Their install scripts are not run: none is needed. */
const installNodePeers = () => {
  const [wanted, stamp] = [here('./node/package.json'), `${NODE_PEERS}/installed.json`];
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === readFileSync(wanted, 'utf8')) return;
  rmSync(NODE_PEERS, { recursive: true, force: true });
  mkdirSync(NODE_PEERS, { recursive: true });
  copyFileSync(wanted, `${NODE_PEERS}/package.json`);
  process.stderr.write(`filling ${NODE_PEERS} ...\n`);
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: NODE_PEERS, stdio: 'ignore' });
  copyFileSync(wanted, stamp);
};

/** Installs the peers and gives { python }. Throws where Python 3 or a package cannot be had. */
export const installPeers = (device) => {
  installNodePeers();
  const requirements = device === 'cuda' ? './python/requirements-cuda.txt' : './python/requirements.txt';
  return { python: pythonWith(device === 'cuda' ? 'bench-cuda' : 'bench', new URL(requirements, import.meta.url)) };
};

/** As many threads for each library as for hograd: every one of them reads another variable. */
const threadsIn = (threads, device) => ({
  PYTHONDONTWRITEBYTECODE: '1',
  OMP_NUM_THREADS: `${threads}`,
  MKL_NUM_THREADS: `${threads}`,
  NPROC: `${threads}`,
  JAX_PLATFORMS: device === 'cuda' ? 'cuda' : 'cpu',
});

/** TensorFlow.js's WebAssembly backend has no gradient of a convolution's kernels; its plain JavaScript backend has. */
const tfjsBackend = ({ kind }) => (kind === 'perceptron' ? 'wasm' : 'cpu');

export const hograd = (task, { folder, model, threads, device, quick }) => ({
  peer: 'hograd',
  task,
  command: [
    process.execPath,
    here('./hograd.mjs'),
    folder,
    task,
    threads,
    device,
    model.name,
    quick ? 'quick' : 'full',
  ].map(String),
});

export const matrixProduct = ({ threads, device }) => ({
  peer: 'matrix-product',
  task: 'rate',
  command: [process.execPath, here('./matrixProduct.mjs'), threads, device].map(String),
});

/** A peer at a task, on a problem's folder. */
export const peerAt = (peer, task, { folder, model, threads, device, python }) => {
  const inNode = { BENCH_NODE_PEERS: NODE_PEERS };
  if (peer === 'tfjs')
    return {
      peer,
      task,
      command: [process.execPath, here('./node/tfjs.mjs'), folder, tfjsBackend(model.architecture)],
      env: inNode,
    };
  if (peer === 'jax-js')
    return { peer, task, command: [process.execPath, here('./node/jaxjs.mjs'), folder], env: inNode };
  return {
    peer,
    task,
    command: [python, here('./python/worker.py'), folder, peer, task, `${threads}`, device],
    env: threadsIn(threads, device),
  };
};
