/** Layouts of images: as images or flattened. */

import type { Tensor } from '@hograd/graph-builder';
import { elementCount } from '@hograd/graph-builder/tensor';
import { type InvalidOption, invalidOption } from '../errors.js';

/**
 * `flat`: [N, C·H·W], for multilayer perceptrons; `image`: [N, C, H, W], for convolutions. The elements are the same.
 */
export type Layout = 'flat' | 'image';

/** Refuses a layout, where one is given, that there is not. */
export const checkLayout = (layout: Layout | undefined): InvalidOption | undefined =>
  layout === undefined || layout === 'flat' || layout === 'image'
    ? undefined
    : invalidOption('layout', `layout is ${JSON.stringify(layout)}; give "flat" or "image"`);

/**
 * Examples in a layout; [N, H, W] counts as one channel, and examples that are not images stay as they are but for
 * flattening.
 */
export const inLayout =
  (layout: Layout) =>
  <T extends Tensor>(tensor: T): T => {
    const [size = 0, ...example] = tensor.shape;
    if (layout === 'flat') return { ...tensor, shape: [size, elementCount(example)] };
    return example.length === 2 ? { ...tensor, shape: [size, 1, ...example] } : tensor;
  };
