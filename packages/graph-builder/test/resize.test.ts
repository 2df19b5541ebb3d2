import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import {
  type CoordinateMode,
  cubicKernel,
  linearKernel,
  type NearestMode,
  nearestIndices,
  positions,
  resizeMatrix,
  roundings,
} from '../src/resize/matrix.js';
import { expectAdjoint, expectDerivatives, expectOneSummary } from './laws.js';
import {
  type Attribute,
  asValues,
  expectImported,
  feedsOf,
  fileOf,
  graphOf,
  label,
  type OneNode,
  type Operand,
  refusalOf,
} from './oneNode.js';

const stored = (data: readonly number[], dtype: G.DType): Operand => ({
  shape: [data.length],
  data,
  dtype,
  stored: true,
});
const scalesOf = (...scales: number[]): Operand => stored(scales, 'float32');
const sizesOf = (...sizes: number[]): Operand => stored(sizes, 'int64');

interface Options {
  readonly shape?: readonly number[];
  readonly scales?: readonly number[];
  readonly sizes?: readonly number[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly opset?: number;
  /** The first axis is a symbol, which it may be where the file leaves it as it is. */
  readonly batch?: boolean;
}

/** Resize in the form of operator sets 11 and later. */
const resize = ({
  shape = [2, 3, 5, 6],
  scales,
  sizes,
  attributes = {},
  opset = 19,
  batch = scales?.[0] === 1 || attributes.axes !== undefined,
}: Options): OneNode => ({
  type: 'Resize',
  operands: [
    { shape, batch },
    opset < 13 ? scalesOf() : undefined,
    scales ? scalesOf(...scales) : opset < 13 ? scalesOf() : undefined,
    ...(sizes ? [sizesOf(...sizes)] : []),
  ],
  attributes,
  opset,
});

const COORDINATES = Object.keys(positions) as CoordinateMode[];
const ROUNDINGS = Object.keys(roundings) as NearestMode[];
const current = COORDINATES.filter((mode) => mode !== 'tf_half_pixel_for_nn');

const growth = { scales: [1, 1, 2, 1.7] };
const shrinkage = { scales: [1, 1, 0.6, 0.45] };
const toSizes = { sizes: [2, 3, 7, 4] };

const nearest: readonly OneNode[] = [
  ...current.flatMap((coordinate_transformation_mode) =>
    ROUNDINGS.flatMap((nearest_mode) =>
      [growth, shrinkage, toSizes].map((by) =>
        resize({ ...by, attributes: { coordinate_transformation_mode, nearest_mode } }),
      ),
    ),
  ),
  ...[11, 13, 18].flatMap((opset) => [growth, toSizes].map((by) => resize({ ...by, opset }))),
  // 11 / 1.1 and 10 · 0.7 are whole numbers only where float32 is rounded to.
  resize({
    shape: [1, 1, 30],
    scales: [1, 1, 1.1],
    attributes: { coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
  }),
  resize({ shape: [1, 1, 10], scales: [1, 1, 0.7] }),
  resize({ shape: [1, 2, 3, 4, 5], scales: [1, 1, 2, 2, 3] }),
  resize({
    scales: [1, 1, 1.5, 0.5],
    attributes: { coordinate_transformation_mode: 'tf_half_pixel_for_nn', nearest_mode: 'floor' },
    opset: 11,
  }),
  {
    type: 'Resize',
    operands: [
      { shape: [5, 6], dtype: 'int32', data: Array.from({ length: 30 }, (_, i) => i) },
      undefined,
      scalesOf(1.5, 2),
    ],
    outputs: ['int32'],
  },
];

const weighed: readonly OneNode[] = [
  ...['linear', 'cubic'].flatMap((mode) => [
    ...current.flatMap((coordinate_transformation_mode) =>
      [growth, shrinkage, toSizes].map((by) => resize({ ...by, attributes: { mode, coordinate_transformation_mode } })),
    ),
    ...[growth, shrinkage, toSizes].flatMap((by) =>
      ['half_pixel', 'align_corners'].map((coordinate_transformation_mode) =>
        resize({ ...by, attributes: { mode, coordinate_transformation_mode, antialias: 1 } }),
      ),
    ),
    ...[11, 13, 18].map((opset) => resize({ ...growth, attributes: { mode }, opset })),
    ...['align_corners', 'pytorch_half_pixel'].map((coordinate_transformation_mode) =>
      resize({ sizes: [2, 3, 1, 1], attributes: { mode, coordinate_transformation_mode } }),
    ),
  ]),
  ...[growth, shrinkage].flatMap((by) =>
    [0, 1].map((antialias) =>
      resize({ ...by, attributes: { mode: 'cubic', exclude_outside: 1, cubic_coeff_a: { float: -0.5 }, antialias } }),
    ),
  ),
  resize({ shape: [1, 2, 3, 4, 5], scales: [1, 1, 2, 1.5, 0.8], attributes: { mode: 'linear' } }),
  resize({ shape: [4, 5], scales: [2, 1.5], attributes: { mode: 'linear' } }),
];

const aspects: readonly OneNode[] = [
  resize({ sizes: [9, 4], attributes: { axes: [2, -1] } }),
  resize({ scales: [1.5, 2], attributes: { axes: [-1, 2], mode: 'linear' } }),
  ...['not_larger', 'not_smaller'].flatMap((keep_aspect_ratio_policy) => [
    resize({ sizes: [7, 9], attributes: { axes: [2, 3], keep_aspect_ratio_policy, mode: 'linear' } }),
    resize({ sizes: [3, 5], attributes: { axes: [2, 3], keep_aspect_ratio_policy } }),
  ]),
];

const legacy: readonly OneNode[] = ['nearest', 'linear'].flatMap((mode): OneNode[] => [
  {
    type: 'Resize',
    operands: [{ shape: [2, 3, 5, 6], batch: true }, scalesOf(1, 1, 2, 1.7)],
    attributes: { mode },
    opset: 10,
  },
  {
    type: 'Resize',
    operands: [{ shape: [2, 3, 5, 6], batch: true }, scalesOf(1, 1, 0.6, 0.5)],
    attributes: { mode },
    opset: 10,
  },
  {
    type: 'Upsample',
    operands: [{ shape: [2, 3, 5, 6], batch: true }, scalesOf(1, 1, 2, 1.7)],
    attributes: { mode },
    opset: 9,
  },
]);

const lengths = fc.record({
  from: fc.integer({ min: 1, max: 12 }),
  to: fc.integer({ min: 1, max: 20 }),
});
const coordinates = fc.constantFrom(...current);
const kernels = fc.oneof(fc.constant(linearKernel), fc.double({ min: -1, max: 0, noNaN: true }).map(cubicKernel));

describe('along one axis', () => {
  it('each element of the result weighs elements by shares that sum to 1', () => {
    fc.assert(
      fc.property(
        lengths,
        coordinates,
        kernels,
        fc.boolean(),
        fc.boolean(),
        (axis, mode, kernel, antialias, excludeOutside) => {
          const weighting = { kernel, coordinates: mode, antialias, excludeOutside };
          const matrix = resizeMatrix({ ...axis, scale: axis.to / axis.from }, weighting);
          for (let i = 0; i < axis.to; i++) {
            const row = matrix.subarray(i * axis.from, (i + 1) * axis.from);
            expect(Math.abs(row.reduce((a, b) => a + b, 0) - 1)).toBeLessThan(1e-12);
          }
        },
      ),
    );
  });
  it('the nearest elements are elements, in order', () => {
    fc.assert(
      fc.property(lengths, coordinates, fc.constantFrom(...ROUNDINGS), (axis, mode, rounding) => {
        const indices = nearestIndices({ ...axis, scale: axis.to / axis.from }, mode, rounding);
        expect(indices).toEqual(indices.toSorted((a, b) => a - b));
        expect(indices.every((k) => Number.isInteger(k) && k >= 0 && k < axis.from)).toBe(true);
      }),
    );
  });
  it('an axis that keeps its length keeps its elements', () => {
    for (const mode of current) {
      const axis = { from: 3, to: 3, scale: 1 };
      expect(nearestIndices(axis, mode, 'round_prefer_floor')).toEqual([0, 1, 2]);
      const weighting = { kernel: cubicKernel(-0.75), coordinates: mode, antialias: false, excludeOutside: false };
      expect([...resizeMatrix(axis, weighting)].map((v) => v + 0)).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
    }
  });
});

describe('a resized operand is what ONNX Runtime makes of it', () => {
  it.each([...nearest, ...weighed, ...aspects, ...legacy].map((node) => [label(node), node] as const))(
    '%s',
    async (_, node) => {
      const graph = await expectImported(fileOf(node), feedsOf(node));
      if (node.operands[0]!.batch) expect(graph.outputs[0]!.value.shape[0]).toBe('N');
    },
  );
});

describe('derivatives of', () => {
  it.each([
    ['nearest by a whole factor', { scales: [1, 1, 2, 3] }],
    ['nearest by other factors', { scales: [1, 1, 1.5, 0.5] }],
    ['linear', { scales: [1, 1, 2, 0.6], attributes: { mode: 'linear' } }],
    ['cubic to sizes, antialiased', { sizes: [2, 2, 2, 5], attributes: { mode: 'cubic', antialias: 1 } }],
    [
      'linear on axes before the last',
      { shape: [2, 2, 3, 2, 3], scales: [1, 1, 2, 1.5, 1], attributes: { mode: 'linear' } },
    ],
  ] as readonly (readonly [string, Options])[])('%s are confirmed by difference quotients', (_, options) => {
    const node = resize({ shape: [2, 2, 3, 4], ...options, batch: false });
    const graph = graphOf(fileOf(node), { dtype: 'float64' });
    const xs = graph.inputs;
    const at = asValues(feedsOf(node));
    expectOneSummary(graph.outputs[0]!.value, xs, at);
    const [y] = G.substitute([graph.outputs[0]!.value], new Map(xs.map((i) => [i, G.sin(i)])));
    expectDerivatives(y!, xs, at, 1e-7);
    expectAdjoint(y!, xs, at);
  });
});

describe('a file is refused that', () => {
  const linear = { mode: 'linear' };
  const x = { shape: [2, 3, 5, 6] };
  it.each([
    [
      'resizes an axis of unknown length',
      resize({ scales: [2, 1, 1, 1], batch: true }),
      /resizes axis 0, whose length "N" is not a number; export the model with a static height and width/,
    ],
    [
      'resizes such an axis to a number',
      resize({ sizes: [4, 3, 5, 6], batch: true }),
      /resizes axis 0 from length N to 4, which are not both numbers; export the model with a static/,
    ],
    [
      'crops',
      resize({ scales: [1, 1, 2, 2], attributes: { coordinate_transformation_mode: 'tf_crop_and_resize' } }),
      /has coordinate_transformation_mode "tf_crop_and_resize"; supported are half_pixel, /,
    ],
    [
      'rounds in an unknown way',
      resize({ scales: [1, 1, 2, 2], attributes: { nearest_mode: 'up' } }),
      /has nearest_mode "up"; supported are round_prefer_floor/,
    ],
    [
      'resizes in an unknown way',
      resize({ scales: [1, 1, 2, 2], attributes: { mode: 'sinc' } }),
      /has mode "sinc"; supported are nearest, linear, cubic/,
    ],
    [
      'has an unknown policy',
      resize({ sizes: [2, 3, 5, 9], attributes: { keep_aspect_ratio_policy: 'fit' } }),
      /has keep_aspect_ratio_policy "fit"/,
    ],
    [
      'antialiases the nearest',
      resize({ scales: [1, 1, 2, 2], attributes: { antialias: 1 } }),
      /has antialias with mode "nearest"/,
    ],
    [
      'weighs integers',
      {
        type: 'Resize',
        operands: [{ shape: [2], data: [1, 2], dtype: 'int32' }, undefined, scalesOf(2)],
        attributes: linear,
      },
      /weighs elements of type int32; mode "linear" needs floating-point ones/,
    ],
    ['says no size', { type: 'Resize', operands: [x] }, /needs its scales or its sizes/],
    ['says two sizes', resize({ scales: [1, 1, 2, 2], sizes: [2, 3, 10, 12] }), /has both scales and sizes; give one/],
    ['says too few', resize({ scales: [2, 2], batch: false }), /has 2 scales or sizes for 4 axes/],
    [
      'leaves nothing',
      resize({ scales: [1, 1, 0.1, 1] }),
      /resizes axis 2 from length 5 to 0; both must be at least 1/,
    ],
    [
      'computes its scales',
      { type: 'Resize', operands: [x, undefined, { shape: [4], data: [1, 1, 2, 2] }] },
      /needs operand 2 \("in2"\) to be known when the file is read/,
    ],
  ] as readonly (readonly [string, OneNode, RegExp])[])('%s', (_, node, message) => {
    expect(refusalOf(fileOf(node)).message).toMatch(message);
  });
});
