import { describe, expect, it } from 'vitest';
import * as G from '../src/index.js';
import { affineGrid } from '../src/sampling/affineGrid.js';
import { gridSample } from '../src/sampling/gridSample.js';
import { expectAdjoint, expectDerivatives } from './laws.js';
import {
  asValues,
  expectClose,
  expectImported,
  feedsOf,
  fileOf,
  graphOf,
  label,
  type OneNode,
  type Operand,
  refusalOf,
  storedInts,
  wave,
} from './oneNode.js';
import { run } from './runtime.js';

const maps2 = [0.9, -0.3, 0.1, 0.2, 1.1, -0.4, 1, 0, 0, 0, 1, 0];
const maps3 = [0.9, -0.3, 0.1, 0.5, 0.2, 1.1, -0.4, 0, 0.1, 0.2, 0.7, -1];

const affine = (maps: readonly number[], size: readonly number[], align_corners: number): OneNode => {
  const rank = size.length - 2;
  return {
    type: 'AffineGrid',
    operands: [{ shape: [size[0]!, rank, rank + 1], data: maps }, storedInts(...size)],
    attributes: { align_corners },
  };
};

const regions: Operand = {
  shape: [4, 4],
  data: [0.4, 0.3, 4.9, 3.6, -2.5, 1.1, 2.3, 6.4, 3, 2, 3.2, 2.1, -9, -9, -4, -5],
};
const regionsImages = { shape: [4], data: [0, 1, 1, 0], dtype: 'int64' as const };
const roi = (attributes: OneNode['attributes'], opset = 16, data?: readonly number[]): OneNode => ({
  type: 'RoiAlign',
  operands: [{ shape: [2, 2, 5, 6], ...(data && { data }), batch: true }, regions, regionsImages],
  attributes: { output_height: 2, output_width: 3, sampling_ratio: 2, ...attributes! },
  opset,
});

const above = (shape: readonly number[]): number[] => wave(shape, 1).map((v) => v + 1.2);

const nodes: readonly OneNode[] = [
  ...[0, 1].flatMap((align) => [affine(maps2, [2, 3, 3, 4], align), affine(maps3, [1, 1, 2, 4, 3], align)]),
  affine(maps2, [2, 3, 1, 4], 0),
  roi({}),
  roi({ spatial_scale: { float: 0.5 } }),
  roi({ coordinate_transformation_mode: 'output_half_pixel', sampling_ratio: 3 }),
  roi({}, 10),
  roi({ mode: 'max' }, 16, above([2, 2, 5, 6])),
];

describe('a node imported, and written again, computes what its file does', () => {
  it.each(nodes.map((node) => [label(node), node] as const))('%s', async (_, node) => {
    await expectImported(fileOf(node), feedsOf(node), 1e-5);
  });
  it('RoiAlign in operator set 22, for which ONNX Runtime has no kernel, is what it was before', () => {
    const [now, before] = [22, 16].map((opset) => graphOf(fileOf(roi({}, opset))).outputs[0]!.value);
    expect(now).toBe(before);
  });
  it('AffineGrid of as many maps as the batch has images', () => {
    const file = affine(maps2, [2, 3, 3, 4], 0);
    const [maps] = file.operands;
    const refused = refusalOf(fileOf({ ...file, operands: [{ ...maps!, batch: true }, file.operands[1]] }));
    expect(refused.message).toMatch(/has maps of shape \[N, 2, 3\] for its size; they must be \[2, 2, 3\]/);
  });
});

describe('an image sampled at the grid of the identity is itself', () => {
  it.each([
    [false, [4, 5]],
    [true, [4, 5]],
    [false, [2, 3, 4]],
  ] as const)('aligned %s, %j', async (alignCorners, lengths) => {
    const rank = lengths.length;
    const x = G.input('x', ['N', 2, ...lengths]) as G.Input;
    const theta = G.input('theta', ['N', rank, rank + 1]) as G.Input;
    const grid = affineGrid(theta, lengths, alignCorners);
    const y = gridSample(x, grid, { mode: 'cubic', padding: 'border', alignCorners });
    expect(y.shape).toEqual(x.shape);
    const shape = [3, 2, ...lengths];
    const same = Array.from({ length: rank * (rank + 1) }, (_, i) => Number(i % (rank + 2) === 0));
    const feeds = {
      x: G.tensor(wave(shape, 1), shape, 'float32'),
      theta: G.tensor([...same, ...same, ...same], [3, rank, rank + 1], 'float32'),
    };
    const out = await run(G.encode(G.makeGraph([{ name: 'y', value: y }], [x, theta])), feeds);
    expectClose(out.y!.data, feeds.x.data, 2e-6);
  });
});

