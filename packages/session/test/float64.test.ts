import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  add,
  type Expr,
  encode,
  evaluate,
  input,
  makeGraph,
  matmul,
  mul,
  tanh,
  transpose,
} from '@hograd/graph-builder';
import * as fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it, vi } from 'vitest';
import { createOn } from '../src/create.js';
import { openSession, withSession } from '../src/index.js';
import { withEnd } from '../src/inPlace.js';
import { settingsOf } from '../src/options.js';
import { declaresFloat64 } from '../src/precision.js';
import { ROUNDING_FUSIONS } from '../src/roundingFusions.js';
import { loadRuntime, type Runtime } from '../src/runtime.js';
import { float64, get, model, type NodeSpec, tanhProduct } from './model.js';

const row = (data: readonly number[]) => Float64Array.from(data);

/** The largest difference, as a part of the largest value. */
const distance = (got: ArrayLike<number>, expected: ArrayLike<number>): number => {
  const top = Math.max(...Array.from(expected, Math.abs));
  return Math.max(...Array.from(expected, (value, i) => Math.abs(got[i]! - value))) / top;
};

describe('a float64 model', () => {
  const x = input('x', ['N', 3], 'float64');
  const w = input('w', [3, 2], 'float64');
  const places: Readonly<Record<string, (factor: number) => Expr>> = {
    'after a product': (factor) => mul(matmul(x, w), factor),
    'before a product': (factor) => matmul(mul(x, factor), w),
    'on both sides': (factor) => tanh(mul(matmul(mul(x, factor), w), factor)),
    'beside a transposed operand': (factor) => mul(matmul(transpose(x, [1, 0]), add(x, 1)), factor),
  };
  const number = fc.double({ min: 0.1, max: 10, noNaN: true });
  const numbers = (count: number) => fc.array(number, { minLength: count, maxLength: count }).map(row);

  for (const [place, build] of Object.entries(places)) {
    it(`keeps a factor ${place} to the last digits, whatever the factor`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(1 / 3, 0.1, Math.SQRT1_2), numbers(6), numbers(6), async (factor, xs, ws) => {
          const y = build(factor);
          const feeds = {
            x: { dtype: 'float64', shape: [2, 3], data: xs },
            w: { dtype: 'float64', shape: [3, 2], data: ws },
          } as const;
          const graph = makeGraph([{ name: 'y', value: y }]);
          const named = Object.fromEntries(graph.inputs.map(({ attributes: { name } }) => [name, feeds[name as 'x']]));
          const got = await get(withSession(encode(graph), { threads: 1 }, (session) => session.run(named)));
          const [expected] = evaluate([y], feeds);
          expect(distance(got.y!.data as Float64Array, expected!.data)).toBeLessThan(1e-15);
        }),
        { numRuns: 10 },
      );
    });
  }

  /** The nodes that PyTorch's exporter writes for a normalization, which onnxruntime fuses. */
  const centred: readonly NodeSpec[] = [
    ['ReduceMean', ['x'], ['mean'], { axes: [-1] }],
    ['Sub', ['x', 'mean'], ['d']],
  ];
  const scaled = (d: string): readonly NodeSpec[] => [
    ['Pow', [d, 'two'], ['power']],
    ['ReduceMean', ['power'], ['variance'], { axes: [-1] }],
    ['Add', ['variance', 'epsilon'], ['positive']],
    ['Sqrt', ['positive'], ['deviation']],
    ['Div', [d, 'deviation'], ['normal']],
  ];
  const epsilon = 0.1 / 3;
  const weights = [1.1, 0.9, 1.3];
  const shift = [0.1, 0.2, 0.3];
  const values = [0.3, -1.2, 2.5];
  const normalized = (d: readonly number[]) => {
    const deviation = Math.sqrt(d.reduce((sum, v) => sum + v * v, 0) / d.length + epsilon);
    return d.map((v) => v / deviation);
  };
  const constants = { two: 2, epsilon, weights, shift };

  it.each(['all', 'extended', 'basic'] as const)(
    'keeps the epsilon of normalizations with %s',
    async (optimization) => {
      const y = ['y', 'float64', ['N', 3]] as const;
      const layer = model({
        inputs: [['x', 'float64', ['N', 3]]],
        outputs: [y],
        constants,
        nodes: [...centred, ...scaled('d'), ['Mul', ['normal', 'weights'], ['z']], ['Add', ['z', 'shift'], ['y']]],
      });
      const rootMeanSquare = model({
        inputs: [['x', 'float64', ['N', 3]]],
        outputs: [y],
        constants,
        nodes: [...scaled('x'), ['Mul', ['normal', 'weights'], ['y']]],
      });
      const run = async (bytes: Uint8Array) =>
        (await get(withSession(bytes, { optimization }, (session) => session.run({ x: float64(values, [1, 3]) })))).y!
          .data as Float64Array;
      const mean = values.reduce((a, b) => a + b) / values.length;
      const expected = normalized(values.map((v) => v - mean)).map((v, i) => v * weights[i]! + shift[i]!);
      expect(distance(await run(layer), expected)).toBeLessThan(1e-15);
      expect(
        distance(
          await run(rootMeanSquare),
          normalized(values).map((v, i) => v * weights[i]!),
        ),
      ).toBeLessThan(1e-15);
    },
  );

  it('reports which fusions it is spared, at any optimization; a float32 model is spared none', async () => {
    const product = (type: 'float32' | 'float64') =>
      model({ inputs: [['x', type, ['N']]], outputs: [['y', type, ['N']]], nodes: [['Tanh', ['x'], ['y']]] });
    for (const optimization of ['all', 'basic'] as const) {
      const session = await get(openSession(product('float64'), { optimization }));
      expect(session.report.optimization).toEqual({
        requested: optimization,
        used: optimization,
        withheld: ROUNDING_FUSIONS,
      });
      await get(session.release());
    }
    const session = await get(openSession(product('float32')));
    expect(session.report.optimization).toEqual({ requested: 'all', used: 'all' });
    await get(session.release());
  });
});

