/** The adjoint of convolution in its kernels as one matrix product of all taps, for kernels of few channels. */

import { type Dim, divideDimsExactly, multiplyDims } from '../dim.js';
import type { Expr } from '../expr.js';
import { matmul } from '../ops/matmul.js';
import { pad } from '../ops/pad.js';
import { reshape } from '../ops/reshape.js';
import { matrixTranspose, transpose } from '../ops/transpose.js';
import { elementCount } from '../tensor.js';
import { boxIndices, type ConvolutionAttributes, extent, outputSizes } from './geometry.js';
import { batchLast, matrixOf, type Run, readPositions } from './positions.js';

/**
 * Which operand holds an axis's taps side by side. Inputs: the product runs over the axis's outputs, and each tap has a copy of what they
 * read. Outputs: it runs over the axis's inputs, and each tap has a copy of the adjoints of the outputs that read them, zeros among them.
 */
type Side = 'inputs' | 'outputs';

/**
 * With fewer channels than this a tap's product is too thin to run at full speed (docs/ort-kernels.md: a kernel of 5² from 3 to 6
 * channels 8.2 ms tap by tap, 2.8 jointly).
 */
const NARROW = 64;

export const isNarrow = (channels: Dim): boolean => typeof channels === 'number' && channels < NARROW;

/** Beyond this share, multiplying zeros costs more than fewer copies save. */
const MOST_PRODUCTS = 1.5;

/** From a kernel's first tap to its last on an axis. */
const reachOf = (a: ConvolutionAttributes, axis: number): number => extent(a.kernel[axis]!, a.dilations[axis]!) - 1;

/** Zeros around an axis of the outputs with which every tap of it finds an output for every input. */
const surround = (a: ConvolutionAttributes, axis: number): readonly [number, number] => {
  const reach = reachOf(a, axis);
  return [reach - a.padsBefore[axis]!, reach - a.padsAfter[axis]!];
};

const mayTakeOutputs = (a: ConvolutionAttributes, axis: number): boolean =>
  a.strides[axis] === 1 && surround(a, axis).every((count) => count >= 0);

interface Cost {
  readonly sides: readonly Side[];
  /** Numbers that are copied for an example. */
  readonly copies: number;
  /** Positions that the product runs over, as a multiple of the outputs. */
  readonly products: number;
}

const costOf = (a: ConvolutionAttributes, sides: readonly Side[], channels: number, maps: number): Cost => {
  const outputs = outputSizes(a.sizes, a);
  const grid = elementCount(sides.map((side, axis) => (side === 'inputs' ? outputs[axis]! : a.sizes[axis]!)));
  const tapsOn = (side: Side): number => elementCount(a.kernel.filter((_, axis) => sides[axis] === side));
  return {
    sides,
    copies: grid * (channels * tapsOn('inputs') + maps * tapsOn('outputs')),
    products: grid / elementCount(outputs),
  };
};

const cheapestSides = (a: ConvolutionAttributes, channels: number, maps: number): readonly Side[] =>
  boxIndices(a.kernel.map((_, axis) => (mayTakeOutputs(a, axis) ? 2 : 1)))
    .map((choice) =>
      costOf(
        a,
        choice.map((i) => (i === 0 ? 'inputs' : 'outputs')),
        channels,
        maps,
      ),
    )
    .filter(({ products }) => products <= MOST_PRODUCTS)
    .reduce((best, other) => (other.copies < best.copies ? other : best)).sides;

/** How a map is read along an axis whose taps it holds. */
interface AxisRead {
  /** Zeros before and after it. */
  readonly zeros: readonly [number, number];
  /** Where the first tap is read for the first position of the product, counted with the zeros. */
  readonly first: number;
  /** From one tap to the next. */
  readonly tapStep: number;
  /** From one position of the product to the next. */
  readonly step: number;
}

