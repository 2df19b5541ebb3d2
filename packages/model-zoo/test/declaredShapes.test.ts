/** The shapes that a file declares between its inputs and outputs, where a runtime may not find them out, are those that ONNX Runtime computes. */

import * as G from '@hograd/graph-builder';
import onnxProto from 'onnx-proto';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { lossGraph, type Model } from '../src/index.js';
import { batchFor, parameterValues, tinyModels, type Values } from './tiny.js';

const { ModelProto } = onnxProto.onnx;

/** Loss, gradient and summary, each parameter a group along itself. */
const graphOf = (model: Model): G.Graph => {
  const { inputs, outputs } = lossGraph(model);
  const loss = outputs.find(({ name }) => name === 'loss')!.value;
  const parameters = model.parameters.map(({ name }) => inputs.find((i) => i.attributes.name === name)!);
  const summary = G.summary(
    loss,
    parameters.map((parameter) => [{ parameter, direction: G.detach(parameter) }]),
  );
  return G.makeGraph([
    ...G.grad(loss, parameters).map((value, i) => ({ name: `gradient ${i}`, value })),
    ...Object.entries(summary).map(([name, value]) => ({ name, value })),
  ]);
};

/** The file with every declared value as an output; how many examples there are is `N`. */
const withDeclaredOutputs = (bytes: Uint8Array) => {
  const model = ModelProto.decode(bytes);
  const declared = model.graph!.valueInfo!;
  model.graph!.output!.push(...declared);
  const shapes = declared.map(({ name, type }) => ({
    name: name!,
    dims: type!.tensorType!.shape!.dim!.map(({ dimValue, dimParam }) => dimParam || Number(dimValue)),
  }));
  return { bytes: ModelProto.encode(model).finish(), shapes };
};

/** `2*N+1` for a number of examples. */
const lengthOf = (dim: string | number, examples: number): number =>
  typeof dim === 'number' ? dim : new Function('N', `return ${dim}`)(examples);

describe('declared shapes', () => {
  it.each(Object.entries(tinyModels))('of %s', async (_, model) => {
    const graph = graphOf(model);
    const { bytes, shapes } = withDeclaredOutputs(G.encode(graph, { declareShapes: true }));
    expect(shapes.length).toBeGreaterThan(0);
    expect(shapes.every(({ dims }) => dims.some((dim) => typeof dim === 'string'))).toBe(true);
    const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3, intraOpNumThreads: 1 });
    for (const examples of [2, 3]) {
      const values: Values = { ...parameterValues(model), ...batchFor(model, examples) };
      const feeds = session.inputNames.map((name) => {
        const { dtype } = G.inputNamed(name)(graph)!.attributes;
        const { shape, data } = values[name]!;
        const fed = new ort.Tensor(dtype as 'float32', G.tensor(data, shape, dtype).data as Float32Array, shape);
        return [name, fed] as const;
      });
      const results = await session.run(Object.fromEntries(feeds));
      for (const { name, dims } of shapes) {
        expect([name, ...results[name]!.dims]).toEqual([name, ...dims.map((dim) => lengthOf(dim, examples))]);
      }
    }
    await session.release();
  });

  it('are left out unless asked for, and where lengths are given', () => {
    const graph = graphOf(tinyModels.mlp!);
    const declared = (options: G.EncodeOptions) => ModelProto.decode(G.encode(graph, options)).graph!.valueInfo;
    expect(declared({})).toEqual([]);
    expect(declared({ declareShapes: true, lengths: new Map([['N', 2]]) })).toEqual([]);
  });
});
