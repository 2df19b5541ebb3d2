// node tools/bench/convolutions.mjs [THREADS]: what a convolution, its adjoints and pooling cost in ONNX Runtime as one node and
// as hograd writes them; milliseconds of kernels, the least of several runs (docs/ort-kernels.md). Build first.
import * as G from '@hograd/graph-builder';
import { onnxAttributes } from '../../packages/graph-builder/dist/convolution/geometry.js';
import { convKernelJointly } from '../../packages/graph-builder/dist/convolution/jointKernel.js';
import {
  convByTaps,
  convInputByTaps,
  convKernelByTaps,
  shareOfData,
} from '../../packages/graph-builder/dist/convolution/taps.js';
import { maximaOfTiles } from '../../packages/graph-builder/dist/convolution/tiles.js';
import { profileKernels, secondsOf } from './sections/profile.mjs';

const threads = Number(process.argv[2] ?? 1);
const RUNS = 9;

/** An expression that is written as one ONNX node, whatever hograd would make of it. */
const oneNode = (name, shape, dtype, args, emit) =>
  Object.freeze({ id: Number.MAX_SAFE_INTEGER, op: { name, emit }, args, attributes: {}, dtype, shape });

const noise = (length) => {
  const data = new Float32Array(length);
  let state = 12345;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = state / 2 ** 32 - 0.5;
  }
  return data;
};

/** Milliseconds of the kernels of a graph, each the least of its runs. */
const cost = async (outputs, shapes) => {
  const bytes = G.encode(G.makeGraph(outputs.map((value, i) => ({ name: `out${i}`, value }))));
  const feedsOf = ({ inputs }) =>
    Object.fromEntries(
      inputs.map(({ name }) => [
        name,
        { dtype: 'float32', shape: shapes[name], data: noise(G.elementCount(shapes[name])) },
      ]),
    );
  return 1000 * secondsOf(await profileKernels(bytes, feedsOf, { threads, runs: RUNS }));
};

const row = (...cells) => process.stdout.write(`| ${cells.join(' | ')} |\n`);
const ms = (value) => value.toFixed(2);

/** [batch, channels, maps, length of the map's sides, kernel, padding] */
const CONVOLUTIONS = [
  [100, 3, 6, 32, 5, 0],
  [100, 6, 16, 14, 5, 0],
  [32, 3, 64, 32, 3, 1],
  [32, 64, 128, 16, 3, 1],
  [32, 128, 256, 8, 3, 1],
  [32, 256, 256, 8, 3, 1],
  [32, 256, 512, 4, 3, 1],
  [32, 512, 512, 4, 3, 1],
  [32, 512, 512, 2, 3, 1],
  [448, 512, 512, 2, 3, 1],
  [32, 128, 128, 4, 3, 1],
  [32, 64, 64, 4, 3, 1],
  [32, 64, 64, 2, 3, 1],
];

const twice = (value) => [value, value];

row(
  'N, C → M, map, kernel',
  'data',
  'Conv',
  'by taps',
  'ConvTranspose',
  'by taps',
  'Conv for the kernel',
  'by taps',
  'jointly',
);
row(...new Array(9).fill('---'));
for (const [N, C, M, side, k, p] of CONVOLUTIONS) {
  const a = {
    sizes: twice(side),
    kernel: twice(k),
    strides: twice(1),
    padsBefore: twice(p),
    padsAfter: twice(p),
    dilations: twice(1),
    groups: 1,
  };
  const out = side + 2 * p - k + 1;
  const shapes = { x: [N, C, side, side], w: [M, C, k, k], y: [N, M, out, out] };
  const [x, w, y] = ['x', 'w', 'y'].map((name) => G.input(name, shapes[name]));
  const attributes = onnxAttributes(a);
  const forward = oneNode('one', shapes.y, 'float32', [x, w], (n, e) => e.node('Conv', n.args.map(e.name), attributes));
  const input = oneNode('one', shapes.x, 'float32', [y, w], (n, e) =>
    e.node('ConvTranspose', n.args.map(e.name), attributes),
  );
  const [xT, yT] = [x, y].map((t) => G.transpose(t, [1, 0, 2, 3]));
  const kernel = oneNode('one', [C, M, k, k], 'float32', [xT, yT], (n, e) =>
    e.node('Conv', n.args.map(e.name), { ...attributes, kernel_shape: twice(out) }),
  );
  const costs = [];
  for (const value of [
    forward,
    convByTaps(x, w, a),
    input,
    convInputByTaps(y, w, a),
    kernel,
    convKernelByTaps(x, y, a),
    convKernelJointly(x, y, a),
  ]) {
    costs.push(ms(await cost([value], shapes)));
  }
  row(`${N}, ${C} → ${M}, ${side}², ${k}²`, shareOfData(a).toFixed(2), ...costs);
}

process.stdout.write('\n');
row('maxima over 2×2', 'MaxPool, Indices and Mod', 'by tiles');
row('---', '---', '---');
for (const shape of [
  [100, 6, 28, 28],
  [100, 16, 10, 10],
  [32, 64, 32, 32],
  [32, 512, 4, 4],
]) {
  const x = G.input('x', shape);
  const window = {
    kernel: twice(2),
    strides: twice(2),
    padsBefore: twice(0),
    padsAfter: twice(0),
    dilations: twice(1),
  };
  const pooled = [...shape.slice(0, 2), shape[2] / 2, shape[3] / 2];
  const node = oneNode('one', pooled, 'int64', [x], (n, e) => {
    const [, whole] = e.nodes('MaxPool', n.args.map(e.name), 2, { kernel_shape: twice(2), strides: twice(2) });
    return e.node('Mod', [whole, e.scalar('int64', shape[2] * shape[3])]);
  });
  const { values, positions } = maximaOfTiles(x, window);
  row(`[${shape.join(', ')}]`, ms(await cost([node], { x: shape })), ms(await cost([values, positions], { x: shape })));
}
