// What a curvature summary costs, as multiples of one gradient timed in the same run: node tools/bench/summary.mjs [mlp|bigmlp ...]
// Needs `npm run build`. Prints a Markdown table for docs/benchmarks.md.
import { availableParallelism } from 'node:os';
import { uniform } from '../../packages/data/dist/index.js';
import {
  encode,
  grad,
  input,
  makeGraph,
  outputNamed,
  summary,
  tensor,
} from '../../packages/graph-builder/dist/index.js';
import { bigMlp, lossGraph, paperMlp } from '../../packages/model-zoo/dist/index.js';
import { openSession } from '../../packages/session/dist/index.js';

const MODELS = { mlp: paperMlp, bigmlp: bigMlp };
const BATCH = 100;

const right = (either) => {
  if (either._tag === 'Left') throw new Error(either.left.message);
  return either.right;
};

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** Median seconds of each of several runs, taken in turn so that the machine's moods fall on all alike. */
const time = async (runs, rounds) => {
  const seconds = runs.map(() => []);
  for (let round = -1; round < rounds; round++) {
    for (const [i, run] of runs.entries()) {
      const start = performance.now();
      await run();
      if (round >= 0) seconds[i].push((performance.now() - start) / 1000);
    }
  }
  return seconds.map(median);
};

const measure = async (name) => {
  const model = MODELS[name]();
  const initialValue = ({ name: key, shape, fanIn }) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return tensor(
      uniform([1, key], size).map((u) => (2 * u - 1) / Math.sqrt(fanIn)),
      shape,
      'float32',
    );
  };
  const graph = lossGraph(model, { values: new Map(model.parameters.map((p) => [p.name, initialValue(p)])) });
  const loss = outputNamed('loss')(graph);
  const parameters = graph.inputs.filter((i) => graph.initializers.has(i.attributes.name));
  const directions = parameters.map((p) => input(`direction.${p.attributes.name}`, p.shape, p.dtype));
  const groups = parameters.map((parameter, i) => [{ parameter, direction: directions[i] }]);
  const start = performance.now();
  const graphs = [
    makeGraph([
      { name: 'loss', value: loss },
      ...grad(loss, parameters).map((value, i) => ({ name: `grad.${i}`, value })),
    ]),
    ...[2, 3].map((order) =>
      makeGraph(
        Object.entries({ loss, ...summary(loss, groups, { order }) }).map(([key, value]) => ({ name: key, value })),
      ),
    ),
  ];
  const built = (performance.now() - start) / 1000;
  const sessions = [];
  for (const g of graphs) sessions.push(right(await openSession(encode(g), { threads: availableParallelism() })()));
  const x = tensor(
    Float64Array.from({ length: BATCH * model.inputShape[0] }, (_, i) => Math.sin(i * 12.9898) * 1.5),
    [BATCH, ...model.inputShape],
    'float32',
  );
  const y = tensor(
    Float64Array.from({ length: BATCH }, (_, i) => i % model.classes),
    [BATCH],
    'int64',
  );
  const values = { x, y };
  for (const p of parameters) {
    values[p.attributes.name] = graph.initializers.get(p.attributes.name);
    values[`direction.${p.attributes.name}`] = values[p.attributes.name];
  }
  const runs = sessions.map((session) => {
    const feeds = Object.fromEntries(session.inputs.map((port) => [port.name, values[port.name]]));
    return async () => right(await session.run(feeds)());
  });
  const [gradient, second, third] = await time(runs, name === 'mlp' ? 101 : 5);
  const ms = (s) => (s * 1000).toFixed(2);
  return `| ${name} | ${groups.length} | ${ms(gradient)} | ${ms(second)} (${(second / gradient).toFixed(2)}×) | ${ms(third)} (${(third / gradient).toFixed(2)}×) | ${built.toFixed(2)} |`;
};

console.log(
  `Batch ${BATCH}, float32, ONNX Runtime CPU, ${availableParallelism()} threads; medians, the three taken in turn.\n`,
);
console.log('| model | S | gradient, ms | ḡ+H̄, ms | ḡ+H̄+D3, ms | building, s |\n| --- | --- | --- | --- | --- | --- |');
for (const name of process.argv.length > 2 ? process.argv.slice(2) : Object.keys(MODELS))
  console.log(await measure(name));
