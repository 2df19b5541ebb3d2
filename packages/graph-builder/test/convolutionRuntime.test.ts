import * as fc from 'fast-check';
import onnxProto from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { build, type Case, cases, wideCases } from './convolutionCases.js';
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

const outputsOf = ({ results }: ReturnType<typeof build>): readonly G.Output[] =>
  Object.entries(results).map(([name, value]) => ({ name, value }));

describe.each(['float32', 'float64'] as const)('in ONNX Runtime, %s', (dtype) => {
  it.each([
    ['few channels', cases, 25],
    ['many channels over small maps', wideCases, 15],
  ] as const)(
    'convolution and both adjoints agree with the interpreter, every operand and stride: %s',
    async (_, drawn, numRuns) => {
      await fc.assert(
        fc.asyncProperty(drawn, async (c) => {
          const built = build(c);
          await compare(outputsOf(built), built.values, dtype);
        }),
        { numRuns },
      );
    },
  );

  it.each([
    ['2×2', [6, 8], [2, 2]],
    ['2×2, a row and a column left over', [7, 5], [2, 2]],
    ['4 of one axis', [9], [4]],
    ['2×1×2', [4, 3, 4], [2, 1, 2]],
    ['4×2, more than is compared by whole tensors', [8, 8], [4, 2]],
  ] as const)('maxima side by side: the first of equal elements, %s', async (_, sizes, kernel) => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 2 })),
        async (batch, drawn) => {
          const shape = [batch, 2, ...sizes];
          const x = G.input('x', ['N', ...shape.slice(1)], 'float64');
          const v = G.input('v', ['N', ...shape.slice(1)], 'float64');
          const y = G.maxPool(x, kernel, { strides: kernel });
          const [tangent] = G.jvp([y], new Map([[x, v]]));
          const [gradient] = G.grad(G.reduceSum(G.mul(y, G.add(y, 1))), [x]);
          const length = shape.reduce((a, b) => a * b, 1);
          const few = Float64Array.from({ length }, () => drawn.next().value as number);
          const distinct = Float64Array.from({ length }, (_, i) => Math.sin(1.7 * i));
          const outputs = [
            { name: 'y', value: y },
            { name: 'positions', value: G.cast(G.maxPoolIndices(x, kernel, { strides: kernel }), 'float64') },
            { name: 'tangent', value: tangent! },
            { name: 'gradient', value: gradient! },
          ];
          await compare(outputs, { x: { shape, data: few }, v: { shape, data: distinct } }, dtype);
        },
      ),
      { numRuns: 4 },
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
    const text = Buffer.from(G.encode(G.castGraph(dtype)(G.makeGraph(outputs)))).toString('latin1');
    expect(text).toContain('MaxPool_1');
    expect(text).not.toContain('MaxPool_2');
  });
});

const small = (c: Partial<Case>): Case => ({
  batch: 1,
  groups: 1,
  channels: 64,
  maps: 64,
  sizes: [2, 2],
  kernel: [3, 3],
  strides: [1, 1],
  padsBefore: [1, 1],
  padsAfter: [1, 1],
  dilations: [1, 1],
  ...c,
});

const operatorsOf = (c: Case, wanted = (_: G.Output) => true): ReadonlySet<string> => {
  const bytes = G.encode(G.castGraph('float32')(G.makeGraph(outputsOf(build(c)).filter(wanted))));
  return new Set(onnxProto.onnx.ModelProto.decode(bytes).graph!.node!.map((node) => node.opType!));
};

describe('in float32, the operators of a convolution and its adjoints', () => {
  it.each([
    ['a 3×3 kernel on a 2×2 map: 20 of 36 products would be with padding', small({})],
    ['a 3×3 kernel on a 4×4 map: 44 of 144 would', small({ sizes: [4, 4] })],
    ['a 3×3 kernel on an 8×8 map: 92 of 576 would', small({ sizes: [8, 8] })],
    ['a 3×3 kernel on one element', small({ sizes: [1, 1] })],
  ])('%s, and no Conv is left', (_, c) => {
    expect([...operatorsOf(c)].filter((operator) => operator.startsWith('Conv'))).toEqual([]);
  });

  it.each([
    ['large maps', small({ sizes: [16, 16] })],
    ['no padding', small({ sizes: [4, 4], padsBefore: [0, 0], padsAfter: [0, 0] })],
    ['few channels', small({ channels: 63 })],
    ['few maps', small({ maps: 63 })],
    ['groups', small({ groups: 2 })],
  ])('%s: one Conv and one ConvTranspose', (_, c) => {
    expect(operatorsOf(c)).toContain('Conv');
    expect(operatorsOf(c)).toContain('ConvTranspose');
  });

  it('a network alone keeps its Conv, one of transposed convolutions its ConvTranspose', () => {
    expect([...operatorsOf(small({}), ({ name }) => name === 'conv')]).toEqual(['Conv']);
    expect([...operatorsOf(small({}), ({ name }) => name === 'convInput')]).toEqual(['ConvTranspose']);
  });
});
