/** Import of Conv, ConvTranspose and Col2Im. */

import { extent, outputSizes } from '../../convolution/geometry.js';
import type { Expr } from '../../expr.js';
import { add } from '../../ops/add.js';
import { col2im } from '../../ops/col2im.js';
import { conv } from '../../ops/conv.js';
import { convInput } from '../../ops/convInput.js';
import { reshape } from '../../ops/reshape.js';
import type { Importer, ImportNode } from '../importer.js';
import { knownSizes, splitPadding, windowAttributes } from './window.js';

/** Adds the optional third operand, one number a channel. */
const withBias = (n: ImportNode, y: Expr): Expr => {
  const bias = n.optional(2);
  return bias ? add(y, reshape(bias, [...bias.shape, ...y.shape.slice(2).map(() => 1)])) : y;
};

/** Conv: operands x, w and an optional bias. */
export const convolved = (n: ImportNode): Expr => {
  const [x, w] = [n.input(0), n.input(1)];
  const window = windowAttributes(n, knownSizes(n, x), knownSizes(n, w));
  return withBias(n, conv(x, w, { ...window, groups: n.int('group', 1) }));
};

/**
 * Padding of a transposed convolution whose result's lengths are prescribed, [before, after] on each axis; none where they
 * exceed what the windows reach, and the rest stays zero.
 */
const paddingFor = (
  n: ImportNode,
  full: readonly number[],
  wanted: readonly number[],
): readonly (readonly [number, number])[] =>
  full.map((length, i) =>
    splitPadding(Math.max(length - wanted[i]!, 0), n.string('auto_pad', 'NOTSET') === 'SAME_UPPER'),
  );

const convTranspose: Importer = (n) => {
  const [y, w] = [n.input(0), n.input(1)];
  const [outputs, kernel] = [knownSizes(n, y), knownSizes(n, w)];
  const rank = kernel.length;
  const strides = n.ints('strides') ?? kernel.map(() => 1);
  const dilations = n.ints('dilations') ?? kernel.map(() => 1);
  const extra = n.ints('output_padding') ?? kernel.map(() => 0);
  const auto = n.string('auto_pad', 'NOTSET');
  /** Lengths before cropping by the padding. */
  const full = outputs.map((o, i) => strides[i]! * (o - 1) + extra[i]! + extent(kernel[i]!, dilations[i]!));
  const same = auto.startsWith('SAME') ? outputs.map((o, i) => o * strides[i]!) : undefined;
  const prescribed = n.ints('output_shape')?.slice(-rank) ?? same;
  const given = auto === 'VALID' ? undefined : n.ints('pads');
  const pads = prescribed
    ? paddingFor(n, full, prescribed)
    : full.map((_, i) => [given?.[i] ?? 0, given?.[i + rank] ?? 0] as const);
  const window = { strides, dilations, padsBefore: pads.map((p) => p[0]), padsAfter: pads.map((p) => p[1]) };
  const sizes = prescribed ?? full.map((length, i) => length - pads[i]![0] - pads[i]![1]);
  const back = outputSizes(sizes, { ...window, kernel });
  const odd = back.findIndex((o, i) => o !== outputs[i]);
  if (odd >= 0)
    return n.fail(
      `asks for length ${sizes[odd]} on spatial axis ${odd}; less than a stride beyond its windows is supported`,
    );
  return [withBias(n, convInput(y, w, sizes, { ...window, groups: n.int('group', 1) }))];
};

const col2imImporter: Importer = (n) => {
  const [sizes, block] = [n.numbers(1), n.numbers(2)];
  if (!sizes || !block) return n.fail('needs its image_shape and block_shape');
  return [col2im(n.input(0), sizes, block, windowAttributes(n, sizes, block))];
};

export const convolutions: Readonly<Record<string, Importer>> = {
  Col2Im: col2imImporter,
  Conv: (n) => [convolved(n)],
  ConvTranspose: convTranspose,
};
