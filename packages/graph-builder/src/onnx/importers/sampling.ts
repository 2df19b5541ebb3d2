/** Import of operators that read between elements: AffineGrid, DeformConv, GridSample, RoiAlign. */

import { outputSizes } from '../../convolution/geometry.js';
import type { Expr } from '../../expr.js';
import { add } from '../../ops/add.js';
import { reshape } from '../../ops/reshape.js';
import { affineGrid } from '../../sampling/affineGrid.js';
import { deformConv } from '../../sampling/deformConv.js';
import { gridSample } from '../../sampling/gridSample.js';
import { roiAlign } from '../../sampling/roiAlign.js';
import type { SampleMode } from '../../sampling/window.js';
import type { Importer, ImportNode } from '../importer.js';
import { option } from './resize.js';
import { knownSizes, windowAttributes } from './window.js';

/** Operator set 20 renamed two of the modes. */
const modes: Readonly<Record<string, SampleMode>> = {
  linear: 'linear',
  nearest: 'nearest',
  cubic: 'cubic',
  bilinear: 'linear',
  bicubic: 'cubic',
};

/** More samples than this along one axis are taken for a damaged file. */
const MOST_SAMPLES = 2 ** 16;

/** Lengths of an image's axes. */
const imageSizes = (n: ImportNode, x: Expr): readonly number[] => {
  const sizes = knownSizes(n, x);
  return sizes.every((size) => size <= MOST_SAMPLES)
    ? sizes
    : n.fail(`reads images of [${sizes.join(', ')}]; at most ${MOST_SAMPLES} elements along an axis are supported`);
};

const paddings = { zeros: 0, border: 0, reflection: 0 };

const gridSampleImporter: Importer = (n) => {
  const x = n.input(0);
  imageSizes(n, x);
  const mode = modes[option(n, 'mode', 'linear', modes)]!;
  const padding = option<keyof typeof paddings>(n, 'padding_mode', 'zeros', paddings);
  return [gridSample(x, n.input(1), { mode, padding, alignCorners: n.int('align_corners', 0) === 1 })];
};

const affineGridImporter: Importer = (n) => {
  const theta = n.input(0);
  const [images, , ...sizes] = n.dims(1) ?? n.fail('lacks operand 1, the size of the images');
  const lengths = sizes.map((d, i) =>
    typeof d === 'number' ? d : n.fail(`makes a grid for a spatial axis ${i} of unknown length "${d}"`),
  );
  if (lengths.some((length) => !(length >= 1 && length <= MOST_SAMPLES)))
    return n.fail(`makes a grid of [${lengths.join(', ')}]; 1 to ${MOST_SAMPLES} along an axis are supported`);
  const wanted = [images, lengths.length, lengths.length + 1];
  if (theta.shape.length !== 3 || theta.shape.some((d, i) => d !== wanted[i]))
    return n.fail(`has maps of shape [${theta.shape.join(', ')}] for its size; they must be [${wanted.join(', ')}]`);
  const alignCorners = n.int('align_corners', 0) === 1;
  if (alignCorners && lengths.includes(1))
    return n.fail('aligns the corners of an axis of length 1, which has one corner only; set align_corners to 0');
  return [affineGrid(theta, lengths, alignCorners)];
};

const roiAlignImporter: Importer = (n) => {
  const [x, regions, image] = [n.input(0), n.input(1), n.input(2)];
  if (imageSizes(n, x).length !== 2) return n.fail(`needs images of two axes, got ${x.shape.length - 2}`);
  const samples = n.int('sampling_ratio', 0);
  if (samples < 1)
    return n.fail(
      `chooses its samples by the size of each region, which is known only when the graph runs (sampling_ratio ${samples}); set sampling_ratio to 1 or more`,
    );
  const bins = [n.int('output_height', 1), n.int('output_width', 1)] as const;
  if (bins.some((count) => !(count >= 1 && count * samples <= MOST_SAMPLES)))
    return n.fail(
      `takes [${bins.join(', ')}] times ${samples} samples of a region; 1 to ${MOST_SAMPLES} along an axis are supported`,
    );
  const pooling = { avg: 0, max: 0 };
  const transformation = { half_pixel: 0, output_half_pixel: 0 };
  // Before operator set 16 centres lay at whole numbers.
  const centres = option(n, 'coordinate_transformation_mode', 'half_pixel', transformation);
  return [
    roiAlign(x, regions, image, {
      bins,
      samples,
      scale: n.float('spatial_scale', 1),
      halfPixel: n.opset >= 16 && centres === 'half_pixel',
      mode: option<keyof typeof pooling>(n, 'mode', 'avg', pooling),
    }),
  ];
};

const deformConvImporter: Importer = (n) => {
  const [x, w, offsets] = [n.input(0), n.input(1), n.input(2)];
  const [sizes, kernel] = [knownSizes(n, x), knownSizes(n, w)];
  const window = windowAttributes(n, sizes, kernel);
  const [groups, offsetGroups] = [n.int('group', 1), n.int('offset_group', 1)];
  const [channels, maps] = [Number(x.shape[1]), Number(w.shape[0])];
  const inGroups = channels === Number(w.shape[1]) * groups && maps % groups === 0 && channels % offsetGroups === 0;
  if (!inGroups)
    return n.fail(
      `has ${channels} channels, kernels [${w.shape.join(', ')}], ${groups} groups and ${offsetGroups} groups of offsets, which do not fit`,
    );
  const taps = kernel.reduce((a, b) => a * b, offsetGroups);
  const out = outputSizes(sizes, { ...window, kernel });
  const requireShape = (operand: Expr, what: string, count: number): void => {
    const wanted = [x.shape[0], count, ...out];
    if (wanted.some((d, i) => d !== operand.shape[i]))
      n.fail(`has ${what} of shape [${operand.shape.join(', ')}]; they must be [${wanted.join(', ')}]`, [
        x.shape[0]!,
        operand.shape[0]!,
      ]);
  };
  requireShape(offsets, 'offsets', taps * kernel.length);
  const mask = n.optional(4);
  if (mask) requireShape(mask, 'masks', taps);
  const y = deformConv(x, w, offsets, mask, { ...window, groups, offsetGroups });
  const bias = n.optional(3);
  return [bias ? add(y, reshape(bias, [maps, ...out.map(() => 1)])) : y];
};

export const samplings: Readonly<Record<string, Importer>> = {
  AffineGrid: affineGridImporter,
  DeformConv: deformConvImporter,
  GridSample: gridSampleImporter,
  RoiAlign: roiAlignImporter,
};
