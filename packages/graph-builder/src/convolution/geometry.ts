/** Geometry of convolution: which input position each kernel offset reads for each output position. */

import { type Dim, divideDimsExactly } from '../dim.js';
import { GraphError, type Unequal } from '../error.js';
import { describe, type Expr } from '../expr.js';
import { type OptionNames, requireKnown } from '../options.js';
import { stridesOf } from '../shape.js';
import { elementCount } from '../tensor.js';

/** One entry a spatial axis in each list; lengths in elements. Convolution and its two adjoints share one record. */
export type ConvolutionAttributes = {
  /** Spatial lengths of the input x [N, C, ...sizes]. */
  readonly sizes: readonly number[];
  /** Spatial lengths of the kernel w [M, C / groups, ...kernel]. */
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly padsBefore: readonly number[];
  readonly padsAfter: readonly number[];
  readonly dilations: readonly number[];
  readonly groups: number;
};

/** A window that slides over spatial axes: what convolution and pooling have in common. */
export type Window = Omit<ConvolutionAttributes, 'groups' | 'sizes'>;

/** Options of convolutions; one entry a spatial axis. */
export interface ConvolutionOptions {
  /** Default 1. */
  readonly strides?: readonly number[];
  /** Zeros before each spatial axis; default 0. */
  readonly padsBefore?: readonly number[];
  /** Zeros after each spatial axis; default `padsBefore`. */
  readonly padsAfter?: readonly number[];
  /** Distance between the kernel's taps; default 1. */
  readonly dilations?: readonly number[];
  /** Default 1. */
  readonly groups?: number;
}

/** What windows are given by, of convolution and of pooling. */
export type WindowOptions = Omit<ConvolutionOptions, 'groups'>;

export const WINDOW_OPTIONS: OptionNames<WindowOptions> = {
  strides: true,
  padsBefore: true,
  padsAfter: true,
  dilations: true,
};

export const CONVOLUTION_OPTIONS: OptionNames<ConvolutionOptions> = { ...WINDOW_OPTIONS, groups: true };

/** Length that a kernel with its gaps covers on one axis. */
export const extent = (kernel: number, dilation: number): number => dilation * (kernel - 1) + 1;

/** Spatial lengths of the result: ⌊(size + pads − extent) / stride⌋ + 1 on each axis. */
export const outputSizes = (sizes: readonly number[], window: Window): readonly number[] =>
  sizes.map((size, i) => {
    const room = size + window.padsBefore[i]! + window.padsAfter[i]! - extent(window.kernel[i]!, window.dilations[i]!);
    return Math.floor(room / window.strides[i]!) + 1;
  });

/** The axes of an operand after the first two, which must be numbers. */
export const spatialSizes = (operation: string, x: Expr): readonly number[] => {
  const sizes = x.shape.slice(2);
  if (x.shape.length < 3 || sizes.some((d) => typeof d !== 'number')) {
    throw new GraphError(
      operation,
      `${describe(x)} must have a batch axis, a channel axis and spatial axes of known length; give the lengths as numbers`,
    );
  }
  return sizes as readonly number[];
};

/**
 * Options with their defaults filled in. Throws GraphError where one has another name than the operation knows, a list has the wrong
 * length or an entry is out of range.
 */
export const windowOf = <Options extends WindowOptions>(
  operation: string,
  kernel: readonly number[],
  options: Options,
  known: OptionNames<Options>,
): Window => {
  requireKnown(operation, options, known);
  const ones = kernel.map(() => 1);
  const zeros = kernel.map(() => 0);
  const { strides = ones, padsBefore = zeros, padsAfter = padsBefore, dilations = ones }: WindowOptions = options;
  const lists = { kernel, strides, padsBefore, padsAfter, dilations };
  for (const [name, list] of Object.entries(lists)) {
    const least = name.startsWith('pads') ? 0 : 1;
    if (list.length !== kernel.length || list.some((v) => !Number.isInteger(v) || v < least)) {
      throw new GraphError(
        operation,
        `${name} [${list.join(', ')}] must be ${kernel.length} integers of at least ${least}`,
      );
    }
  }
  return lists;
};

