/** Operators that draw random numbers, which come in as inputs. */

import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { fileWith, graphProto, node } from './graphs.js';
import { expectAdjoint, expectDerivatives } from './laws.js';
import { expectClose, fileOf, float, graphOf, label, type OneNode, refusalOf, wave } from './oneNode.js';
import { feedsFor, run } from './runtime.js';

const SHAPE = [2, 3];
const NOISE = [0.11, 0.93, 0.42, 0.05, 0.77, 0.5];

/** What a graph gives for that noise, by the interpreter and, the same, by ONNX Runtime. */
const drawn = async (graph: G.Graph, at: Readonly<Record<string, G.Value>>): Promise<readonly number[]> => {
  const [value] = G.evaluate([graph.outputs[0]!.value], at);
  const result = (await run(G.encode(graph), feedsFor(graph, at)))[graph.outputs[0]!.name]!;
  expect(result.dims).toEqual(value!.shape);
  expectClose(Array.from(result.data, Number), [...value!.data], 1e-6);
  return [...value!.data];
};

const noisy = (shape: readonly number[], data: readonly number[] = NOISE): G.Value => ({
  shape,
  data: Float64Array.from(data),
});

const x = { shape: SHAPE, data: [0.1, 0.95, 0.4, 0.9, 0.77, 0.6] };

describe('an operator that draws numbers scales noise, an input named after its output', () => {
  const cases: readonly (readonly [OneNode, (u: number) => number])[] = [
    [{ type: 'RandomNormal', operands: [], attributes: { shape: SHAPE } }, (u) => u],
    [
      {
        type: 'RandomNormal',
        operands: [],
        attributes: { shape: SHAPE, mean: float(2), scale: float(0.5), seed: float(3) },
      },
      (u) => 2 + 0.5 * u,
    ],
    [{ type: 'RandomNormalLike', operands: [x], attributes: { mean: float(-1) } }, (u) => u - 1],
    [{ type: 'RandomUniform', operands: [], attributes: { shape: SHAPE } }, (u) => u],
    [
      { type: 'RandomUniform', operands: [], attributes: { shape: SHAPE, low: float(-2), high: float(2) }, opset: 7 },
      (u) => 4 * u - 2,
    ],
    [
      { type: 'RandomUniformLike', operands: [x], attributes: { low: float(1), high: float(3) }, opset: 22 },
      (u) => 1 + 2 * u,
    ],
    [
      {
        type: 'RandomUniformLike',
        operands: [{ ...x, dtype: 'int32' }],
        attributes: { dtype: 11 },
        outputs: ['float64'],
      },
      (u) => u,
    ],
  ];
  it.each(cases.map(([one, wanted]) => [label(one), one, wanted] as const))('%s', async (_, one, wanted) => {
    const graph = graphOf(fileOf(one));
    const noise = graph.inputs.find((i) => i.attributes.name === 'out0.noise')!;
    expect(noise.shape).toEqual(SHAPE);
    expect(noise.dtype).toBe(one.outputs?.[0] ?? 'float32');
    expectClose(await drawn(graph, { 'out0.noise': noisy(SHAPE), in0: noisy(SHAPE, x.data) }), NOISE.map(wanted), 1e-7);
  });

  it.each([
    ['float32', {}],
    ['int64', { dtype: 7 }],
    ['bool', { dtype: 9 }],
  ] as const)('Bernoulli as %s is 1 where the noise is below the probability', async (dtype, attributes) => {
    const graph = graphOf(fileOf({ type: 'Bernoulli', operands: [x], outputs: [dtype], attributes }));
    expect(graph.outputs[0]!.value.dtype).toBe(dtype);
    const given = await drawn(graph, { 'out0.noise': noisy(SHAPE), in0: noisy(SHAPE, x.data) });
    expect(given).toEqual(NOISE.map((u, i) => Number(u < x.data[i]!)));
  });

  it('Multinomial picks the class whose share of the running sums the noise falls in', async () => {
    const logits = { shape: [2, 3], data: [0.2, 1.1, -0.4, 2, -1, 0.3] };
    const attributes = { sample_size: 4, dtype: 7 };
    const graph = graphOf(
      fileOf({ type: 'Multinomial', operands: [{ ...logits, batch: true }], attributes, outputs: ['int64'] }),
    );
    const noise = [0, 0.25, 0.7, 0.999, 0.5, 0.83, 0.9, 0.02];
    const wanted = noise.map((u, i) => {
      const row = logits.data.slice(3 * Math.floor(i / 4), 3 * Math.floor(i / 4) + 3).map(Math.exp);
      const total = row.reduce((a, b) => a + b);
      const bounds = [row[0]! / total, (row[0]! + row[1]!) / total];
      return bounds.filter((bound) => u >= bound).length;
    });
    expect(new Set(wanted).size).toBe(3);
    expect(await drawn(graph, { 'out0.noise': noisy([2, 4], noise), in0: noisy([2, 3], logits.data) })).toEqual(wanted);
    expect(graph.outputs[0]!.value.shape).toEqual(['N', 4]);
  });

  it('and two of them have noise of their own', () => {
    const graph = graphOf(
      fileWith({
        inputs: { x: ['float32', ['N', 3]] },
        nodes: [
          node('RandomNormalLike', ['x'], 'a'),
          node('RandomNormalLike', ['x'], 'b'),
          node('Sub', ['a', 'b'], 'difference'),
        ],
        outputs: { difference: 'float32' },
      }),
    );
    expect(graph.inputs.map((i) => [i.attributes.name, i.shape])).toEqual([
      ['x', ['N', 3]],
      ['a.noise', ['N', 3]],
      ['b.noise', ['N', 3]],
    ]);
  });

  it('and so have those of two branches whose inner names are the same', () => {
    const branch = graphProto({ nodes: [node('RandomNormalLike', ['x'], 'inner')], outputs: { inner: 'float32' } });
    const choice = (output: string) => node('If', ['yes'], output, { then_branch: branch, else_branch: branch });
    const graph = graphOf(
      fileWith({
        inputs: { x: ['float32', SHAPE] },
        nodes: [choice('a'), choice('b'), node('Sub', ['a', 'b'], 'difference')],
        outputs: { difference: 'float32' },
        stored: { yes: G.tensor([1], [], 'bool') },
      }),
    );
    expect(graph.inputs.map((i) => i.attributes.name)).toEqual(['x', 'a/inner.noise', 'b/inner.noise']);
  });
});

