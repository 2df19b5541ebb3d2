// Case folders: model.onnx, and case.json with data.bin, which hold inputs and onnxruntime-node's outputs for two batch sizes.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { encode, tensor } from '../../packages/graph-builder/dist/index.js';
import { withSession } from '../../packages/session/dist/index.js';
import { right } from '../right.mjs';
import { graphOf, KINDS } from './graphs.mjs';
import { models } from './models.mjs';

const BATCHES = [4, 7];

/** Values for every input: data of the batch, the parameters' own, and for a tangent or direction a mix of its parameter's. */
const feedsFor = (graph, model, batch) => {
  const data = model.batch(model.graph, batch, batch);
  return Object.fromEntries(
    graph.inputs.map(({ attributes: { name } }) => {
      const own = data[name] ?? graph.initializers.get(name);
      if (own) return [name, own];
      const like = graph.initializers.get(name.replace(/^(tangent|direction)\./, ''));
      const values = Float64Array.from(like.data, (v, i) => 0.5 * v + 0.1 * Math.sin(i + 1));
      return [name, tensor(values, like.shape, like.dtype)];
    }),
  );
};

const store = (tensors, chunks) =>
  Object.entries(tensors).map(([name, { dtype, shape, data }]) => {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    const offset = chunks.reduce((so, chunk) => so + chunk.length, 0);
    // Eight bytes of alignment for readers that view the file as an array.
    chunks.push(bytes, Buffer.alloc((8 - (bytes.length % 8)) % 8));
    return { name, dtype, shape, offset, length: bytes.length };
  });

const writeCase = async (folder, model, kind) => {
  const graph = graphOf(kind, model);
  const bytes = encode(graph);
  const path = `${folder}/${model.name}-${kind}`;
  mkdirSync(path, { recursive: true });
  writeFileSync(`${path}/model.onnx`, bytes);
  const chunks = [];
  const sets = [];
  for (const batch of BATCHES) {
    const feeds = feedsFor(graph, model, batch);
    const outputs = right(await withSession(bytes, { threads: 1 }, (session) => session.run(feeds))());
    const ordered = Object.fromEntries(graph.outputs.map(({ name }) => [name, outputs[name]]));
    sets.push({ batch, inputs: store(feeds, chunks), outputs: store(ordered, chunks) });
  }
  writeFileSync(`${path}/data.bin`, Buffer.concat(chunks));
  writeFileSync(`${path}/case.json`, JSON.stringify({ sets }));
  return { path, model: model.name, kind, sets, bytes: bytes.length };
};

/** Writes every case under `folder`, which is emptied first; one { path, model, kind, sets } for each. */
export const writeCases = async (folder) => {
  rmSync(folder, { recursive: true, force: true });
  const cases = [];
  for (const model of models()) for (const kind of KINDS) cases.push(await writeCase(folder, model, kind));
  return cases;
};
