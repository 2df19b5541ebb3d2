import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { type SampleCase, sampleByHand } from './gridSampleReference.js';
import { expectAdjoint, expectDerivatives, expectOneSummary } from './laws.js';
import {
  asValues,
  expectClose,
  expectImported,
  feedsOf,
  fileOf,
  graphOf,
  type OneNode,
  refusalOf,
  wave,
} from './oneNode.js';
import { run } from './runtime.js';

const cases: readonly SampleCase[] = (['nearest', 'linear', 'cubic'] as const).flatMap((mode) =>
  (['zeros', 'border', 'reflection'] as const).flatMap((padding) =>
    [false, true].map((align): SampleCase => ({ mode, padding, align })),
  ),
);

const named = ({ mode, padding, align }: SampleCase): string => `${mode}, ${padding}${align ? ', aligned' : ''}`;

/** Names of the modes before operator set 20. */
const former = { nearest: 'nearest', linear: 'bilinear', cubic: 'bicubic' };

interface Options {
  readonly opset?: number;
  readonly batch?: boolean;
  readonly x?: readonly number[];
  readonly out?: readonly number[];
  readonly grid?: readonly number[];
}

/** Coordinates up to 2.2 on either side of the image's middle. */
const farAndNear = (shape: readonly number[]): number[] => wave(shape, 2).map((v) => 2 * v);

const node = ({ mode, padding, align }: SampleCase, options: Options = {}): OneNode => {
  const { opset = 20, batch = false, x = [2, 3, 4, 5], out = [3, 4] } = options;
  const shape = [x[0]!, ...out, x.length - 2];
  return {
    type: 'GridSample',
    operands: [
      { shape: x, batch },
      { shape, data: options.grid ?? farAndNear(shape), batch },
    ],
    attributes: {
      mode: opset < 20 ? former[mode] : mode,
      padding_mode: padding,
      align_corners: Number(align),
    },
    opset,
  };
};

const evaluated = (which: SampleCase, options: Options): { found: ArrayLike<number>; wanted: readonly number[] } => {
  const file = node(which, options);
  const at = asValues(feedsOf(file));
  const graph = graphOf(fileOf(file), { dtype: 'float64' });
  const [found] = G.evaluate([graph.outputs[0]!.value], at);
  return { found: found!.data, wanted: sampleByHand(at.in0!, at.in1!, which) };
};

describe('GridSample is what a loop over neighbours gives', () => {
  it.each(cases.map((c) => [named(c), c] as const))('%s', (_, which) => {
    for (const x of [
      [2, 3, 4, 5],
      [1, 2, 1, 4],
      [2, 1, 2, 1],
      [3, 2, 5],
      [2, 2, 2, 3, 4],
    ]) {
      const out = x.slice(2).map((_, i) => 3 + (i % 2));
      const { found, wanted } = evaluated(which, { x, out });
      expectClose(found, wanted, 1e-12);
    }
  });
  it.each(cases.map((c) => [named(c), c] as const))('%s, at the elements and edges themselves', (_, which) => {
    const ends = [-3, -1.5, -1.25, -1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 3];
    const grid = ends.flatMap((v) => ends.flatMap((u) => [u, v]));
    const { found, wanted } = evaluated(which, { x: [1, 1, 4, 4], out: [ends.length, ends.length], grid });
    expectClose(found, wanted, 1e-12);
  });
});

describe('GridSample imported, and written again, computes what its file does', () => {
  const nodes = [
    ...[16, 20, 22].flatMap((opset) => cases.map((c) => [c, { opset, batch: true }] as const)),
    ...cases
      .filter(({ mode }) => mode !== 'cubic')
      .map((c) => [c, { x: [2, 2, 3, 4, 2], out: [2, 3, 2], batch: true }] as const),
  ];
  it.each(nodes.map(([c, o]) => [`${named(c)}, ${JSON.stringify(o)}`, node(c, o)] as const))('%s', async (_, file) => {
    const graph = await expectImported(fileOf(file), feedsOf(file), 1e-5);
    expect(graph.outputs[0]!.value.shape[0]).toBe('N');
  });
});

/** A coordinate for a position among `length` elements. */
const coordinate = (position: number, length: number, align: boolean): number =>
  align ? (2 * position) / (length - 1) - 1 : (2 * position + 1) / length - 1;

/** Positions inside and outside, none close to where weights have a kink. */
const smooth = [-2.3, -1.2, -0.7, -0.2, 0.3, 1.2, 1.7, 2.2, 3.3, 4.2, 5.8];