describe('a mean and a scale that a model computes', () => {
  it('have their exact derivatives, at noise that is held', () => {
    const graph = graphOf(
      fileWith({
        inputs: { mean: ['float32', ['N', 3]], deviation: ['float32', ['N', 3]] },
        nodes: [
          node('Exp', ['deviation'], 'scale'),
          node('RandomNormalLike', ['mean'], 'e'),
          node('Mul', ['scale', 'e'], 'moved'),
          node('Add', ['mean', 'moved'], 'z'),
          node('Sin', ['z'], 'out'),
        ],
        outputs: { out: 'float32' },
      }),
      { dtype: 'float64' },
    );
    const at = {
      mean: noisy(SHAPE, wave(SHAPE, 1)),
      deviation: noisy(SHAPE, wave(SHAPE, 2)),
      'e.noise': noisy(SHAPE, wave(SHAPE, 3)),
    };
    const own = graph.inputs.filter((i) => i.attributes.name !== 'e.noise');
    expectDerivatives(graph.outputs[0]!.value, own, at);
    expectAdjoint(graph.outputs[0]!.value, own, at);
  });
});

describe('is refused', () => {
  const refusals: readonly (readonly [string, OneNode, RegExp])[] = [
    [
      'noise of integers',
      { type: 'RandomNormalLike', operands: [{ ...x, dtype: 'int64' }] },
      /draws numbers of type int64; they must be floating-point/,
    ],
    [
      'an unknown type',
      { type: 'RandomUniform', operands: [], attributes: { shape: SHAPE, dtype: 8 } },
      /element type 8, which is not supported/,
    ],
    ['noise without a shape', { type: 'RandomNormal', operands: [] }, /needs its shape/],
    [
      'logits of one axis',
      { type: 'Multinomial', operands: [{ shape: [3] }], outputs: ['int32'] },
      /needs logits of two axes, got \[3\]/,
    ],
    [
      'classes as numbers with a point',
      { type: 'Multinomial', operands: [x], attributes: { dtype: 1 } },
      /classes of type float32; int32 and int64/,
    ],
    [
      'a probability that is whole',
      { type: 'Bernoulli', operands: [{ ...x, dtype: 'int32' }] },
      /draws numbers of type int32/,
    ],
  ];
  it.each(refusals)('%s', (_, one, message) => {
    expect(refusalOf(fileOf(one)).message).toMatch(message);
  });
});
