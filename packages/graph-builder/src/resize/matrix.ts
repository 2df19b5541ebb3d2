/**
 * The arithmetic of ONNX's Resize along one axis: which elements each element of the result reads, and how much of each
 * (https://onnx.ai/onnx/operators/onnx__Resize.html). No expressions here, only numbers.
 */

export interface ResizedAxis {
  /** Lengths before and after; at least 1. */
  readonly from: number;
  readonly to: number;
  /** What the coordinates are divided by: the scale as given, or to / from where sizes were. Above 0. */
  readonly scale: number;
}

/** Where element i of the result lies among the elements before, from 0; `round` is the precision of each step. */
type Position = (i: number, axis: ResizedAxis, round: (value: number) => number) => number;

const halfPixel: Position = (i, { scale }, round) => round(round((i + 0.5) / scale) - 0.5);

/** By `coordinate_transformation_mode`; tf_crop_and_resize is left out, as it also reads outside of its operand. */
export const positions = {
  half_pixel: halfPixel,
  half_pixel_symmetric: (i, axis, round) => {
    const adjustment = round(axis.to / round(axis.scale * axis.from));
    const offset = round((axis.from / 2) * round(1 - adjustment));
    return round(offset + (i + 0.5) / axis.scale - 0.5);
  },
  pytorch_half_pixel: (i, axis, round) => (axis.to > 1 ? halfPixel(i, axis, round) : 0),
  align_corners: (i, { from, to }, round) => (to > 1 ? round(round(i * (from - 1)) / (to - 1)) : 0),
  asymmetric: (i, { scale }, round) => round(i / scale),
  tf_half_pixel_for_nn: (i, { scale }, round) => round((i + 0.5) / scale),
} as const satisfies Readonly<Record<string, Position>>;

export type CoordinateMode = keyof typeof positions;

/** By `nearest_mode`. */
export const roundings = {
  round_prefer_floor: (x: number) => Math.ceil(x - 0.5),
  round_prefer_ceil: (x: number) => Math.floor(x + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
} as const;

export type NearestMode = keyof typeof roundings;

const within = (k: number, length: number): number => Math.min(Math.max(k, 0), length - 1);

/**
 * The element that each element of the result repeats; `to` whole numbers from 0 to from − 1. Positions are worked out in single
 * precision, as ONNX Runtime and PyTorch do it: scale 1.1, which float32 holds a little above, would otherwise read
 * element 9 rather than 10 at 11 / 1.1.
 */
export const nearestIndices = (axis: ResizedAxis, coordinates: CoordinateMode, nearest: NearestMode): number[] =>
  Array.from({ length: axis.to }, (_, i) =>
    within(roundings[nearest](positions[coordinates](i, axis, Math.fround)), axis.from),
  );

/** An even function that is 0 from `support` on, and sums to 1 over any points at distance 1. */
export interface Kernel {
  readonly support: number;
  readonly at: (distance: number) => number;
}

export const linearKernel: Kernel = { support: 1, at: (distance) => Math.max(1 - Math.abs(distance), 0) };

/** Keys' cubic convolution with the slope `a` at distance 1 (https://ieeexplore.ieee.org/document/1163711, equation 4). */
export const cubicKernel = (a: number): Kernel => ({
  support: 2,
  at: (distance) => {
    const t = Math.abs(distance);
    if (t <= 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
    return t < 2 ? (((t - 5) * t + 8) * t - 4) * a : 0;
  },
});

export interface Weighting {
  readonly kernel: Kernel;
  readonly coordinates: CoordinateMode;
  /** Widens the kernel by 1 / scale where the axis shrinks, so that every element before counts. */
  readonly antialias: boolean;
  /** Points outside count for nothing, and the others for more; else the nearest element stands for them. */
  readonly excludeOutside: boolean;
}

/** The matrix [to, from], row-major, that takes the axis before to the axis after; each row sums to 1. */
export const resizeMatrix = (axis: ResizedAxis, weighting: Weighting): Float64Array => {
  const { kernel, coordinates, antialias, excludeOutside } = weighting;
  const { from, to } = axis;
  const squeeze = antialias ? Math.min(axis.scale, 1) : 1;
  const radius = kernel.support / squeeze;
  const matrix = new Float64Array(to * from);
  for (let i = 0; i < to; i++) {
    const centre = positions[coordinates](i, axis, (value) => value);
    const row = matrix.subarray(i * from, (i + 1) * from);
    let total = 0;
    for (let k = Math.ceil(centre - radius); k <= centre + radius; k++) {
      if (excludeOutside && k !== within(k, from)) continue;
      const weight = kernel.at((k - centre) * squeeze);
      row[within(k, from)]! += weight;
      total += weight;
    }
    for (let k = 0; k < from; k++) row[k]! /= total;
  }
  return matrix;
};