describe('derivatives of GridSample in the image and the grid', () => {
  it.each(cases.map((c) => [named(c), c] as const))('%s', (_, which) => {
    const [height, width] = [3, 4];
    const grid = smooth.flatMap((p, i) => [
      coordinate(p, width, which.align),
      coordinate(smooth[(4 * i + 1) % smooth.length]!, height, which.align),
    ]);
    const file = node(which, { x: [1, 2, height, width], out: [1, smooth.length], grid });
    const graph = graphOf(fileOf(file), { dtype: 'float64' });
    const at = asValues(feedsOf(file));
    expectDerivatives(graph.outputs[0]!.value, graph.inputs, at, 1e-7);
    expectAdjoint(graph.outputs[0]!.value, graph.inputs, at);
    expectOneSummary(graph.outputs[0]!.value, graph.inputs, at);
  });
  it('in three dimensions', () => {
    const which: SampleCase = { mode: 'linear', padding: 'zeros', align: false };
    const places = [
      [0.3, -0.7, 1.2],
      [1.7, 0.3, 2.2],
      [-0.2, 1.2, 0.7],
    ];
    const grid = places.flatMap(([a, b, c]) => [
      coordinate(c!, 4, false),
      coordinate(b!, 2, false),
      coordinate(a!, 3, false),
    ]);
    const file = node(which, { x: [1, 2, 3, 2, 4], out: [1, 1, 3], grid });
    const graph = graphOf(fileOf(file), { dtype: 'float64' });
    expectDerivatives(graph.outputs[0]!.value, graph.inputs, asValues(feedsOf(file)), 1e-7);
    expectAdjoint(graph.outputs[0]!.value, graph.inputs, asValues(feedsOf(file)));
  });
  it.each([
    ['border', [0, 2, 0]],
    ['reflection', [0, 2, 0]],
    // Zeros begin one element further out.
    ['zeros', [1, 2, -5]],
  ] as const)('at the outer elements are PyTorch\'s for padding "%s"', (padding, wanted) => {
    const file: OneNode = {
      type: 'GridSample',
      operands: [
        { shape: [1, 1, 3], data: [2, 3, 5] },
        { shape: [1, 3, 1], data: [-1, 0.5, 1] },
      ],
      attributes: { mode: 'linear', padding_mode: padding, align_corners: 1 },
    };
    const graph = graphOf(fileOf(file), { dtype: 'float64' });
    const [slopes] = G.grad(G.reduceSum(graph.outputs[0]!.value), [graph.inputs[1]!]);
    const [value] = G.evaluate([slopes!], asValues(feedsOf(file)));
    expectClose(value!.data, wanted, 1e-12);
  });
});

describe('GridSample', () => {
  it('reads integers where it picks the nearest', async () => {
    const file: OneNode = {
      ...node({ mode: 'nearest', padding: 'border', align: true }),
      operands: [
        { shape: [1, 2, 3], data: [1, 2, 3, 4, 5, 6], dtype: 'int32' },
        { shape: [1, 4, 1], data: [-2, -0.9, 0.1, 1] },
      ],
      outputs: ['int32'],
    };
    const out = await run(G.encode(graphOf(fileOf(file))), feedsOf(file));
    expect(Array.from(out.out0!.data)).toEqual([1, 1, 2, 3, 4, 4, 5, 6]);
  });
  it.each(cases.filter((c) => c.mode !== 'nearest').map((c) => [named(c), c] as const))(
    'gives NaN where the grid holds it, and runs on: %s',
    async (_, which) => {
      const grid = [0.1, 0.2, Number.NaN, 0.1, -0.3, Number.NaN];
      const file = node(which, { x: [1, 1, 4, 5], out: [1, 3], grid });
      const out = await run(G.encode(graphOf(fileOf(file))), feedsOf(file));
      expect(Array.from(out.out0!.data, Number.isNaN)).toEqual([false, true, true]);
    },
  );
  it('adds nothing to a file for larger images but their sizes', () => {
    const bytes = (side: number) =>
      G.encode(
        graphOf(
          fileOf(
            node(
              { mode: 'linear', padding: 'zeros', align: false },
              { x: [1, 1, side, side], out: [side, side], batch: true },
            ),
          ),
        ),
      ).length;
    expect(bytes(100) - bytes(10)).toBeLessThan(200);
  });
  const linear: SampleCase = { mode: 'linear', padding: 'zeros', align: false };
  const x = { shape: [2, 3, 4, 5] };
  it.each([
    [
      'an unknown mode',
      { ...node(linear), attributes: { mode: 'lanczos' } },
      /has mode "lanczos"; supported are linear, nearest, cubic, bilinear, bicubic/,
    ],
    [
      'an unknown padding',
      { ...node(linear), attributes: { padding_mode: 'wrap' } },
      /has padding_mode "wrap"; supported are zeros, border, reflection/,
    ],
    [
      'a grid for other images',
      { ...node(linear), operands: [x, { shape: [3, 4, 4, 2] }] },
      /grid float32\[3, 4, 4, 2\] does not fit float32\[2, 3, 4, 5\]; it must be \[2, d0, d1, 2\]/,
    ],
    [
      'integers to weigh',
      {
        ...node(linear),
        operands: [{ ...x, dtype: 'int32', data: wave(x.shape, 1).map(Math.round) }, { shape: [2, 4, 4, 2] }],
      },
      /cannot weigh elements of int32\[2, 3, 4, 5\]; use mode "nearest"/,
    ],
  ] as readonly (readonly [string, OneNode, RegExp])[])('refuses %s', (_, file, message) => {
    expect(refusalOf(fileOf(file)).message).toMatch(message);
  });
});