describe('declaresFloat64', () => {
  const nodes: readonly NodeSpec[] = [['Cast', ['x'], ['y'], {}]];
  const cast = (from: 'float32' | 'float64', to: 'float32' | 'float64') =>
    model({ inputs: [['x', from, ['N', 3]]], outputs: [['y', to]], nodes });

  it('is true of a model with an input or an output of float64', () => {
    expect(declaresFloat64(cast('float64', 'float64'))).toBe(true);
    expect(declaresFloat64(cast('float64', 'float32'))).toBe(true);
    expect(declaresFloat64(cast('float32', 'float64'))).toBe(true);
    expect(declaresFloat64(cast('float32', 'float32'))).toBe(false);
    expect(declaresFloat64(withEnd(cast('float64', 'float64')))).toBe(true);
  });

  it('is false of constants of float64 alone, and of bytes that are no model', () => {
    expect(declaresFloat64(model({ inputs: [], outputs: [['y', 'float32']], nodes, constants: { x: 1 } }))).toBe(false);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(), (noise, cut) => {
        const bytes = cast('float64', 'float64');
        expect(typeof declaresFloat64(noise)).toBe('boolean');
        expect(typeof declaresFloat64(bytes.subarray(0, cut % bytes.length))).toBe('boolean');
      }),
    );
  });

  it('saves a float64 model’s second opening, which one at a path needs', async () => {
    const { InferenceSession } = await get(loadRuntime);
    const created = vi.spyOn(InferenceSession, 'create');
    const folder = await mkdtemp(join(tmpdir(), 'hograd-'));
    try {
      const path = join(folder, 'model.onnx');
      await writeFile(path, tanhProduct('float64'));
      for (const [source, exact, times] of [
        [tanhProduct('float64'), true, 1],
        [tanhProduct('float32'), false, 1],
        [path, true, 2],
      ] as const) {
        created.mockClear();
        const session = await get(openSession(source));
        expect(created).toHaveBeenCalledTimes(times);
        expect(session.report.optimization.withheld).toEqual(exact ? ROUNDING_FUSIONS : undefined);
        await get(session.release());
      }
    } finally {
      created.mockRestore();
      await rm(folder, { recursive: true });
    }
  });
});

describe('a fused operator without a kernel', () => {
  /** A runtime that refuses whatever is optimized beyond `basic`. */
  const asked: unknown[] = [];
  const fussy = {
    InferenceSession: {
      create: async (
        _: unknown,
        { graphOptimizationLevel, extra }: Record<'graphOptimizationLevel' | 'extra', unknown>,
      ) => {
        asked.push({ graphOptimizationLevel, extra });
        if (graphOptimizationLevel !== 'basic')
          throw new Error("Failed to find kernel for com.microsoft.Fused(1) (node:'f')");
        return {};
      },
    },
  } as unknown as Runtime;

  it('is done without: first its fusion, then all of them, and the reason is kept', async () => {
    const settings = settingsOf({});
    if (E.isLeft(settings)) throw new Error(settings.left.message);
    const created = await get(createOn(fussy, Uint8Array.of(), 'cpu', settings.right));
    expect(created).toMatchObject({
      optimization: 'basic',
      exact: true,
      lowered: "the fused operator com.microsoft.Fused has no kernel for the model's types",
    });
    const idle = { session: { force_spinning_stop: '1' } };
    const spared = { ...idle, optimization: { disable_specified_optimizers: ROUNDING_FUSIONS.join(';') } };
    expect(asked).toEqual([
      { graphOptimizationLevel: 'all', extra: idle },
      { graphOptimizationLevel: 'all', extra: spared },
      { graphOptimizationLevel: 'basic', extra: spared },
    ]);
  });
});