/** The attributes that ONNX's Conv and ConvTranspose share. */
export const onnxAttributes = (a: ConvolutionAttributes) => ({
  kernel_shape: a.kernel,
  strides: a.strides,
  pads: [...a.padsBefore, ...a.padsAfter],
  dilations: a.dilations,
  group: a.groups,
});

/** Throws GraphError unless x, w and y (each absent or present) fit one convolution. */
export const checkConvolution = (
  operation: string,
  attributes: ConvolutionAttributes,
  operands: { readonly x?: Expr; readonly w?: Expr; readonly y?: Expr },
): { readonly outputs: readonly number[] } => {
  const { x, w, y } = operands;
  const { groups, sizes, kernel } = attributes;
  const outputs = outputSizes(sizes, attributes);
  const text = [x, w, y].flatMap((operand) => (operand ? [describe(operand)] : [])).join(' and ');
  const fail = (problem: string, unequal?: Unequal): never => {
    throw new GraphError(operation, `${text} with ${groups} groups: ${problem}`, unequal);
  };
  if (!Number.isInteger(groups) || groups < 1) fail('groups must be a positive integer');
  if (outputs.some((o) => o < 1)) fail(`a kernel of [${kernel.join(', ')}] is longer than the padded input`);
  const spatial = [
    [x, sizes],
    [w, kernel],
    [y, outputs],
  ] as const;
  for (const [operand, expected] of spatial) {
    if (operand && expected.some((d, i) => operand.shape[i + 2] !== d)) {
      fail(`${describe(operand)} must have spatial lengths [${expected.join(', ')}]`);
    }
  }
  const divided = (d: Dim): Dim => divideDimsExactly(d, groups) ?? fail(`${d} channels do not divide into the groups`);
  if (x) divided(x.shape[1]!);
  const maps = (w?.shape[0] ?? y?.shape[1])!;
  divided(maps);
  if (x && w && divided(x.shape[1]!) !== w.shape[1]) fail('the kernel’s second axis must be channels / groups');
  if (w && y && w.shape[0] !== y.shape[1]) fail('the kernel’s first axis must be the result’s channels');
  if (x && y && x.shape[0] !== y.shape[0]) fail('batches differ', [x.shape[0]!, y.shape[0]!]);
  return { outputs };
};

/** Every index of a box, row-major. */
export const boxIndices = (lengths: readonly number[]): readonly (readonly number[])[] => {
  const strides = stridesOf(lengths);
  return Array.from({ length: elementCount(lengths) }, (_, i) =>
    lengths.map((length, axis) => Math.floor(i / strides[axis]!) % length),
  );
};

/** For one kernel offset, flat positions of outputs and of the inputs that they read; padding is left out. */
export interface Tap {
  readonly outputs: Int32Array;
  readonly inputs: Int32Array;
}

/** The taps of a window over spatial axes, one for each kernel offset in row-major order. */
export const tapsOf = (sizes: readonly number[], outputs: readonly number[], window: Window): readonly Tap[] => {
  const positions = boxIndices(outputs);
  const steps = stridesOf(sizes);
  return boxIndices(window.kernel).map((offset) => {
    const from: number[] = [];
    const to: number[] = [];
    positions.forEach((position, o) => {
      let at = 0;
      for (let axis = 0; axis < sizes.length; axis++) {
        const i =
          position[axis]! * window.strides[axis]! + offset[axis]! * window.dilations[axis]! - window.padsBefore[axis]!;
        if (i < 0 || i >= sizes[axis]!) return;
        at += i * steps[axis]!;
      }
      to.push(o);
      from.push(at);
    });
    return { outputs: Int32Array.from(to), inputs: Int32Array.from(from) };
  });
};