interface Deformation {
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly out: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[];
  readonly groups: number;
  readonly offsetGroups: number;
  readonly mask: boolean;
}

const plain: Deformation = {
  x: [2, 4, 4, 5],
  w: [6, 4, 2, 3],
  out: [3, 3],
  strides: [1, 1],
  dilations: [1, 1],
  pads: [0, 0, 0, 0],
  groups: 1,
  offsetGroups: 1,
  mask: false,
};

const deformations: readonly (readonly [string, Deformation])[] = [
  ['plain', plain],
  ['masked', { ...plain, mask: true }],
  ['grouped', { ...plain, w: [6, 2, 2, 3], groups: 2 }],
  ['with groups of offsets', { ...plain, offsetGroups: 2, mask: true }],
  [
    'strided, dilated and padded',
    { ...plain, w: [2, 4, 2, 2], out: [2, 4], strides: [2, 1], dilations: [2, 3], pads: [1, 0, 0, 2] },
  ],
  [
    'in one dimension',
    { ...plain, x: [1, 2, 6], w: [3, 2, 3], out: [4], strides: [1], dilations: [1], pads: [0, 0], mask: true },
  ],
];

const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

const deformed = ({ x, w, out, strides, dilations, pads, groups, offsetGroups, mask }: Deformation): OneNode => {
  const kernel = w.slice(2);
  const taps = offsetGroups * count(kernel);
  const offsets = [x[0]!, taps * kernel.length, ...out];
  return {
    type: 'DeformConv',
    operands: [
      { shape: x, batch: true },
      { shape: w },
      { shape: offsets, data: wave(offsets, 3).map((v) => 0.7 * v), batch: true },
      { shape: [w[0]!] },
      mask ? { shape: [x[0]!, taps, ...out], batch: true } : undefined,
    ],
    attributes: { kernel_shape: kernel, strides, dilations, pads, group: groups, offset_group: offsetGroups },
    opset: 19,
  };
};

/** Every index of a box, row-major. */
const indices = (box: readonly number[]): readonly (readonly number[])[] =>
  box.reduce<(readonly number[])[]>(
    (all, length) => all.flatMap((index) => Array.from({ length }, (_, i) => [...index, i])),
    [[]],
  );

const at = ({ shape, data }: G.Value, index: readonly number[]): number =>
  index.some((i, axis) => i < 0 || i >= shape[axis]!)
    ? 0
    : data[index.reduce((sum, i, axis) => sum * shape[axis]! + i, 0)]!;

/** The definition, one element of the result at a time. */
const deformedByHand = (spec: Deformation, values: Readonly<Record<string, G.Value>>): number[] => {
  const { in0: x, in1: w, in2: offsets, in3: bias, in4: mask } = values;
  const kernel = spec.w.slice(2);
  const places = indices(kernel);
  const [perGroup, mapsPerGroup] = [spec.w[1]!, spec.w[0]! / spec.groups];
  const perOffsets = spec.x[1]! / spec.offsetGroups;
  const linear = (image: number, channel: number, position: readonly number[]): number =>
    indices(position.map(() => 2)).reduce((sum, corner) => {
      const index = corner.map((c, a) => Math.floor(position[a]!) + c);
      const weight = index.reduce((product, i, a) => product * (1 - Math.abs(position[a]! - i)), 1);
      return sum + weight * at(x!, [image, channel, ...index]);
    }, 0);
  return indices([spec.x[0]!, spec.w[0]!, ...spec.out]).map(([image, map, ...o]) => {
    const group = Math.floor(map! / mapsPerGroup);
    let sum = bias!.data[map!]!;
    for (let c = 0; c < perGroup; c++) {
      const channel = group * perGroup + c;
      const part = Math.floor(channel / perOffsets);
      places.forEach((k, tap) => {
        const row = part * places.length + tap;
        const position = k.map(
          (ka, a) =>
            o[a]! * spec.strides[a]! -
            spec.pads[a]! +
            ka * spec.dilations[a]! +
            at(offsets!, [image!, row * kernel.length + a, ...o]),
        );
        const share = mask ? at(mask, [image!, row, ...o]) : 1;
        sum += share * at(w!, [map!, c, ...k]) * linear(image!, channel, position);
      });
    }
    return sum;
  });
};

