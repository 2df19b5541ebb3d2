/**
 * Import of Resize (operator sets 10 to 19) and of Upsample, its form before (https://onnx.ai/onnx/operators/onnx__Resize.html,
 * https://onnx.ai/onnx/operators/onnx__Upsample.html).
 */

import type { Dim } from '../../dim.js';
import { type Expr, isFloat } from '../../expr.js';
import {
  type CoordinateMode,
  cubicKernel,
  linearKernel,
  type NearestMode,
  nearestIndices,
  positions,
  type ResizedAxis,
  resizeMatrix,
  roundings,
} from '../../resize/matrix.js';
import { mixAlong, pickAlong } from '../../resize/resize.js';
import { normalizeAxis } from '../../shape.js';
import type { Importer, ImportNode } from '../importer.js';

/** From here on a file says where the elements of the result lie and how to round. */
const COORDINATES_SINCE = 11;

/** A number for each resized axis, as the file gives it; undefined where it gives an empty list, which says "not this one". */
const listed = <T>(values: ArrayLike<T> | undefined): readonly T[] | undefined =>
  values?.length ? Array.from(values) : undefined;

const scalesOf = (n: ImportNode): readonly number[] | undefined =>
  n.floats('scales') ?? listed(n.value(n.opType === 'Upsample' || n.opset < COORDINATES_SINCE ? 1 : 2)?.data);

const sizesOf = (n: ImportNode): readonly Dim[] | undefined =>
  n.opset < COORDINATES_SINCE ? undefined : n.optional(3)?.shape[0] === 0 ? undefined : n.dims(3);

/** An attribute that is one of the keys of `known`; ends the import where it is another word. */
export const option = <T extends string>(n: ImportNode, attribute: string, otherwise: T, known: object): T => {
  const value = n.string(attribute, otherwise);
  if (Object.hasOwn(known, value)) return value as T;
  return n.fail(`has ${attribute} "${value}"; supported are ${Object.keys(known).join(', ')}`);
};

/** The axis before and after; undefined where nothing changes, which symbols may then stay. */
const resizedAxis = (n: ImportNode, axis: number, to: Dim | undefined, scale: number): ResizedAxis | undefined => {
  const from = n.input(0).shape[axis]!;
  if (scale === 1) return undefined;
  if (typeof from === 'string')
    return n.fail(
      `resizes axis ${axis}, whose length "${from}" is not a number; export the model with a static height and width`,
    );
  // In single precision, as everywhere else: 10 · 0.7 is 7, though float32 holds 0.7 a little below.
  const length = to === undefined ? Math.floor(Math.fround(from * scale)) : Number(to);
  if (!(from >= 1 && length >= 1 && scale > 0))
    return n.fail(`resizes axis ${axis} from length ${from} to ${length}; both must be at least 1`);
  return { from, to: length, scale };
};

/** How many times longer a size makes an axis. */
const ratio = (n: ImportNode, axis: number, size: Dim): number => {
  const from = n.input(0).shape[axis]!;
  if (size === from) return 1;
  if (typeof size === 'number' && typeof from === 'number') return size / from;
  return n.fail(
    `resizes axis ${axis} from length ${from} to ${size}, which are not both numbers; export the model with a static height and width`,
  );
};

const POLICIES = { stretch: undefined, not_larger: Math.min, not_smaller: Math.max };

const bySizes = (n: ImportNode, axes: readonly number[], sizes: readonly Dim[]): (ResizedAxis | undefined)[] => {
  const ratios = axes.map((axis, i) => ratio(n, axis, sizes[i]!));
  const policy = POLICIES[option<keyof typeof POLICIES>(n, 'keep_aspect_ratio_policy', 'stretch', POLICIES)];
  if (!policy) return axes.map((axis, i) => resizedAxis(n, axis, sizes[i]!, ratios[i]!));
  const scale = policy(...ratios);
  return axes.map((axis) => {
    const from = n.input(0).shape[axis]!;
    return resizedAxis(n, axis, typeof from === 'number' ? Math.round(from * scale) : from, scale);
  });
};

/** What becomes of each axis that the node names: all of them, or since operator set 18 those in `axes`. */
const axesOf = (n: ImportNode, rank: number): readonly (readonly [number, ResizedAxis])[] => {
  const axes = (n.ints('axes') ?? Array.from({ length: rank }, (_, i) => i)).map((axis) =>
    normalizeAxis(n.opType, axis, rank),
  );
  const [scales, sizes] = [scalesOf(n), sizesOf(n)];
  const given = scales ?? sizes ?? n.fail('needs its scales or its sizes');
  if (scales && sizes) return n.fail('has both scales and sizes; give one');
  if (given.length !== axes.length) return n.fail(`has ${given.length} scales or sizes for ${axes.length} axes`);
  const resized = scales
    ? axes.map((axis, i) => resizedAxis(n, axis, undefined, scales[i]!))
    : bySizes(n, axes, sizes!);
  return resized.flatMap((r, i) => (r ? [[axes[i]!, r] as const] : []));
};

/** Before operator set 11 nothing was said of rounding; ONNX Runtime then rounds up where an axis shrinks, else down. */
const nearestOf = (n: ImportNode, scale: number): NearestMode =>
  n.opset < COORDINATES_SINCE
    ? scale < 1
      ? 'ceil'
      : 'floor'
    : option<NearestMode>(n, 'nearest_mode', 'round_prefer_floor', roundings);

const KERNELS = { linear: () => linearKernel, cubic: (n: ImportNode) => cubicKernel(n.float('cubic_coeff_a', -0.75)) };

const resizeImporter: Importer = (n) => {
  const x = n.input(0);
  const coordinates: CoordinateMode =
    n.opset < COORDINATES_SINCE ? 'asymmetric' : option(n, 'coordinate_transformation_mode', 'half_pixel', positions);
  const mode = option(n, 'mode', 'nearest', { nearest: 0, ...KERNELS });
  const antialias = n.int('antialias', 0) === 1;
  const resized = axesOf(n, x.shape.length);
  if (mode === 'nearest') {
    if (antialias) return n.fail('has antialias with mode "nearest"; it goes with linear and cubic only');
    return [
      resized.reduce<Expr>(
        (y, [at, axis]) => pickAlong(y, at, nearestIndices(axis, coordinates, nearestOf(n, axis.scale))),
        x,
      ),
    ];
  }
  if (!isFloat(x.dtype)) return n.fail(`weighs elements of type ${x.dtype}; mode "${mode}" needs floating-point ones`);
  const excludeOutside = n.int('exclude_outside', 0) === 1;
  const weighting = { kernel: KERNELS[mode as keyof typeof KERNELS](n), coordinates, antialias, excludeOutside };
  return [resized.reduce<Expr>((y, [at, axis]) => mixAlong(y, at, axis.to, resizeMatrix(axis, weighting)), x)];
};

export const resizes: Readonly<Record<string, Importer>> = { Resize: resizeImporter, Upsample: resizeImporter };