/** By side: inputs as the outputs read them; outputs as they read the inputs, from the last that does. */
const axisRead: Readonly<Record<Side, (a: ConvolutionAttributes, axis: number) => AxisRead>> = {
  inputs: (a, axis) => ({
    zeros: [a.padsBefore[axis]!, a.padsAfter[axis]!],
    first: 0,
    tapStep: a.dilations[axis]!,
    step: a.strides[axis]!,
  }),
  outputs: (a, axis) => ({
    zeros: surround(a, axis),
    first: reachOf(a, axis),
    tapStep: -a.dilations[axis]!,
    step: 1,
  }),
};

/** What each of a side's taps reads of its map [C, ...sizes, N]: [C·taps, positions, N]. */
const readTaps = (map: Expr, a: ConvolutionAttributes, sides: readonly Side[], own: Side): Expr => {
  const outputs = outputSizes(a.sizes, a);
  const positionsOf = (axis: number): number => (sides[axis] === 'inputs' ? outputs[axis]! : a.sizes[axis]!);
  const reads = sides.map(
    (side, axis): AxisRead =>
      side === own ? axisRead[own](a, axis) : { zeros: [0, 0], first: 0, tapStep: 0, step: 1 },
  );
  const taps = reads.flatMap(({ tapStep: step }, axis): readonly Run[] =>
    sides[axis] === own ? [{ axis, step, count: a.kernel[axis]! }] : [],
  );
  const grid = reads.map(({ step }, axis): Run => ({ axis, step, count: positionsOf(axis) }));
  const zeros = reads.map((read) => read.zeros);
  const padded = pad(map, [0, ...zeros.map(([before]) => before), 0], [0, ...zeros.map(([, after]) => after), 0]);
  const read = readPositions(
    padded,
    reads.map(({ first }) => first),
    [...taps, ...grid],
  );
  const [side, positions] = [taps, grid].map((runs) => elementCount(runs.map(({ count }) => count))) as [
    number,
    number,
  ];
  return reshape(read, [multiplyDims(map.shape[0]!, side), positions, map.shape.at(-1)!]);
};

/** [M, C/g, ...kernel] from one matrix [M·taps, C/g·taps], or one for each group, whose taps are those of each side. */
const kernelsOf = (
  products: Expr,
  a: ConvolutionAttributes,
  sides: readonly Side[],
  shape: readonly [Dim, Dim],
): Expr => {
  const [maps, channels] = shape;
  const axesOf = (side: Side): readonly number[] => sides.flatMap((own, axis) => (own === side ? [axis] : []));
  const [rows, columns] = [axesOf('outputs'), axesOf('inputs')];
  const lengths = (axes: readonly number[]): readonly number[] => axes.map((axis) => a.kernel[axis]!);
  const apart = reshape(products, [maps, ...lengths(rows), channels, ...lengths(columns)]);
  const placeOf = (axis: number): number =>
    sides[axis] === 'outputs' ? 1 + rows.indexOf(axis) : 2 + rows.length + columns.indexOf(axis);
  return transpose(apart, [0, 1 + rows.length, ...a.kernel.map((_, axis) => placeOf(axis))]);
};

/**
 * The adjoint of convolution in w as one product: x [N, C, ...s] and y [N, M, ...o] give [M, C/g, ...kernel]. An axis's taps are
 * laid side by side in x or in y, whichever copies less: for a kernel of 5² from 3 to 6 channels those of the rows in y, 30 rows,
 * and of the columns in x, 15.
 */
export const convKernelJointly = (x: Expr, y: Expr, a: ConvolutionAttributes): Expr => {
  const [maps, channels] = [y.shape[1]!, x.shape[1]!];
  const sides = cheapestSides(a, channels as number, maps as number);
  const inputs = matrixOf(readTaps(batchLast(x), a, sides, 'inputs'), a.groups);
  const outputs = matrixOf(readTaps(batchLast(y), a, sides, 'outputs'), a.groups);
  const products = matmul(outputs, matrixTranspose(inputs));
  return kernelsOf(products, a, sides, [maps, divideDimsExactly(channels, a.groups)!]);
};