describe('DeformConv', () => {
  it.each(deformations)('%s is its definition, in the interpreter and in ONNX Runtime', async (_, spec) => {
    const file = deformed(spec);
    const graph = graphOf(fileOf(file));
    const { value } = graph.outputs[0]!;
    const wanted = deformedByHand(spec, asValues(feedsOf(file)));
    const [found] = G.evaluate([value], asValues(feedsOf(file)));
    const out = (await run(G.encode(graph), feedsOf(file))).out0!;
    expect(value.shape).toEqual(['N', spec.w[0], ...spec.out]);
    expect(out.dims).toEqual([spec.x[0], spec.w[0], ...spec.out]);
    expectClose(found!.data, wanted, 1e-6);
    expectClose(out.data, wanted, 1e-5);
  });
  it('without offsets is a convolution', () => {
    const file = deformed(plain);
    const zero = { ...file.operands[2]!, data: new Array(count(file.operands[2]!.shape)).fill(0) };
    const still = fileOf({ ...file, operands: file.operands.map((o, i) => (i === 2 ? zero : o)) });
    const graph = graphOf(still, { dtype: 'float64' });
    const [x, w, , bias] = graph.inputs;
    const wanted = G.add(G.conv(x!, w!), G.reshape(bias!, [6, 1, 1]));
    const feeds = feedsOf({ ...file, operands: file.operands.map((o, i) => (i === 2 ? zero : o)) });
    const [a, b] = G.evaluate([graph.outputs[0]!.value, wanted], asValues(feeds));
    expectClose(a!.data, b!.data, 1e-12);
  });
});

/** RoiAlign with regions whose samples lie clear of the elements and of the image's edges. */
const clear: OneNode = {
  ...roi({ output_height: 1, output_width: 2 }),
  operands: [
    { shape: [2, 2, 5, 6] },
    { shape: [2, 4], data: [0.65, 0.55, 3.45, 1.75, 1.25, 2.35, 4.05, 3.55] },
    { shape: [2], data: [1, 0], dtype: 'int64' },
  ],
};

describe('derivatives of', () => {
  it.each([
    ['AffineGrid', affine(maps2, [2, 3, 3, 4], 1)],
    ['RoiAlign', clear],
    ['RoiAlign, the largest', { ...clear, attributes: { ...clear.attributes!, mode: 'max' } }],
    ['DeformConv', deformed({ ...plain, x: [1, 2, 3, 4], w: [2, 2, 2, 2], out: [2, 3], mask: true })],
  ] as readonly (readonly [string, OneNode])[])('%s are confirmed by difference quotients', (_, node) => {
    const graph = graphOf(fileOf(node), { dtype: 'float64' });
    const xs = graph.inputs.filter((i) => G.isFloat(i.dtype));
    expectDerivatives(graph.outputs[0]!.value, xs, asValues(feedsOf(node)), 1e-7);
    expectAdjoint(graph.outputs[0]!.value, xs, asValues(feedsOf(node)));
  });
});

describe('a file is refused that', () => {
  it.each([
    [
      'aligns the corners of one element',
      affine(maps2, [2, 3, 1, 4], 1),
      /aligns the corners of an axis of length 1, which has one corner only; set align_corners to 0/,
    ],
    [
      'chooses samples by region',
      roi({ sampling_ratio: 0 }),
      /chooses its samples by the size of each region, which is known only when the graph runs \(sampling_ratio 0\); set/,
    ],
    ['pools in an unknown way', roi({ mode: 'median' }), /has mode "median"; supported are avg, max/],
    [
      'has offsets of another shape',
      { ...deformed(plain), attributes: { strides: [2, 2] } },
      /has offsets of shape \[N, 12, 3, 3\]; they must be \[N, 12, 2, 2\]/,
    ],
    [
      'has groups that do not divide',
      { ...deformed(plain), attributes: { group: 3 } },
      /has 4 channels, kernels \[6, 4, 2, 3\], 3 groups and 1 groups of offsets, which do not fit/,
    ],
  ] as readonly (readonly [string, OneNode, RegExp])[])('%s', (_, node, message) => {
    expect(refusalOf(fileOf(node)).message).toMatch(message);
  });
});
