import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { build, cases } from './convolutionCases.js';
import { relativeError } from './golden.js';
import { feedsFor, run } from './runtime.js';

const compare = async (
  outputs: readonly G.Output[],
  values: Parameters<typeof feedsFor>[1],
  dtype: 'float32' | 'float64',
): Promise<void> => {
  const graph = G.castGraph(dtype)(G.makeGraph(outputs));
  const expected = G.evaluate(
    outputs.map((o) => o.value),
    values,
  );
  const results = await run(G.encode(graph), feedsFor(graph, values));
  outputs.forEach(({ name }, i) => {
    expect(results[name]!.dims).toEqual(expected[i]!.shape);
    expect(relativeError(results[name]!.data, [...expected[i]!.data])).toBeLessThan(dtype === 'float64' ? 1e-12 : 1e-5);
  });
};

describe.each(['float32', 'float64'] as const)('in ONNX Runtime, %s', (dtype) => {
  it('convolution and both adjoints agree with the interpreter, every operand and stride', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (c) => {
        const { x, w, y, values } = build(c);
        const outputs = [
          { name: 'conv', value: G.conv(x, w, c) },
          { name: 'convInput', value: G.convInput(y, w, c.sizes, c) },
          { name: 'convKernel', value: G.convKernel(x, y, c.kernel, c) },
        ];
        await compare(outputs, values, dtype);
      }),
      { numRuns: 25 },
    );
  });

  it('pooling, its tangent and its gradient share one MaxPool', async () => {
    const x = G.input('x', ['N', 3, 7, 6], 'float64');
    const v = G.input('v', ['N', 3, 7, 6], 'float64');
    const y = G.maxPool(x, [3, 2], { strides: [2, 2], padsBefore: [1, 0], ceil: true });
    const [tangent] = G.jvp([y], new Map([[x, v]]));
    const [gradient] = G.grad(G.reduceSum(G.square(y)), [x]);
    const shape = [2, 3, 7, 6];
    const data = (seed: number) => Float64Array.from({ length: 252 }, (_, i) => Math.sin(1.7 * i + seed));
    const outputs = [
      { name: 'y', value: y },
      { name: 'tangent', value: tangent! },
      { name: 'gradient', value: gradient! },
    ];
    await compare(outputs, { x: { shape, data: data(1) }, v: { shape, data: data(2) } }, dtype);
    const text = new TextDecoder('latin1').decode(G.encode(G.castGraph(dtype)(G.makeGraph(outputs))));
    expect(text).toContain('MaxPool_1');
    expect(text).not.toContain('MaxPool_2');
  });
});
